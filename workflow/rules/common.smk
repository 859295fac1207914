import json
import os
import subprocess
import sys
from pathlib import Path

WORKFLOW = Path(workflow.current_basedir.get_path_or_uri(secret_free=True)).parent
sys.path.insert(0, str(WORKFLOW))
os.environ["PYTHONPATH"] = os.pathsep.join([str(WORKFLOW), os.environ.get("PYTHONPATH", "")])

from snakemake.exceptions import WorkflowError
from trialseq import figures, genesets, sources
from trialseq.fingerprint import fingerprint
from trialseq.problems import InputError
from trialseq.validation import parse


def shipped(path):
    """A path of the user's; or of a file that ships, where it is not in the working directory."""
    beside = WORKFLOW.parent / path
    return path if Path(path).exists() or not str(path).startswith("resources/") else str(beside)


def local(file):
    """Where a file lies, or will lie once it is fetched."""
    return shipped(file) if isinstance(file, str) else file.path


def code(rule):
    """Fingerprint of the modules behind a rule's script."""
    return fingerprint(WORKFLOW / "scripts" / f"{rule}.py")


def options(*groups):
    """Groups of options as plain values."""
    return {group: CONFIG.model_dump(mode="json")[group] for group in groups}


def preflight():
    """Stop before any job where an input is wrong."""
    given = {"config": CONFIG.model_dump(mode="json"), "source": SOURCE, "sets": SETS}
    command = [sys.executable, "-m", "trialseq.preflight"]
    done = subprocess.run(command, input=json.dumps(given), text=True, stderr=subprocess.PIPE)
    if done.returncode:
        raise WorkflowError(done.stderr.strip())
    sys.stderr.write(done.stderr)


try:
    CONFIG = parse(config)
except InputError as error:
    raise WorkflowError(str(error)) from None

OUT = f"{CONFIG.results}/{CONFIG.study}"
LOGS = f"logs/{CONFIG.study}"
BENCHMARKS = f"benchmarks/{CONFIG.study}"
FILES = sources.files(CONFIG) | {f"sets {name}": file for name, file in genesets.files(CONFIG).items()}
SOURCE = {name: local(file) for name, file in sources.files(CONFIG).items()}
SETS = {name: local(file) for name, file in genesets.files(CONFIG).items()}
REMOTE = {file.path: file for file in FILES.values() if not isinstance(file, str)}
if workflow.is_main_process:
    preflight()


wildcard_constraints:
    model=r"[A-Za-z0-9_+.-]+",
    contrast=r"(?!(?:design|samples|associations|distances|normalized|vst)$)[A-Za-z0-9_+.-]+",


def memory(base, per_input):
    """Megabytes: a base, and a multiple of the size of the inputs; more at each attempt."""
    return lambda wildcards, input, attempt: int((base + per_input * input.size_mb) * attempt)


def minutes(base, per_input):
    """Runtime likewise."""
    return lambda wildcards, input, attempt: int((base + per_input * input.size_mb) * attempt)

import json
import re
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

WORKFLOW = Path(workflow.current_basedir.get_path_or_uri(secret_free=True)).parent
sys.path.insert(0, str(WORKFLOW))

from snakemake.exceptions import WorkflowError
from trialseq import figures, genesets, sources
from trialseq.evidence import claim_inputs
from trialseq.fingerprint import fingerprint
from trialseq.naming import RESERVED, TAKEN
from trialseq.problems import InputError
from trialseq.validation import parse as parse_configuration


include: "functions.smk"


try:
    CONFIG = parse_configuration(config)
except InputError as error:
    raise WorkflowError(str(error)) from None

OUT = f"{CONFIG.results}/{CONFIG.study}"
LOGS = f"logs/{CONFIG.study}"
BENCHMARKS = f"benchmarks/{CONFIG.study}"
FILES = sources.files(CONFIG) | {f"sets {name}": file for name, file in genesets.files(CONFIG).items()}
SOURCE = {name: local(file) for name, file in sources.files(CONFIG).items()}
SETS = {name: local(file) for name, file in genesets.files(CONFIG).items()}
REMOTE = {file.path: file for file in FILES.values() if not isinstance(file, str)}
PDGF = shipped("resources/genesets/pdgf.gmt")
MARKERS = shipped(CONFIG.evidence.composition.markers)
SINGLE_CELL = [each.file for each in [CONFIG.evidence.composition.single_cell] if each]
OPINIONS = list(dict.fromkeys(CONFIG.statistics.second_opinion))
if workflow.is_main_process:
    preflight()


wildcard_constraints:
    engine="|".join(TAKEN["model"]),
    model=name_without(*TAKEN["model"]),
    contrast=f"(?!(?:{'|'.join(RESERVED['contrast'])})$){name_without(*TAKEN['contrast'])}",

"""trialseq in another workflow: a release that git serves from a folder, included as a module."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import tiny_study
from workflow_runner import ROOT

SNAKEFILE = """\
module trialseq:
    snakefile: "deployed trialseq/Snakefile"
    config: config

use rule * from trialseq as trialseq_*

rule mine:
    default_target: True
    input: rules.trialseq_plan.input
    output: "mine.txt"
    shell: "wc -l < {input} > {output}"
"""


def _git(*words: str, folder: Path) -> None:
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Another workflow's folder, with trialseq cloned at a tag into a folder whose name has a space."""
    source = tmp_path / "source"
    source.mkdir()
    kept = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, kept.stdout.split("\0")):
        if name.partition("/")[0] in {"Snakefile", "workflow", "resources", "config", "envs"}:
            target = source / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    _git("init", "--quiet", folder=source)
    _git("add", "--all", folder=source)
    _git("commit", "--quiet", "--message", "A release", folder=source)
    _git("tag", "v0", folder=source)
    other = tmp_path / "other"
    other.mkdir()
    clone = ["clone", "--quiet", "--depth", "1", "--branch", "v0", source.as_uri(), "deployed trialseq"]
    _git(*clone, folder=other)
    (other / "Snakefile").write_text(SNAKEFILE)
    (other / "config.yaml").write_text(yaml.safe_dump(tiny_study.write(other), sort_keys=False))
    return other


def test_a_release_runs_as_a_module_of_another_workflow(folder: Path) -> None:
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--configfile", "config.yaml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    table = folder / "results" / "tiny" / "tables" / "design.tsv"
    assert (folder / "mine.txt").read_text().strip() == str(len(table.read_text().splitlines()))
    plan = subprocess.run(
        [*command, "--dry-run", "trialseq_all"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert plan.returncode == 0, plan.stderr[-4000:]
    assert "trialseq_contrast_figures" in plan.stdout

"""What a release says of itself agrees: versions, pins of the conda environments, the image."""

from __future__ import annotations

import re
import shlex

import pytest
import yaml

import trialseq
from workflow_runner import ROOT

ENVS = ROOT / "envs"
# Snakemake runs jobs from outside of their environment.
OUTSIDE = {"snakemake"}


def _locked() -> dict[str, str]:
    text = (ENVS / "requirements.lock").read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE))


def _named_for_runs() -> set[str]:
    """What trialseq needs to run, by name: the first paragraph of requirements.in."""
    first, _, _ = (ENVS / "requirements.in").read_text(encoding="utf-8").partition("\n\n")
    return {re.split(r"[^\w-]", line)[0] for line in first.splitlines() if not line.startswith("#")}


@pytest.mark.parametrize("name", ["trialseq", "second_opinion"])
def test_pins_of_a_conda_environment_are_those_of_the_lock(name: str) -> None:
    listed = yaml.safe_load((ENVS / f"{name}.yaml").read_text())["dependencies"]
    pins = dict(each.split("=") for each in listed if isinstance(each, str) and "=" in each)
    assert re.fullmatch(r"3\.1[123]", pins.pop("python"))
    locked = _locked()
    assert pins == {package: locked[package] for package in pins}
    assert set(pins) == _named_for_runs() - OUTSIDE


def test_citation_and_changes_name_the_version_of_the_package() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["version"] == trialseq.__version__
    assert citation["license"] == (ROOT / "LICENSE").read_text(encoding="utf-8").split()[0]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\S+)", changes, re.MULTILINE)[0] == trialseq.__version__


def test_the_catalog_names_a_profile_that_is_there() -> None:
    usage = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text(encoding="utf-8"))["usage"]
    _, profile = usage["mandatory-flags"]["flags"].split()
    assert (ROOT / profile / "config.yaml").is_file()
    assert usage["software-stack-deployment"]["conda"] is True


def test_the_image_is_made_of_files_that_are_there_and_of_the_locks() -> None:
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    steps = [shlex.split(line, comments=True) for line in text.splitlines() if line.strip()]
    copied = [source for words in steps if words and words[0] == "COPY" for source in words[1:-1]]
    assert [source for source in copied if not (ROOT / source).exists()] == []
    assert {"Snakefile", "workflow", "resources", "config", "envs"} <= set(copied)
    installs = [words for words in steps if words and words[0] == "RUN" and "install" in words]
    given = [words[place + 1] for words in installs for place, word in enumerate(words) if word == "-r"]
    assert given == ["envs/uv.lock", "envs/requirements.lock"]
    assert all(words.count("--require-hashes") == words.count("-r") for words in installs)

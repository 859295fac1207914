"""Rules of the tree: locks, sizes of files, names of scripts."""

from __future__ import annotations

import ast
import re
from importlib.metadata import requires
from pathlib import Path

import pytest
import yaml

from workflow_runner import ROOT

LOCKS = sorted((ROOT / "envs").glob("*.lock"))
LONGEST = 400
CODE = sorted(
    path
    for folder in ("workflow", "tests", "resources")
    for end in ("*.py", "*.smk")
    for path in (ROOT / folder).rglob(end)
)
RULES = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "workflow" / "rules").glob("*.smk")))
SCRIPTS = sorted((ROOT / "workflow" / "scripts").glob("*.py"))


def _requirements(lock: Path) -> list[str]:
    """Requirements of a lock file, each with its continuation lines as one text; comments are left out."""
    lines = [line for line in lock.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
    return [each for each in re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines() if each.strip()]


def test_there_are_locks() -> None:
    assert [path.name for path in LOCKS] == ["fuzz.lock", "requirements.lock", "second_opinion.lock", "uv.lock"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_names_no_index(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert not re.search(r"://|--(index|extra-index|find-links|trusted-host)|^-[if]\b", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_requirement_of_a_lock_is_pinned_and_hashed(lock: Path) -> None:
    requirements = _requirements(lock)
    assert requirements
    loose = [each for each in requirements if not re.match(r"[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", each)]
    assert loose == []


def test_what_the_second_opinion_needs_is_in_the_main_lock(edgepython: None) -> None:  # noqa: ARG001 - it is read
    # Its own lock holds edgePython alone, so that it moves no version of the others.
    needed = {re.split(r"[^\w-]", each)[0] for each in requires("edgepython") or [] if "extra ==" not in each}
    assert "numba" in needed
    assert needed <= {each.partition("==")[0] for each in _requirements(ROOT / "envs" / "requirements.lock")}


def test_the_environment_of_the_second_opinion_is_the_main_one_and_edgepython() -> None:
    files = (ROOT / "envs" / f"{name}.yaml" for name in ("trialseq", "second_opinion"))
    main, second = (yaml.safe_load(path.read_text()) for path in files)
    (pinned,) = _requirements(ROOT / "envs" / "second_opinion.lock")
    added = ["pip", {"pip": [pinned.partition(" ")[0]]}]
    assert second == {**main, "dependencies": [*main["dependencies"], *added]}


def test_no_file_of_code_is_longer_than_400_lines() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in CODE}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_has_a_rule_of_its_name_that_runs_it_and_logs_there(script: Path) -> None:
    rule = re.search(
        rf"^rule {script.stem}:\n(.+?)(?=^\S|\Z)", re.sub("^checkpoint ", "rule ", RULES, flags=re.M), re.M | re.S
    )
    assert rule, f"no rule {script.stem}"
    assert f'"../scripts/{script.name}"' in rule[1]
    assert re.search(rf"/{script.stem}(/|\.log)", rule[1]), "the log folder has another name"


def test_every_script_that_a_rule_names_is_there() -> None:
    named = set(re.findall(r'"\.\./scripts/([^"]+)"', RULES))
    assert named == {script.name for script in SCRIPTS}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_scripts_read_files_of_users_within_the_limits_of_the_options(script: Path) -> None:
    readers = {"sources.read", "genesets.read", "evidence.read_markers"}
    tree = ast.parse(script.read_text(encoding="utf-8"))
    held = [
        node
        for block in ast.walk(tree)
        if isinstance(block, ast.With) and ast.unparse(block.items[0]).startswith("limits.applied(")
        for node in ast.walk(block)
    ]
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) in readers]
    assert [ast.unparse(call) for call in calls if call not in held] == []

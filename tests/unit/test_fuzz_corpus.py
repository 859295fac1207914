"""What the fuzzer has found stays found: its corpus, replayed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from workflow_runner import ROOT

FUZZ = ROOT / "tests" / "fuzz"
sys.path.insert(0, str(FUZZ))

from targets import TARGETS  # noqa: E402 - after the path

INPUTS = sorted(path for path in (FUZZ / "corpus").rglob("*") if path.is_file())


def test_every_target_has_a_corpus() -> None:
    assert {path.parent.name for path in INPUTS} == set(TARGETS)


@pytest.mark.parametrize("name", TARGETS)
def test_the_corpus_ends_well_or_in_the_error_it_is_to_raise(name: str) -> None:
    for path in INPUTS:
        if path.parent.name == name:
            _replay(name, path)


def _replay(name: str, path: Path) -> None:
    try:
        TARGETS[name](path.read_bytes())
    except Exception as error:
        error.add_note(f"with tests/fuzz/corpus/{name}/{path.name}")
        raise

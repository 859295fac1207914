"""Edited code makes stale results; comments do not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from trialseq import fingerprint as module

SCRIPTS = Path(__file__).parents[2] / "workflow" / "scripts"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the package that a test may edit."""
    copy = tmp_path / "trialseq"
    shutil.copytree(module.PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(module, "PACKAGE", copy)
    return copy


def _fingerprint(script: str) -> str:
    module._tree.cache_clear()
    return module.fingerprint(SCRIPTS / f"{script}.py")


def test_a_change_behind_an_import_and_behind_a_registry_counts(package: Path) -> None:
    before = _fingerprint("model")
    engine = package / "de" / "shrinkage.py"
    engine.write_text(engine.read_text().replace("OTHER_SCALE = 15.0", "OTHER_SCALE = 14.0"))
    assert _fingerprint("model") != before


def test_a_comment_does_not_count(package: Path) -> None:
    before = _fingerprint("model")
    engine = package / "de" / "wald.py"
    engine.write_text(engine.read_text() + "\n# a remark\n")
    assert _fingerprint("model") == before


def test_a_module_that_a_script_does_not_use_does_not_count(package: Path) -> None:
    before = _fingerprint("model")
    figures = next((package / "figures").glob("*.py"))
    figures.write_text(figures.read_text() + "\nUNUSED = 1\n")
    assert _fingerprint("model") == before
    changed = _fingerprint("contrast_figures")
    figures.write_text(figures.read_text() + "\nUNUSED_TOO = 1\n")
    assert _fingerprint("contrast_figures") != changed

"""Compiled code is announced, made once, and made anyway where it cannot be kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from workflow_runner import ROOT

COMMAND = [sys.executable, "-m", "trialseq.de.compilation"]
ANNOUNCED = "Compiling the fits for this machine"


def _environment(folder: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(folder), **more}


def _all_said(folder: Path, **more: str) -> str:
    environment = _environment(folder, **more)
    return subprocess.run(COMMAND, env=environment, capture_output=True, text=True, check=True).stderr


def _first_said(folder: Path) -> str:
    with subprocess.Popen(COMMAND, env=_environment(folder), stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        process.kill()
    return line


def test_compilation_is_paid_once_and_again_after_a_change(tmp_path: Path) -> None:
    _all_said(ROOT / "workflow")
    assert _all_said(ROOT / "workflow") == ""
    shutil.copytree(ROOT / "workflow" / "trialseq", tmp_path / "trialseq")
    assert _all_said(tmp_path) == ""
    kernels = tmp_path / "trialseq" / "de" / "kernels" / "linear.py"
    kernels.write_text(kernels.read_text() + "\n")
    assert ANNOUNCED in _first_said(tmp_path)


def test_without_a_folder_that_can_be_written_fits_are_compiled_all_the_same(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "workflow" / "trialseq", tmp_path / "trialseq", ignore=shutil.ignore_patterns("__pycache__"))
    # A file where a folder would be made stops everyone, root too.
    (tmp_path / "trialseq" / "de" / "kernels" / "__pycache__").write_text("")
    (tmp_path / "home").write_text("")
    home = str(tmp_path / "home" / "nobody")
    said = _all_said(tmp_path, HOME=home, XDG_CACHE_HOME=home, PYTHONDONTWRITEBYTECODE="1")
    assert "set NUMBA_CACHE_DIR" in said
    assert ANNOUNCED in said

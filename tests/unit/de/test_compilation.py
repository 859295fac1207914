"""Compiled code is announced, made once, made anyway where it cannot be kept, and gives the same bytes each time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from workflow_runner import ROOT

COMMAND = [sys.executable, "-m", "trialseq.de.compilation"]
ANNOUNCED = "Compiling the fits for this machine"
SHRINK = """
import numpy as np
from trialseq.de.compiled import CompiledInference
subjects, visits = np.repeat(np.eye(23), 2, axis=0), np.arange(46) % 2
counts = np.random.default_rng(1).negative_binomial(5, 0.05, (46, 60)).astype(float)
shrunk, _, _ = CompiledInference(1).lfc_shrink_nbinom_glm(
    np.c_[subjects, visits], counts, np.full(60, 5.0), np.zeros(46), 15.0, 0.3, "L-BFGS-B", 23
)
print(np.asarray(shrunk).tobytes().hex())
"""


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


def test_the_run_that_had_to_compile_gives_the_bytes_of_the_next(tmp_path: Path) -> None:
    environment = _environment(ROOT / "workflow", NUMBA_CACHE_DIR=str(tmp_path))
    command = [sys.executable, "-c", SHRINK]
    first, next_one = (
        subprocess.run(command, env=environment, capture_output=True, text=True, check=True) for _ in range(2)
    )
    assert ANNOUNCED in first.stderr
    assert ANNOUNCED not in next_one.stderr
    assert first.stdout == next_one.stdout

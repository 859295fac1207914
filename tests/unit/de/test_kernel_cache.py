"""What was compiled is kept, and compiled anew when a kernel that it calls in another file changes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from workflow_runner import ROOT

RUN = """
import numpy as np
from trialseq.de.kernels import coefficients
design = np.array([0, 1]), np.array([0]), np.array([1.0]), np.array([0]), None
gram = np.zeros((0, 2), dtype=int), np.zeros(1, dtype=int), np.zeros(0, dtype=int), np.zeros(0)
eta, mu = np.empty(1), np.empty(1)
coefficients._means((*design[:4], gram, np.empty((0, 0))), np.array([2.0]), np.ones(1), np.full(1, -9.0), eta, mu)
print(eta[0], sum(coefficients._means.stats.cache_hits.values()))
"""


def _run(folder: Path) -> list[str]:
    command = [sys.executable, "-c", RUN]
    return subprocess.run(
        command, env={"PYTHONPATH": str(folder), "HOME": str(folder)}, check=True, capture_output=True, text=True
    ).stdout.split()


def test_a_change_of_a_called_kernel_in_another_file_is_seen(tmp_path: Path) -> None:
    package = tmp_path / "trialseq"
    shutil.copytree(ROOT / "workflow" / "trialseq", package, ignore=shutil.ignore_patterns("__pycache__"))
    assert _run(tmp_path) == ["2.0", "0"]
    assert _run(tmp_path) == ["2.0", "1"]
    linear = package / "de" / "kernels" / "linear.py"
    text = linear.read_text()
    changed = text.replace("eta[row] = total", "eta[row] = total + 1.0")
    assert changed != text
    linear.write_text(changed)
    assert _run(tmp_path) == ["3.0", "0"]

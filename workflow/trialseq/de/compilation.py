"""Where compiled kernels are kept, how they are made, and what is said meanwhile.

numba keeps compiled code beside the package, where the nodes of a cluster read it too, or in the user's cache where
the package cannot be written. `python -m trialseq.de.compilation` compiles everything ahead of the first fit.

A process that compiles does not fit: in it, kernels that call each other are linked otherwise than in one that reads
what was kept, and products are fused with sums in other places, so that results would differ in their last digits.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numba
import numpy as np

LOGGER = logging.getLogger("trialseq.de")
KERNELS = "trialseq.de.kernels"


def load() -> ModuleType:
    """Import the kernels; without any folder that can be written, compiled code lives as long as the machine's /tmp."""
    try:
        return import_module(KERNELS)
    except RuntimeError as error:
        if "cannot cache" not in str(error):
            raise
    os.environ["NUMBA_CACHE_DIR"] = tempfile.mkdtemp(prefix="trialseq-")
    numba.core.config.reload_config()  # type: ignore[no-untyped-call]
    _say(
        "Compiled code can be kept neither beside trialseq nor in the home folder, and every job compiles it anew: "
        "set NUMBA_CACHE_DIR to a folder that can be written."
    )
    return import_module(KERNELS)


def prepare(kernels: ModuleType) -> None:
    """Compile in a process of its own, and say so, where compiled code of these kernels is not there yet.

    Raises subprocess.CalledProcessError where that fails.
    """
    if _announced(kernels):
        path = os.pathsep.join(filter(None, [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH")]))
        command = [sys.executable, "-m", "trialseq.de.compilation", "--quiet"]
        subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, check=True)  # noqa: S603 - this package itself


def _announced(kernels: ModuleType) -> bool:
    """Whether there is something to compile; said where there is."""
    kept = [path.stat().st_mtime for path in Path(kernels.irls.stats.cache_path).glob("*.nbi")]
    source = [path.stat().st_mtime for path in Path(str(kernels.__file__)).parent.glob("*.py")]
    if kept and max(kept) >= max(source):
        return False
    _say("Compiling the fits for this machine: about ten seconds, once.")
    return True


def _say(sentence: str) -> None:
    LOGGER.info("%s", sentence)
    print(sentence, file=sys.stderr, flush=True)


def main() -> None:
    """Run every kernel once on a few counts."""
    from trialseq.de.compiled import CompiledInference, kernels

    if "--quiet" not in sys.argv[1:]:
        _announced(kernels)
    counts = np.array([[5.0, 8, 7, 9], [3.0, 9, 4, 2]]).T
    design, factors, alpha = np.array([[1.0, 0], [1, 0], [1, 1], [1, 1]]), np.ones(4), np.array([0.1, 0.2])
    engine = CompiledInference(1, prepared=True)
    engine.moments(counts, factors, design)
    engine.lin_reg_mu(counts, factors, design, 0.5)
    beta, mu, _, _ = engine.irls(counts, factors, design, alpha, 0.5, 1e-8)
    engine.alpha_mle(counts, design, mu, alpha, 1e-8, 10.0)
    engine.wald_test(design, alpha, beta, mu, np.diag([1e-6, 1e-6]), np.array([0.0, 1]), np.zeros(1))
    engine.lfc_shrink_nbinom_glm(design, counts, 1 / alpha, np.log(factors), 15.0, 1.0, "L-BFGS-B", 1)


if __name__ == "__main__":
    main()

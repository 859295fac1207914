"""What p and q values are worth in simulated trials of the example's shape: `make bench`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "tests")]

from calibration import rates  # noqa: E402 - after the path
from trialseq import de  # noqa: E402


def main() -> None:
    """Print a table for each reference distribution, and for each engine of a second opinion that is installed."""
    for distribution in ("normal", "t"):
        print(f"\nEight simulated trials of 2,500 genes, distribution: {distribution}")
        print(rates(range(8), 2500, distribution).round(4).to_string())
    for engine in () if de.unavailable(de.OF_EDGEPYTHON) else sorted(de.OF_EDGEPYTHON):
        print(f"\nFour of them, engine: {engine}")
        print(rates(range(4), 2500, "t", engine=engine).round(4).to_string())


if __name__ == "__main__":
    main()

"""Verdicts on composition over simulated trials, and on GSE184951: `make bench`.

The first argument is a folder with GSE184951's counts and sheet, where that is to be asked too; the second how many
trials of each kind.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "tests")]

import composition  # noqa: E402
import gse184951  # noqa: E402
from trialseq import evidence, qc  # noqa: E402
from trialseq.design.estimands import Plan  # noqa: E402
from trialseq.tables import COMPOSITION_VERDICTS  # noqa: E402


def main() -> None:
    """Print a table of rates, then what GSE184951 says."""
    warnings.simplefilter("ignore")
    seeds = range(int(sys.argv[2]) if len(sys.argv) > 2 else 20)
    print("| what changes |", " | ".join(COMPOSITION_VERDICTS), "|\n" + "|---" * (len(COMPOSITION_VERDICTS) + 1) + "|")
    for case in composition.CASES:
        found = [composition.verdict(case, seed)["verdict"] for seed in seeds]
        print(f"| {case} |", " | ".join(str(found.count(each)) for each in COMPOSITION_VERDICTS), "|", flush=True)
    if len(sys.argv) > 1:
        matrix, model, statistics = gse184951.asked(Path(sys.argv[1]))
        statistics = statistics.model_copy(update={"distribution": "t", "min_count": 10})
        found = evidence.hold_composition(
            matrix,
            qc.normalise(matrix, statistics, 1),
            Plan((model,), {}, {}),
            composition.markers(),
            composition.panel(),
            statistics,
            {},
            1,
        ).table
        print("\nGSE184951:", composition.heading(found, model.estimands[0].id)["says"])


if __name__ == "__main__":
    main()

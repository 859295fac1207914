"""What p and q values are worth in simulated trials of the example's shape: `make bench`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "tests")]

import pandas as pd  # noqa: E402 - after the path

from calibration import block_alone, rates  # noqa: E402
from trialseq import de  # noqa: E402
from trialseq.simulate import Noise  # noqa: E402

SHAPES: dict[str, dict[str, object]] = {
    f"{subjects} subjects an arm, {2 * len(states)} biopsies": {
        "subjects_per_arm": {"Placebo": subjects, "NMN": subjects},
        "states": states,
    }
    for subjects in (5, 8, 12, 25)
    for states in (("Basal",), ("Basal", "Insulin"))
}
TWELVE = {"subjects_per_arm": {"Placebo": 12, "NMN": 12}}
SHAPES |= {
    "12, no variation between visits": TWELVE | {"noise": Noise(visit_sd=0.0)},
    "12, three times the variation between visits": TWELVE | {"noise": Noise(visit_sd=0.3)},
    "12, dispersions twice as far from their trend": TWELVE | {"noise": Noise(dispersion_sd=0.8)},
    "12, one count in 1,000 multiplied by 20": TWELVE | {"outliers": 0.001},
}


def shapes() -> None:
    """Print rates by kind of estimand for trials of other shapes, and of the model that is not used."""
    for distribution in ("normal", "t"):
        tables = {}
        for name, shape in SHAPES.items():
            found = rates(range(3), 2000, distribution, **shape)
            kinds = found.groupby(found.index.str.split(".").str[0]).mean()
            # A proportion of false discoveries says nothing where there was nothing to be found.
            kinds["false_discoveries"] = kinds["false_discoveries"].where(kinds["sensitivity"].notna())
            tables[name] = kinds[~kinds.index.str.startswith("any_")]
        print(f"\nThree simulated trials of 2,000 genes a shape, distribution: {distribution}")
        print(pd.concat(tables, names=["shape"]).round(4).to_string())
        print("\nA block of the subject alone over four biopsies, which is not used:")
        print(block_alone(range(3), 2000, distribution).round(4).to_string())


def main() -> None:
    """Print a table for each reference distribution, other shapes of trial, and each engine that is installed."""
    for distribution in ("normal", "t"):
        print(f"\nEight simulated trials of 2,500 genes, distribution: {distribution}")
        print(rates(range(8), 2500, distribution).round(4).to_string())
    shapes()
    for engine in () if de.unavailable(de.OF_EDGEPYTHON) else sorted(de.OF_EDGEPYTHON):
        print(f"\nFour of them, engine: {engine}")
        print(rates(range(4), 2500, "t", engine=engine).round(4).to_string())


if __name__ == "__main__":
    main()

"""Randomisation tests that R did: tests/data/randomisation/make.R."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workflow_runner import ROOT

FOLDER = ROOT / "tests" / "data" / "randomisation"
EXPECTED = pd.read_csv(FOLDER / "expected.tsv", sep="\t", index_col="case", dtype={"x": str, "y": str}).fillna(
    {"y": ""}
)
CASES = list(EXPECTED.index)


def case(name: str) -> tuple[np.ndarray, np.ndarray | None]:
    """Values (subjects x 1), and who is of the first arm where there are two."""
    first, second = ([float(each) for each in str(EXPECTED.loc[name, side]).split()] for side in ("x", "y"))
    values = np.array([*first, *second])[:, None]
    return values, np.arange(len(values)) < len(first) if second else None

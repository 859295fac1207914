"""Sample sheets that the tests of the design build."""

from __future__ import annotations

import pandas as pd

from trialseq.config import Config
from trialseq.validation import parse

TRIAL = {
    "subject": "subject",
    "arm": {"column": "agent", "reference": "Placebo"},
    "visit": {"column": "visit", "reference": "before"},
    "state": {"column": "state", "reference": "Basal"},
}


def sheet(
    arms: dict[str, int],
    visits: tuple[str, ...] = ("before", "after"),
    states: tuple[str, ...] = ("Basal", "Insulin"),
) -> pd.DataFrame:
    """All biopsies of all subjects, the arm that comes first in the alphabet first."""
    rows, number = [], 0
    for arm, size in arms.items():
        for _ in range(size):
            number += 1
            rows += [(f"S{number}.{v}.{s}", str(number), arm, v, s, number % 2) for v in visits for s in states]
    return pd.DataFrame(rows, columns=["sample", "subject", "agent", "visit", "state", "batch"]).set_index("sample")


def study(**groups: object) -> Config:
    """A configuration with the groups given."""
    return parse({"study": "test", "source": {"type": "table", "counts": "c.tsv", "samples": "s.tsv"}, **groups})

"""What a check says of a sample, and robust outliers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FEWEST = 6  # samples, below which a median absolute deviation says nothing
NORMAL = 1.4826  # a standard deviation over a median absolute deviation, of a normal distribution


@dataclass(frozen=True)
class Row:
    """A row of `tables.SAMPLE_CHECKS`, without the median."""

    sample: str
    check: str
    verdict: str = "ok"
    value: float = np.nan
    mads: float = np.nan
    other: str = ""
    says: str = ""


def not_measured(samples: Sequence[str], check: str, says: str) -> list[Row]:
    """The same reason for all samples."""
    return [Row(sample, check, "not measured", says=says) for sample in samples]


def deviations(values: Floats, least: float) -> Floats:
    """Distances from the median in robust standard deviations, which are at least `least` (samples)."""
    apart = values - np.nanmedian(values)
    return np.asarray(apart / max(NORMAL * float(np.nanmedian(np.abs(apart))), least))

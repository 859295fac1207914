"""How far a group is from 0, or two groups are apart: means with t intervals, Hodges-Lehmann estimates.

Welch, Biometrika 1947;34:28-35; Hodges and Lehmann, Ann Math Stat 1963;34:598-611; intervals by ranks as in Hollander
and Wolfe, Nonparametric Statistical Methods, 2nd ed., 3.3 and 4.3 (R: `wilcox.test(conf.int = TRUE)`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import comb
from typing import Literal

import numpy as np
from scipy.stats import norm, t

EXACT_BELOW = 50  # values of a group from which the distribution of ranks is taken as normal, as in R


@dataclass(frozen=True)
class Located:
    """An estimate and the ends of its interval, (columns,) each."""

    estimate: np.ndarray
    low: np.ndarray
    high: np.ndarray


def mean(values: np.ndarray, confidence: float) -> Located:
    """Mean of each column with Student's interval. values: (subjects x columns)."""
    count = len(values)
    middle, error = values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(count)
    return _around(middle, error, np.full(len(middle), count - 1.0), confidence)


def difference(values: np.ndarray, treated: np.ndarray, strata: np.ndarray, confidence: float) -> Located:
    """Mean of the treated minus that of the others, of each column.

    values: (subjects x columns); treated: (subjects,) truth; strata: (subjects,) labels. With one stratum Welch's
    interval, which allows arms of unequal spread; with several, least squares with a column for each stratum.
    """
    labels = list(dict.fromkeys(strata.tolist()))
    if len(labels) == 1:
        first, second = values[treated], values[~treated]
        parts = [each.var(axis=0, ddof=1) / len(each) for each in (first, second)]
        together = parts[0] + parts[1]
        with np.errstate(invalid="ignore", divide="ignore"):
            degrees = together**2 / (parts[0] ** 2 / (len(first) - 1) + parts[1] ** 2 / (len(second) - 1))
        return _around(first.mean(axis=0) - second.mean(axis=0), np.sqrt(together), degrees, confidence)
    design = np.column_stack([treated, *(strata == each for each in labels)]).astype(float)
    inverse = np.linalg.pinv(design)
    residual = values - design @ (inverse @ values)
    free = len(values) - int(np.linalg.matrix_rank(design))
    error = np.sqrt((residual**2).sum(axis=0) / max(free, 1) * (inverse @ inverse.T)[0, 0])
    return _around((inverse @ values)[0], error, np.full(values.shape[1], float(free)), confidence)


def _around(middle: np.ndarray, error: np.ndarray, degrees: np.ndarray, confidence: float) -> Located:
    # Without spread there are no degrees of freedom, and the interval is the estimate.
    beyond = np.where(error > 0, t.ppf(0.5 + confidence / 2, np.where(degrees > 0, degrees, np.nan)), 0)
    return Located(middle, middle - beyond * error, middle + beyond * error)


def hodges_lehmann(
    values: np.ndarray, treated: np.ndarray | None, confidence: float, interval: Literal["exact", "normal"]
) -> Located:
    """Median of the averages of two values, or of the differences of a treated and another, of each column.

    values: (subjects x columns); treated: (subjects,) truth, or none for one group. The ends of the interval are order
    statistics of these; exact ones from the distribution of Wilcoxon's statistic up to 49 values a group.
    """
    if treated is None:
        size = len(values)
        first, second = np.triu_indices(size)
        pairs = (values[first] + values[second]) / 2
        exact = interval == "exact" and size < EXACT_BELOW
        below = _signed_rank(size, confidence) if exact else None
        spread = np.sqrt(size * (size + 1) * (2 * size + 1) / 24)
    else:
        one, other = values[treated], values[~treated]
        pairs = (one[:, None] - other).reshape(-1, values.shape[1])
        exact = interval == "exact" and max(len(one), len(other)) < EXACT_BELOW
        below = _rank_sum(len(one), len(other), confidence) if exact else None
        spread = np.sqrt(len(one) * len(other) * (len(values) + 1) / 12)
    if below is None:
        below = max(round(len(pairs) / 2 - norm.ppf(0.5 + confidence / 2) * spread), 1)
    ordered = np.sort(pairs, axis=0)
    return Located(np.median(pairs, axis=0), ordered[below - 1], ordered[len(pairs) - below])


@cache
def _signed_rank(size: int, confidence: float) -> int:
    """The lower quantile of the sum of positive ranks of so many values, at least 1."""
    ways = [1]
    for rank in range(1, size + 1):
        more = [0] * rank + ways
        ways = [each + (ways[place] if place < len(ways) else 0) for place, each in enumerate(more)]
    return max(_quantile(ways, 2**size, confidence), 1)


@cache
def _rank_sum(first: int, second: int, confidence: float) -> int:
    """The lower quantile of the number of pairs in which one of the first is larger, at least 1."""
    size = first * second + 1
    ways = [1] + [0] * (size - 1)
    # Gauss's binomial coefficient, whose powers count the pairs: a product of (1 - q^(second + i)) / (1 - q^i).
    for step in range(1, first + 1):
        for place in range(size - 1, second + step - 1, -1):
            ways[place] -= ways[place - second - step]
        for place in range(step, size):
            ways[place] += ways[place - step]
    return max(_quantile(ways, comb(first + second, first), confidence), 1)


def _quantile(ways: list[int], total: int, confidence: float) -> int:
    """The smallest value that is not exceeded with a probability of at least (1 - confidence) / 2."""
    reached = 0
    for value, count in enumerate(ways):
        reached += count
        if reached / total >= (1 - confidence) / 2 * (1 - 1e-12):
            return value
    return len(ways) - 1

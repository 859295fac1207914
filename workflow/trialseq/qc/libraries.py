"""Libraries that are one, and libraries unlike all others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trialseq.qc.row import FEWEST, Floats, Row, deviations, not_measured

TOP_GENES = 1500
MEDIAN_OF_CHI_SQUARE = 0.4549  # with one degree of freedom
ONE_LIBRARY = 3.0  # overdispersion; two halves of a library have 1, two biopsies of a person 24 and more
FAR = 3.5  # doublings of the median of 1 - correlation, at which a sample is of another kind
LEAST_SPREAD = 0.2  # doublings


def overdispersion(counts: np.ndarray) -> Floats:
    """How much more than Poisson two libraries differ (samples x samples), missing on the diagonal.

    Given the sum of a gene's two counts, the first is binomial where both are drawn from one library. The median over
    the 1,500 most abundant genes of the squared standardised difference, over that of a chi square: 0 for a copy,
    1 for two runs of a library.
    """
    values = counts[:, np.argsort(-counts.mean(axis=0), kind="stable")[:TOP_GENES]].astype(float)
    result = np.full((len(values), len(values)), np.nan)
    for place in range(len(values)):
        total = values + values[place]
        share = np.median(values[place] / np.maximum(total, 1), axis=1, keepdims=True)
        variance = np.maximum(total * share * (1 - share), 1e-9)
        result[place] = np.median((values[place] - share * total) ** 2 / variance, axis=1) / MEDIAN_OF_CHI_SQUARE
    np.fill_diagonal(result, np.nan)
    return result


def duplicates(names: Sequence[str], counts: np.ndarray) -> list[Row]:
    """A sample that is as close to another as two runs of one library."""
    if counts.shape[1] < TOP_GENES // 10:
        return not_measured(names, "duplicate", f"{counts.shape[1]} genes are too few")
    apart = overdispersion(counts)
    rows = []
    for place, name in enumerate(names):
        nearest = int(np.nanargmin(apart[place]))
        value = float(apart[place, nearest])
        alike = value < ONE_LIBRARY
        how = "has the same counts as" if (counts[place] == counts[nearest]).all() else "is of the same library as"
        says = f"{how} {names[nearest]}" if alike else ""
        other = names[nearest] if alike else ""
        rows.append(Row(name, "duplicate", "fail" if alike else "ok", value, other=other, says=says))
    return rows


def profiles(names: Sequence[str], vst: Floats, mads: float) -> list[Row]:
    """A sample whose profile is unlike those of the others.

    vst: variance-stabilised counts of expressed genes (samples x genes). The measure is the median correlation with
    the other samples (the D statistic of Wright et al. 2014, Nat Genet 46:430); outliers on the scale of
    log2(1 - D).
    """
    if len(names) < FEWEST or vst.shape[1] < 2:
        return not_measured(names, "profile", f"fewer than {FEWEST} samples, or no genes")
    correlations: Floats = np.asarray(np.corrcoef(vst))
    np.fill_diagonal(correlations, np.nan)
    values = np.nanmedian(correlations, axis=1)
    apart = np.log2(np.maximum(1 - values, 1e-6))
    beyond, excess = deviations(apart, LEAST_SPREAD), apart - np.median(apart)
    rows = []
    for place, name in enumerate(names):
        verdict = "ok" if beyond[place] <= mads else "fail" if excess[place] > FAR else "look"
        unlike = "perhaps of another study or tissue" if verdict == "fail" else "less alike than they are to each other"
        says = f"correlates {values[place]:.2f} with the other samples (median {np.median(values):.2f}): {unlike}"
        rows.append(
            Row(name, "profile", verdict, float(values[place]), float(beyond[place]), says=says * (verdict != "ok"))
        )
    return rows

"""FRY: whether the genes of a set changed at all, together or each for itself, whatever other genes did.

The rotation test ROAST (Wu et al. 2010, Bioinformatics 26:2176) at infinitely many rotations, with the genes'
variances taken as equal once they are standardised; equal to limma's `fry`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import beta, chi2
from scipy.stats import t as student_t

from trialseq.config import Enrichment
from trialseq.enrichment.linear import Floats, Linear, active, membership
from trialseq.enrichment.question import Question
from trialseq.enrichment.ranking import Ranks

DEGREES = 0.92  # share of the degrees of freedom that is left to a variance without its largest square, as in limma
NODES = 128
SETS = 500  # of one size whose singular values are found at once


def test(question: Question, options: Enrichment, _threads: int) -> pd.DataFrame:
    """Two rows a set with at least one gene: of its direction, and of either direction (`both`, the mixed test).

    The statistic of a direction is Student's t. A mixed test of one gene is the test of its direction. Without a row
    where there is no linear model.
    """
    linear, columns = question.linear, ["set_id", "direction", "family", "size", "statistic", "p_value"]
    places = {name: each for name, each in linear.places(question.sets).items() if len(each)}
    if not linear.degrees or not places:
        return pd.DataFrame(columns=[*columns, "overlap", "genes"])
    statistic, directional, mixed = tested(linear, places, options.fry_standardise)
    signs = np.where(statistic < 0, -1.0, 1.0)
    common = {"set_id": list(places), "size": [len(each) for each in places.values()]}
    rows = []
    for family, direction, p_values, side in (
        ("directional", np.where(statistic < 0, "down", "up"), directional, signs),
        ("mixed", np.full(len(places), "both"), mixed, 0 * signs),
    ):
        genes = active(linear.scores, places, linear.symbols, side)
        one = pd.DataFrame({**common, "direction": direction, "family": family, "p_value": p_values, "genes": genes})
        one["statistic"] = statistic if family == "directional" else np.nan
        rows.append(one.assign(overlap=[len(each.split()) for each in genes]))
    return pd.concat(rows, ignore_index=True)


def tested(linear: Linear, places: Mapping[str, Ranks], standardise: str) -> tuple[Floats, Floats, Floats]:
    """Student's t, its two-sided p value, and the p value of the mixed test of each set, each (sets,)."""
    effects = linear.effects / np.sqrt(_variances(linear, standardise))[:, None]
    inside = membership(places, len(effects))
    means = inside @ effects / inside.sum(axis=1)[:, None]
    statistic = means[:, 0] / np.sqrt((means[:, 1:] ** 2).mean(axis=1))
    directional = np.asarray(2 * student_t.sf(np.abs(statistic), linear.degrees))
    return statistic, directional, np.where(inside.sum(axis=1) > 1, _mixed(effects, places), directional)


def _variances(linear: Linear, standardise: str) -> Floats:
    """Variances by which genes are brought to one scale.

    They come from the residuals and the contrast without the largest square of each gene, for which its expectation
    makes up: neither a strong effect nor an outlier passes for noise.
    """
    if standardise == "none":
        return np.ones(len(linear.effects))
    squares, count = linear.effects**2, linear.degrees + 1
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    at = (nodes + 1) / 2
    largest = float((count * at ** (count - 1) * chi2.ppf(at, 1) * weights / 2).sum())  # of `count` of one degree
    variances = (squares.sum(axis=1) - squares.max(axis=1)) / (count - largest)
    return variances if standardise == "residual_sd" else linear.moderated(variances, DEGREES * linear.degrees)


def _mixed(effects: Floats, places: Mapping[str, Ranks]) -> Floats:
    """P values of the sum of the squared effects of the contrast among its rotations (sets,).

    Under rotation it is the sum of the squared singular values A of the set's effects, weighted by the squared
    coordinates of a random unit vector in as many dimensions d; scaled to run from its least to its largest value,
    it is taken for a beta variable of the same mean, that of A, and variance, 2 / (d + 2) var(A).
    """
    ranks, p_values = list(places.values()), np.ones(len(places))
    by_size = pd.Series([len(each) for each in ranks])
    by_size = by_size[by_size > 1]
    for size, members in by_size.groupby(by_size).groups.items():
        for start in range(0, len(members), SETS):
            some = members[start : start + SETS]
            chosen = effects[np.stack([ranks[each] for each in some])]
            across = chosen.transpose(0, 2, 1)
            square = np.linalg.eigvalsh(across @ chosen if size > effects.shape[1] else chosen @ across)
            low, high = square[:, 0], square[:, -1]
            dimensions, spread = square.shape[1], np.maximum(high - low, np.finfo(float).tiny)
            observed = ((chosen[:, :, 0] ** 2).sum(axis=1) - low) / spread
            mean = (square.mean(axis=1) - low) / spread
            with np.errstate(divide="ignore", invalid="ignore"):
                precision = mean * (1 - mean) / (2 / (dimensions + 2) * square.var(axis=1) / spread**2) - 1
                found = beta.sf(observed, precision * mean, precision * (1 - mean))
            p_values[some] = np.where(np.isfinite(found), found, 1)
    return p_values

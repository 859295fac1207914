"""CAMERA: whether the genes of a set are higher ranked than the other genes, given that genes of a set go together.

Wu and Smyth 2012, NAR 40:e133; equal to limma's `camera` with `inter.gene.cor = NA`, negative estimates as zero, or
with the correlation that the options name.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.stats import t as student_t

from trialseq.config import Enrichment
from trialseq.enrichment.linear import Floats, Linear, active, membership
from trialseq.enrichment.question import Question
from trialseq.enrichment.ranking import Ranks


def test(question: Question, options: Enrichment, _threads: int) -> pd.DataFrame:
    """One row a set with at least one gene: the direction of its mean score against the others', and a two-sided p.

    `statistic` is Student's t, `correlation` that between genes which the test took; p is missing where a set holds
    every gene. Without a row where there is no linear model.
    """
    linear, columns = question.linear, ["set_id", "direction", "family", "size", "statistic", "correlation", "p_value"]
    places = {name: each for name, each in linear.places(question.sets).items() if len(each)}
    if not linear.degrees or not places:
        return pd.DataFrame(columns=[*columns, "overlap", "genes"])
    statistic, correlation, p_values = tested(linear, places, options.camera_correlation)
    genes = active(linear.scores, places, linear.symbols, np.where(statistic < 0, -1.0, 1.0))
    return pd.DataFrame(
        {
            "set_id": list(places),
            "direction": np.where(statistic < 0, "down", "up"),
            "family": "directional",
            "size": [len(each) for each in places.values()],
            "statistic": statistic,
            "correlation": correlation,
            "p_value": p_values,
            "overlap": [len(each.split()) for each in genes],
            "genes": genes,
        }
    )


def tested(linear: Linear, places: Mapping[str, Ranks], correlation: float | str) -> tuple[Floats, Floats, Floats]:
    """Student's t, correlation between genes, and two-sided p value of each set, each (sets,).

    correlation: of all sets, or `estimated` from the residuals of each, negative estimates as zero.
    """
    scores, count = linear.scores, len(linear.scores)
    inside = membership(places, count)
    size = inside.sum(axis=1)
    others = count - size
    assumed = np.full(len(size), correlation) if not isinstance(correlation, str) else _estimated(linear, inside, size)
    degrees = count - 2 if not isinstance(correlation, str) else min(linear.degrees, count - 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Equations 2 to 4: a two-sample t whose set has its variance inflated by the correlation.
        shift = (inside @ scores / size - scores.mean()) * count / others
        pooled = ((count - 1) * scores.var(ddof=1) - shift**2 * size * others / count) / (count - 2)
        inflation = 1 + (size - 1) * assumed
        statistic = shift / np.sqrt(pooled * (inflation / size + 1 / others))
    return statistic, assumed, np.asarray(2 * student_t.sf(np.abs(statistic), degrees))


def _estimated(linear: Linear, inside: sparse.csr_array, size: Floats) -> Floats:
    """Mean correlation between genes of each set, from the variance of their mean standardised residual."""
    residuals = linear.effects[:, 1:] / np.sqrt(np.maximum(linear.variances, 1e-8))[:, None]
    inflation = size * ((inside @ residuals / size[:, None]) ** 2).mean(axis=1)
    return np.asarray(np.maximum((inflation - 1) / np.maximum(size - 1, 1), 0))

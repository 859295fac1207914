"""What engines of a second opinion share: the genes and libraries that they get, the table that they give."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t as student_t

from trialseq.config import Statistics
from trialseq.counts import CountMatrix
from trialseq.de.filtering import before_fit, size_factors
from trialseq.de.independent import adjust
from trialseq.design.estimands import Model
from trialseq.tables import STATISTICS


@dataclass(frozen=True)
class Ready:
    """The same genes and size factors as the default engine has.

    counts: (genes x samples) of the genes that are fitted; libraries: effective library sizes (samples,);
    base_mean, before: mean of the normalised counts, and status before the fit, of every gene.
    """

    counts: pd.DataFrame
    libraries: np.ndarray
    base_mean: pd.Series
    before: pd.Series


@dataclass(frozen=True)
class Effect:
    """A contrast tested: log2 fold changes, statistics, and the degrees of freedom of Student's t; each (genes,)."""

    contrast: str
    log2_fold_change: np.ndarray
    statistic: np.ndarray
    degrees: np.ndarray


def ready(matrix: CountMatrix, model: Model, options: Statistics) -> Ready:
    """Genes that pass the count filter, and libraries in proportion to the size factors.

    Their geometric mean is that of the total counts, as edgeR scales factors of the method "RLE".
    """
    counts = matrix.counts.loc[list(model.samples)]
    before, _ = before_fit(counts, model, options)
    kept = counts.loc[:, before == "tested"]
    factors = size_factors(kept, options.size_factors)
    scale = np.exp(np.log(kept.sum(axis=1)).mean() - np.log(factors).mean())
    return Ready(kept.T.astype(float), (factors * scale).to_numpy(), counts.div(factors, axis=0).mean(), before)


def table(matrix: CountMatrix, given: Ready, effects: Iterable[Effect], options: Statistics) -> pd.DataFrame:
    """Effects as `tables.STATISTICS`; q values are Benjamini and Hochberg's over all genes that were fitted."""
    frames = []
    for effect in effects:
        with np.errstate(divide="ignore", invalid="ignore"):
            error = np.abs(effect.log2_fold_change / effect.statistic)
        width = student_t.ppf(0.5 + options.confidence / 2, effect.degrees) * error
        p_values = 2 * student_t.sf(np.abs(effect.statistic), effect.degrees)
        frame = pd.DataFrame(
            {
                "log2_fold_change": effect.log2_fold_change,
                "lfc_se": error,
                "ci_low": effect.log2_fold_change - width,
                "ci_high": effect.log2_fold_change + width,
                "statistic": effect.statistic,
                "p_value": p_values,
                "q_value": adjust(p_values),
            },
            index=given.counts.index,
        )
        # A fold change and a statistic of exactly zero leave the standard error undefined.
        frame = frame.where(np.isfinite(frame)).reindex(given.before.index)
        frames.append(frame.assign(contrast=effect.contrast, status=given.before, base_mean=given.base_mean))
    whole = pd.concat(frames).assign(shrunk_log2_fold_change=np.nan, shrunk_lfc_se=np.nan)
    whole["gene_name"] = matrix.genes["gene_name"].reindex(whole.index)
    return STATISTICS.conform(whole.rename_axis("gene_id").reset_index())

"""Outliers by Cook's distance in a fitted data set, as R's DESeq2 treats them."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydeseq2.utils import n_or_more_replicates
from scipy.stats import f as fisher_f

REPLICATES = 3  # rows of a sample's design from which its Cook's distance counts
EXCEEDED = 3  # samples above an outlier of two groups from which it is none


def outliers(fitted: Any) -> np.ndarray:  # noqa: ANN401 - PyDESeq2 is untyped
    """Genes (genes,) whose p value R DESeq2 1.38 leaves out (`results`).

    In a design of two groups a count that three others exceed is none; PyDESeq2 0.5.4 excepts it in every design. A
    gene without a count once its outliers are replaced is none either: R gives it p = 1.
    """
    design = fitted.obsm["design_matrix"]
    samples, columns = design.shape
    cooks = fitted.layers["replace_cooks" if "replace_cooks" in fitted.layers else "cooks"]
    beyond = cooks[n_or_more_replicates(design, REPLICATES)] > fisher_f.ppf(0.99, columns, samples - columns)
    flagged: np.ndarray = beyond.any(axis=0)
    if len(np.unique(design, axis=0)) == columns == 2:
        counts = fitted.X[:, flagged]
        outlying = counts[fitted.layers["cooks"][:, flagged].argmax(axis=0), np.arange(flagged.sum())]
        flagged[flagged] = (counts > outlying).sum(axis=0) < EXCEEDED
    return np.asarray(flagged & (fitted.var["_normed_means"] > 0).to_numpy())


def counts_of_fit(fitted: Any) -> np.ndarray:  # noqa: ANN401 - PyDESeq2 is untyped
    """Counts (samples x genes) that the coefficients were fitted to: outliers replaced where that was done."""
    counts: np.ndarray = fitted.floats.copy(order="K")
    refitted = fitted.var["refitted"].to_numpy() if "refitted" in fitted.var else np.zeros(counts.shape[1], dtype=bool)
    if refitted.any():
        counts[:, refitted] = fitted.counts_to_refit.X
    return counts

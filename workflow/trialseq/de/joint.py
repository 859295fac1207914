"""Likelihood-ratio tests of several contrasts at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import chi2
from scipy.stats import f as fisher_f

from trialseq.de.compiled import CompiledInference
from trialseq.de.hypothesis import degrees_of_fit
from trialseq.de.outliers import counts_of_fit
from trialseq.de.shrinkage import reparameterise

TOLERANCE = 1e-9


def restricted(design: np.ndarray, vectors: np.ndarray) -> tuple[np.ndarray, int]:
    """The design under which some contrasts are zero, and the rank of these contrasts.

    design: (samples x columns); vectors: (contrasts x columns). One contrast after the other is made a coefficient,
    which is then left out; the rest of the contrasts follows the change of coefficients as the rows of a design do.
    The result spans the design times the null space of the contrasts, and keeps columns that these do not touch.
    """
    rows, samples, rank = np.vstack([design, vectors]), len(design), 0
    while (sizes := np.abs(rows[samples:]).max(axis=1, initial=0)).max() > TOLERANCE:
        changed, index = reparameterise(rows, rows[samples + int(sizes.argmax())])
        rows, rank = np.delete(changed, index, axis=1), rank + 1
    return rows[:samples], rank


def test(fitted: Any, vectors: np.ndarray, distribution: str, threads: int) -> pd.DataFrame:  # noqa: ANN401
    """Likelihood-ratio tests of contrasts against all of them being zero: R DESeq2 1.38, `nbinomLRT`.

    fitted: PyDESeq2's data set; vectors: (contrasts x columns). The statistic is twice the log-likelihood that the
    restricted design loses at the dispersions and size factors of the full fit, with k degrees of freedom, the rank
    of the contrasts. It refers to chi-squared (`distribution: normal`, as R), or over k to F with k and the
    dispersions' degrees of freedom (`t`), as t is to the normal. Returns columns degrees_of_freedom, statistic and
    p_value, index = fitted genes.
    """
    genes = fitted.var
    usable = (genes["_normed_means"] > 0).to_numpy()
    counts = counts_of_fit(fitted)[:, usable]
    design, factors = fitted.obsm["design_matrix"].to_numpy(), fitted.obs["size_factors"].to_numpy()
    dispersions = genes["dispersions"].to_numpy()[usable]
    reduced, rank = restricted(design, vectors)
    full_means = factors[:, None] * np.exp(design @ fitted.varm["LFC"].to_numpy()[usable].T)
    inference = CompiledInference(threads)
    _, means, _, _ = inference.irls(counts, factors, reduced, dispersions, fitted.min_mu, fitted.beta_tol)
    # A gene whose counts are all zero once its outliers are replaced tells nothing: p is 1, as in R.
    statistics = np.zeros(len(genes))
    gained = _log_likelihood(counts, full_means, dispersions) - _log_likelihood(counts, means, dispersions)
    # Means are held at 0.5 or more in the search, so that a fit may miss its optimum by a little.
    statistics[usable] = np.maximum(2 * gained, 0)
    if distribution == "normal":
        p_values = chi2.sf(statistics, rank)
    else:
        p_values = fisher_f.sf(statistics / rank, rank, degrees_of_fit(fitted))
    return pd.DataFrame(
        {"degrees_of_freedom": rank, "statistic": statistics, "p_value": p_values}, index=fitted.var_names
    )


def _log_likelihood(counts: np.ndarray, means: np.ndarray, dispersions: np.ndarray) -> np.ndarray:
    """Of each gene (genes,), without the terms that do not depend on the means (samples x genes)."""
    means = np.maximum(means, np.finfo(float).tiny)
    terms = counts * np.log(means) - (counts + 1 / dispersions) * np.log1p(dispersions * means)
    return np.asarray(terms.sum(axis=0))

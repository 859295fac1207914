"""limma-voom with a correlation within blocks, as edgePython ports it.

Law et al. 2014 (voom); Smyth, Michaud and Scott 2005 (duplicateCorrelation). edgePython follows limma 3.99; the span
of the trend and the prior of the variances are set to those of limma 3.54, with which the tests compare it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trialseq.counts import CountMatrix
from trialseq.de import Fit
from trialseq.de.opinion import Effect, ready, table
from trialseq.design.estimands import Model

if TYPE_CHECKING:
    from trialseq.config import Statistics

SPAN = 0.5


def fit(matrix: CountMatrix, model: Model, options: Statistics, threads: int) -> Fit:  # noqa: ARG001 - numba has them
    """Fit cell means with blocks as random, and test all contrasts; without blocks, the design as it stands.

    An estimand is the same weights on cell means whether its blocks are fixed or random.
    """
    import edgepython

    given, blocks = ready(matrix, model, options), np.array(model.blocks)
    design = model.cell_means if model.blocks else model.matrix
    fitted = edgepython.voom_lmfit(
        given.counts.to_numpy(),
        design.to_numpy(),
        block=blocks if model.blocks else None,
        lib_size=given.libraries,
        span=SPAN,
        adaptive_span=False,
    )
    correlation = float(fitted["correlation"] or 0)
    squeezed = edgepython.squeeze_var(fitted["sigma"] ** 2, fitted["df_residual"], legacy=True)
    degrees = np.minimum(fitted["df_residual"] + squeezed["df_prior"], fitted["df_residual"].sum())
    covariance = _unscaled(design.to_numpy(), fitted["weights"], blocks, correlation)
    effects = []
    for estimand in model.estimands:
        of_cells = [estimand.weights.get(cell, 0.0) for cell in design.columns]
        vector = np.array(of_cells if model.blocks else estimand.vector)
        change = fitted["coefficients"] @ vector
        error = np.sqrt(np.einsum("j,gjk,k->g", vector, covariance, vector) * squeezed["var_post"])
        effects.append(Effect(estimand.id, change, change / error, degrees))
    notes = {
        "model": model.id,
        "engine": "limma",
        "genes": len(given.counts),
        "correlation_within_blocks": correlation,
        "prior_degrees": float(np.median(squeezed["df_prior"])),
    }
    return Fit(table(matrix, given, effects, options), None, notes)


def _unscaled(design: np.ndarray, weights: np.ndarray, blocks: np.ndarray, correlation: float) -> np.ndarray:
    """Covariance of the coefficients over the variance (genes x columns x columns), by generalised least squares.

    weights: (genes x samples). limma's contrasts.fit takes one correlation of the coefficients for all genes; this
    is what it would give for a contrast that is a coefficient.
    """
    within = np.eye(len(design))
    if correlation:
        within = np.where(blocks[:, None] == blocks, correlation, 0.0)
        np.fill_diagonal(within, 1.0)
    scaled = np.sqrt(weights)[:, :, None] * design
    covariance: np.ndarray = np.linalg.inv(scaled.transpose(0, 2, 1) @ (np.linalg.inv(within) @ scaled))
    return covariance

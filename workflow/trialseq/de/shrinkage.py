"""Shrunken fold changes of any contrast."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import root_scalar

from trialseq.de.compiled import CompiledInference

OTHER_SCALE = 15.0  # apeglm's prior scale of the coefficients that are not shrunk
LARGEST_VARIANCE = 400.0
SMALLEST_VARIANCE = 1e-6


def reparameterise(design: np.ndarray, vector: np.ndarray) -> tuple[np.ndarray, int]:
    """Rewrite a design so that a contrast is one of its coefficients.

    With coefficients b and contrast c, the new coefficients are b but for one, j, which is c'b. As
    b_j = (c'b - sum over k != j of c_k b_k) / c_j, column j becomes x_j / c_j and every other column k becomes
    x_k - x_j c_k / c_j. Returns the new design (samples x columns) and j.
    """
    index = int(np.flatnonzero(np.abs(vector) >= np.abs(vector).max())[-1])
    column = design[:, index] / vector[index]
    changed = design - np.outer(column, vector)
    changed[:, index] = column
    return changed, index


def prior_scale(effects: np.ndarray, errors: np.ndarray) -> float:
    """Scale of the Cauchy prior from the unshrunken effects, at most 1.

    effects, errors: (genes,) maximum-likelihood estimates and standard errors, natural log. The variance A
    solves sum((S - D) / (2 (A + D)^2)) / sum(1 / (2 (A + D)^2)) = A, Zhu, Ibrahim and Love 2019, as in apeglm.
    """
    finite = np.isfinite(effects) & np.isfinite(errors) & (errors > 0)
    squares, variances = effects[finite] ** 2, errors[finite] ** 2

    def excess(variance: float) -> float:
        weights = 1 / (2 * (variance + variances) ** 2)
        return float(((squares - variances) * weights).sum() / weights.sum() - variance)

    if not finite.any() or excess(SMALLEST_VARIANCE) < 0:
        return float(np.sqrt(SMALLEST_VARIANCE))
    if excess(LARGEST_VARIANCE) > 0:
        return 1.0
    return min(1.0, float(np.sqrt(root_scalar(excess, bracket=(SMALLEST_VARIANCE, LARGEST_VARIANCE)).root)))


def shrink(
    inference: Any,  # noqa: ANN401 - PyDESeq2 is untyped
    counts: np.ndarray,
    design: np.ndarray,
    vector: np.ndarray,
    size_factors: np.ndarray,
    dispersions: np.ndarray,
    scale: float,
    coefficients: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Maximum a posteriori log2 fold changes of a contrast under apeGLM's prior (Zhu, Ibrahim and Love 2019).

    counts: (samples x genes); design: (samples x columns); vector: (columns,); dispersions: (genes,); coefficients:
    (genes x columns), of maximum likelihood, natural log, from which compiled searches begin. Returns the shrunken
    log2 fold changes (genes,), their standard errors, which are the square roots of the inverse of the posterior's
    curvature at its mode, and whether each search converged. PyDESeq2's own inference gives wrong errors.
    """
    changed, index = reparameterise(design, vector)
    begin = {}
    if coefficients is not None and isinstance(inference, CompiledInference):
        begin["begin"] = coefficients.copy()
        begin["begin"][:, index] = coefficients @ vector
    modes, inverses, converged = inference.lfc_shrink_nbinom_glm(
        design_matrix=changed,
        counts=counts,
        size=1 / dispersions,
        offset=np.log(size_factors),
        prior_no_shrink_scale=OTHER_SCALE,
        prior_scale=scale,
        optimizer="L-BFGS-B",
        shrink_index=index,
        **begin,
    )
    errors = np.sqrt(np.asarray(inverses)[:, index, index])
    return np.asarray(modes)[:, index] / np.log(2), errors / np.log(2), np.asarray(converged, dtype=bool)

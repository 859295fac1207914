"""What a test of a contrast asks, the statistic that answers it, and its distribution if the answer is no."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import polygamma


def test(
    effects: np.ndarray,
    errors: np.ndarray,
    threshold: float,
    alternative: str,
    reference: Any,  # noqa: ANN401 - a frozen distribution of scipy
) -> tuple[np.ndarray, np.ndarray]:
    """Statistics and p values (genes,) of a contrast against a threshold: R DESeq2 1.38, `results`.

    effects, errors: (genes,) fold changes and standard errors of the contrast itself, in the threshold's unit.
    reference: distribution of (effect - truth) / error. An error of 0, of a gene without a count once its outliers
    are replaced, gives a statistic of 0 and p = 1, as in R.
    """
    known = errors > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        above, below = (effects - threshold) / errors, (effects + threshold) / errors
        match alternative:
            case "greaterAbs":
                beyond = (np.abs(effects) - threshold) / errors
                statistics, p_values = np.sign(effects) * np.maximum(beyond, 0), np.minimum(2 * reference.sf(beyond), 1)
            case "lessAbs":
                statistics = np.maximum(np.minimum(-above, below), 0)
                p_values = np.maximum(reference.sf(-above), reference.sf(below))
            case "greater":
                statistics, p_values = np.maximum(above, 0), reference.sf(above)
            case "less":
                statistics, p_values = np.minimum(below, 0), reference.sf(-below)
            case _:
                raise ValueError(f"no alternative {alternative}")
    nothing = errors == 0
    return (
        np.where(known, statistics, np.where(nothing, 0.0, np.nan)),
        np.where(known, p_values, np.where(nothing, 1.0, np.nan)),
    )


def degrees_of_freedom(fitted: Any) -> np.ndarray:  # noqa: ANN401 - PyDESeq2 is untyped
    """Degrees of freedom (genes,) of the dispersions of a fitted data set.

    A shrunken dispersion rests on the residual degrees of freedom and on those of its prior, d0, for which
    trigamma(d0 / 2) is the prior's variance (Smyth 2004, as in limma); one that was left unshrunken, because it
    is far above the trend, on the first alone.
    """
    samples, columns = fitted.obsm["design_matrix"].shape
    prior = prior_degrees(float(fitted.uns["prior_disp_var"]))
    unshrunken = fitted.var["_outlier_genes"].fillna(False).to_numpy(dtype=bool)
    return np.asarray(samples - columns + np.where(unshrunken, 0.0, prior))


def prior_degrees(variance: float) -> float:
    """Degrees of freedom d0 of which the log of a mean square has a given variance: trigamma(d0 / 2)."""
    return 2 * float(brentq(lambda half: polygamma(1, half) - variance, 1e-6, 1e9))

"""What a test of a contrast asks, the statistic that answers it, and its distribution if the answer is no."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import polygamma
from scipy.stats import norm
from scipy.stats import t as student_t

TOLERANCE = 1e-9


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


def without_counts(counts: np.ndarray, design: np.ndarray, vectors: np.ndarray, compared: np.ndarray) -> np.ndarray:
    """Genes (contrasts x genes) without a count in the samples of a contrast: there is nothing that might have changed.

    counts: (samples x genes); design: (samples x columns); vectors: (contrasts x columns); compared: (contrasts x
    samples), those of the cells that are compared. R DESeq2 1.38 sets their fold change to 0 by two rules, and so do
    we: contrastAllZeroCharacter looks at the samples that are compared; contrastAllZeroNumeric, where a contrast has
    weights of both signs, at those in whose rows of the design the columns with a weight do not sum to zero.
    """
    weights = np.where(np.abs(vectors) > TOLERANCE, np.sign(vectors), 0)
    concerned = np.abs(np.abs(weights) @ design.T) > TOLERANCE
    both_signs = np.asarray((weights > 0).any(axis=1) & (weights < 0).any(axis=1))
    present = (counts > 0).astype(np.float32)
    of_cells, of_columns = (np.asarray(each.astype(np.float32) @ present == 0) for each in (compared, concerned))
    return np.asarray(of_cells | (of_columns & both_signs[:, np.newaxis]))


def reference(distribution: str, degrees: np.ndarray) -> Any:  # noqa: ANN401 - a frozen distribution of scipy
    """Distribution of Wald statistics under the null: `normal`, or Student's `t` by gene."""
    return norm if distribution == "normal" else student_t(degrees)


def degrees_of_freedom(residual: int, prior_variance: float, unshrunken: np.ndarray) -> np.ndarray:
    """Degrees of freedom (genes,) of dispersions.

    A shrunken dispersion rests on the residual degrees of freedom and on those of its prior, d0, for which
    trigamma(d0 / 2) is the prior's variance (Smyth 2004, as in limma); one that was left unshrunken, because it
    is far above the trend, on the first alone. unshrunken: (genes,).
    """
    return np.asarray(residual + np.where(unshrunken, 0.0, prior_degrees(prior_variance)))


def degrees_of_fit(fitted: Any) -> np.ndarray:  # noqa: ANN401 - PyDESeq2 is untyped
    """Degrees of freedom (genes,) of the dispersions of a fitted data set."""
    samples, columns = fitted.obsm["design_matrix"].shape
    unshrunken = fitted.var["_outlier_genes"].fillna(False).to_numpy(dtype=bool)
    return degrees_of_freedom(samples - columns, float(fitted.uns["prior_disp_var"]), unshrunken)


def prior_degrees(variance: float) -> float:
    """Degrees of freedom d0 of which the log of a mean square has a given variance: trigamma(d0 / 2)."""
    return 2 * float(brentq(lambda half: polygamma(1, half) - variance, 1e-6, 1e9))

"""The steps of DESeq2 on bare arrays with the compiled loops, without frames between them.

The data set behind a whole fit takes them, the many refits that influence asks for, and the trend behind the VST.
Counts and means (samples x genes) are fastest where the samples of a gene lie side by side in memory.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import polygamma
from scipy.stats import norm, trim_mean

from trialseq.de.compiled import MIN_MU, CompiledInference
from trialseq.de.trend import gamma_trend

LOGGER = logging.getLogger("trialseq.de")
MIN_DISP, BETA_TOL, RIDGE = 1e-8, 1e-8, 1e-6
LEAST_VARIANCE = 0.25  # of the dispersions' prior


@dataclass(frozen=True)
class Estimates:
    """What tests need of a fit.

    coefficients: (genes x columns), natural log; dispersions, unshrunken: (genes,), final and whether they were left
    as they are by themselves; prior_variance: of log dispersions around their trend.
    """

    coefficients: np.ndarray
    dispersions: np.ndarray
    unshrunken: np.ndarray
    prior_variance: float


def fit(
    inference: CompiledInference,
    counts: np.ndarray,
    design: np.ndarray,
    factors: np.ndarray,
    trend: Literal["parametric", "mean"],
) -> Estimates:
    """Dispersions and coefficients as `DeseqDataSet.deseq2` of PyDESeq2 0.5.4 estimates them.

    counts: (samples x genes), each gene with a count; design: (samples x columns), of full rank, with fewer columns
    than samples; factors: (samples,), size factors.
    """
    genewise, first, means = genewise_dispersions(inference, counts, design, factors)
    a0, a1 = trend_coefficients(genewise, means, trend)
    fitted = a0 + a1 / means
    residuals = np.log(genewise) - np.log(fitted)
    free = residuals[genewise >= 100 * MIN_DISP]
    squared = float((np.median(np.abs(free - np.median(free))) / norm.ppf(0.75)) ** 2)
    variance = max(squared - float(polygamma(1, (len(design) - design.shape[1]) / 2)), LEAST_VARIANCE)
    shrunken = shrunken_dispersions(inference, counts, design, first, genewise, fitted, variance)
    unshrunken = residuals > 2 * np.sqrt(squared)
    dispersions = np.where(unshrunken, genewise, shrunken)
    coefficients, *_ = inference.irls(
        counts, factors, design, dispersions, MIN_MU, BETA_TOL, means=False, leverages=False
    )
    return Estimates(coefficients, dispersions, unshrunken, variance)


def genewise_dispersions(
    inference: CompiledInference, counts: np.ndarray, design: np.ndarray, factors: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Maximum-likelihood dispersions (genes,) with the Cox-Reid term, and the means (samples x genes) behind them.

    In the third place the means of the normalised counts (genes,).
    """
    rough, moments, means = inference.moments(counts, factors, design)
    start = np.clip(np.minimum(rough, moments), MIN_DISP, _largest(design))
    if len(np.unique(design, axis=0)) == design.shape[1]:
        first = inference.lin_reg_mu(counts, factors, design, MIN_MU)
    else:
        _, first, *_ = inference.irls(counts, factors, design, start, MIN_MU, BETA_TOL, leverages=False)
    genewise, _ = inference.alpha_mle(counts, design, first, start, MIN_DISP, _largest(design))
    return np.clip(genewise, MIN_DISP, _largest(design)), first, means


def shrunken_dispersions(
    inference: CompiledInference,
    counts: np.ndarray,
    design: np.ndarray,
    first: np.ndarray,
    genewise: np.ndarray,
    fitted: np.ndarray,
    variance: float,
) -> np.ndarray:
    """Maximum a posteriori dispersions (genes,) under a normal prior of their logarithms around the trend `fitted`."""
    # About where prior and likelihood meet; from there the search is shorter.
    residual = len(design) - design.shape[1]
    apart = np.maximum(np.log(genewise) - np.log(fitted), -2)
    near = np.exp(np.log(fitted) + residual / (residual + 2 / variance) * apart)
    bounds = MIN_DISP, _largest(design)
    shrunken, _ = inference.alpha_mle(counts, design, first, fitted, *bounds, variance, True, True, begin=near)
    return np.asarray(np.clip(shrunken, *bounds))


def effects(
    inference: CompiledInference,
    dispersions: np.ndarray,
    coefficients: np.ndarray,
    design: np.ndarray,
    factors: np.ndarray,
    vectors: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Log2 fold changes and their standard errors (contrasts x genes).

    dispersions: (genes,); coefficients: (genes x columns), natural log; vectors: (contrasts x columns).
    """
    errors = inference.standard_errors(design, dispersions, RIDGE, vectors, coefficients, factors)
    return vectors @ coefficients.T / np.log(2), errors.T / np.log(2)


def _largest(design: np.ndarray) -> float:
    """The upper bound of dispersions."""
    return max(10.0, len(design))


def trend_coefficients(
    genewise: np.ndarray, means: np.ndarray, kind: Literal["parametric", "mean"]
) -> tuple[float, float]:
    """The trend a0 + a1 / mean of dispersions; a1 is 0 where it is flat, by wish or because no other one converged."""
    coefficients = gamma_trend(genewise, means, MIN_DISP) if kind == "parametric" else None
    if coefficients is not None:
        return float(coefficients[0]), float(coefficients[1])
    if kind == "parametric":
        LOGGER.info("The dispersion trend did not converge; a flat one is used.")
    usable = genewise[genewise > 10 * MIN_DISP]
    return float(trim_mean(usable, 0.001)) if len(usable) else 10 * MIN_DISP, 0.0

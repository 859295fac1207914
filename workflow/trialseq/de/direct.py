"""PyDESeq2's steps on bare arrays, for the many fits that influence asks for, and for the trend behind the VST.

The same numbers as `wald` gives with compiled loops (a test holds them together), without its data set, frames,
Cook's distances and leverages, which cost as much as the fit.
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

    coefficients: (genes x columns), natural log; means: (samples x genes); dispersions, unshrunken: (genes,), final
    and whether they were left as they are by themselves; prior_variance: of log dispersions around their trend.
    """

    coefficients: np.ndarray
    means: np.ndarray
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
    samples, columns = design.shape
    most = max(10.0, samples)
    means = (counts / factors[:, None]).mean(axis=0)
    genewise, first = genewise_dispersions(inference, counts, design, factors)
    a0, a1 = trend_coefficients(genewise, means, trend)
    fitted = a0 + a1 / means
    residuals = np.log(genewise) - np.log(fitted)
    free = residuals[genewise >= 100 * MIN_DISP]
    squared = float((np.median(np.abs(free - np.median(free))) / norm.ppf(0.75)) ** 2)
    variance = max(squared - float(polygamma(1, (samples - columns) / 2)), LEAST_VARIANCE)
    # About where prior and likelihood meet; from there the search is shorter.
    share = (samples - columns) / (samples - columns + 2 / variance)
    near = np.exp(np.log(fitted) + share * np.maximum(residuals, -2))
    shrunken, _ = inference.alpha_mle(counts, design, first, fitted, MIN_DISP, most, variance, True, True, begin=near)
    unshrunken = residuals > 2 * np.sqrt(squared)
    dispersions = np.where(unshrunken, genewise, np.clip(shrunken, MIN_DISP, most))
    coefficients, mu, *_ = inference.irls(counts, factors, design, dispersions, MIN_MU, BETA_TOL, leverages=False)
    return Estimates(coefficients, mu, dispersions, unshrunken, variance)


def genewise_dispersions(
    inference: CompiledInference, counts: np.ndarray, design: np.ndarray, factors: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Maximum-likelihood dispersions (genes,) with the Cox-Reid term, and the means (samples x genes) behind them."""
    most = max(10.0, len(design))
    start = np.clip(_rough(inference, counts / factors[:, None], design, factors), MIN_DISP, most)
    if len(np.unique(design, axis=0)) == design.shape[1]:
        means = inference.lin_reg_mu(counts, factors, design, MIN_MU)
    else:
        _, means, *_ = inference.irls(counts, factors, design, start, MIN_MU, BETA_TOL, leverages=False)
    genewise, _ = inference.alpha_mle(counts, design, means, start, MIN_DISP, most)
    return np.clip(genewise, MIN_DISP, most), means


def effects(
    inference: CompiledInference, estimates: Estimates, design: np.ndarray, vectors: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Log2 fold changes and their standard errors (contrasts x genes); vectors: (contrasts x columns)."""
    errors = inference.standard_errors(design, estimates.dispersions, estimates.means, RIDGE, vectors)
    return vectors @ estimates.coefficients.T / np.log(2), errors.T / np.log(2)


def _rough(inference: CompiledInference, normed: np.ndarray, design: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """The smaller of two moment estimates of each dispersion: around a linear model, and around the mean."""
    smaller: np.ndarray = np.minimum(
        inference.fit_rough_dispersions(normed, design), inference.fit_moments_dispersions(normed, factors)
    )
    return smaller


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

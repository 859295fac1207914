"""Adjusted p values with independent filtering, as R's DESeq2 does it."""

from __future__ import annotations

import numpy as np

QUANTILES = 50
FEWEST = 10  # rejections below which no filter is worth its while


def adjust(p_values: np.ndarray) -> np.ndarray:
    """Benjamini and Hochberg 1995; missing p values stay missing and do not count."""
    adjusted = np.full(len(p_values), np.nan)
    known = np.flatnonzero(~np.isnan(p_values))
    order = known[np.argsort(p_values[known], kind="stable")]
    scaled = p_values[order] * len(order) / np.arange(1, len(order) + 1)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1)
    return adjusted


def independent_filtering(p_values: np.ndarray, base_means: np.ndarray, alpha: float) -> np.ndarray:
    """Adjusted p values of the genes above the mean that lets nearly the most be rejected at alpha.

    p_values, base_means: (genes,), missing p values as NaN. The mean is the lowest of 50 quantiles at which the
    number of rejections comes within the root mean square residual of the peak of its lowess curve: R DESeq2 1.38,
    pvalueAdjustment; lowess of Cleveland 1979 with f = 1/5, three robust iterations and R's `delta`.
    """
    from statsmodels.nonparametric.smoothers_lowess import lowess

    lowest = float(np.mean(base_means == 0))
    theta = np.linspace(lowest, 0.95 if lowest < 0.95 else 1.0, QUANTILES)
    cutoffs = np.quantile(base_means, theta)
    order = np.argsort(p_values, kind="stable")
    order = order[~np.isnan(p_values[order])]
    rejections = np.array([_rejections(p_values[order[base_means[order] >= each]], alpha) for each in cutoffs])
    if rejections.max() <= FEWEST:
        return adjust(np.where(base_means >= cutoffs[0], p_values, np.nan))
    curve = lowess(rejections, theta, frac=1 / 5, it=3, delta=0.01 * (theta[-1] - theta[0]), return_sorted=False)
    some = rejections > 0
    threshold = curve.max() - np.sqrt(np.mean((rejections - curve)[some] ** 2))
    above = np.flatnonzero(rejections > threshold)
    return adjust(np.where(base_means >= cutoffs[above[0] if len(above) else 0], p_values, np.nan))


def _rejections(in_order: np.ndarray, alpha: float) -> float:
    """How many of some p values, the smallest first, Benjamini and Hochberg reject."""
    below = np.flatnonzero(in_order * len(in_order) / np.arange(1, len(in_order) + 1) < alpha)
    return float(below[-1] + 1) if len(below) else 0.0

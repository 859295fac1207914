"""The parametric trend of dispersions over means, as R's DESeq2 fits it."""

from __future__ import annotations

import numpy as np

_FAR, _NEAR = 15.0, 1e-4


def gamma_trend(dispersions: np.ndarray, means: np.ndarray, min_disp: float) -> np.ndarray | None:
    """Coefficients (a0, a1) of the trend a0 + a1 / mean, or None where there is none.

    dispersions, means: (genes,). A gamma model with identity link, fitted again without genes far from the trend
    until it settles: R DESeq2 1.38, parametricDispersionFit. Genes at the lower bound, whose dispersion is below
    100 x `min_disp`, do not count (PyDESeq2 0.5.4 lets them).
    """
    use = (dispersions > 100 * min_disp) & (means > 0)
    values, inverse = dispersions[use], 1 / means[use]
    coefficients = np.array([0.1, 1.0])
    for _ in range(10):
        ratios = values / (coefficients[0] + coefficients[1] * inverse)
        good = (ratios > _NEAR) & (ratios < _FAR)
        before = coefficients
        fitted = _gamma_identity(values[good], inverse[good], coefficients)
        if fitted is None or not (fitted > 0).all():
            return None
        coefficients = fitted
        if (np.log(coefficients / before) ** 2).sum() < 1e-6:
            return coefficients
    return None


def _gamma_identity(values: np.ndarray, inverse: np.ndarray, start: np.ndarray) -> np.ndarray | None:
    """Iteratively reweighted least squares of a gamma model with identity link: weights are 1 / mean^2."""
    design = np.column_stack([np.ones_like(inverse), inverse])
    if len(values) <= design.shape[1]:
        return None
    coefficients, deviance = start, np.inf
    for _ in range(100):
        mean = design @ coefficients
        if not (mean > 0).all():
            return None
        before, deviance = deviance, float(2 * (values / mean - 1 - np.log(values / mean)).sum())
        if abs(deviance - before) / (abs(deviance) + 0.1) < 1e-10:
            return coefficients
        scaled = design / mean[:, None]
        coefficients, *_ = np.linalg.lstsq(scaled, values / mean, rcond=None)
    return None

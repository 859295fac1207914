"""Dispersions: maximum likelihood and under a normal prior of their logarithm."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math

import numpy as np

from trialseq.de.kernels.linear import kernel, log_root_slope, normal_and_slope

_CLOSE = 12.0  # beyond which the asymptotic series below are exact to double precision
_TINY = 1e-3
FLOOR = math.log(100.0)  # a dispersion below 100 x the lower bound counts as at it, as in DESeq2


@kernel
def digamma_lag(x):
    """digamma(x) - log(x): upwards by the recurrence, then by the asymptotic series."""
    high, total = x, 0.0
    while high < _CLOSE:
        total += 1.0 / high
        high += 1.0
    square = 1.0 / (high * high)
    series = -0.5 / high - square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square / 240)))
    return series if high == x else series + math.log(high / x) - total


@kernel
def digamma_excess(y, inverse, lag):
    """digamma(y + r) - digamma(r) - log1p(y / r), for r = 1 / dispersion and its `digamma_lag`."""
    if y == 0.0:
        return 0.0
    if inverse < _CLOSE:
        return digamma_lag(inverse + y) - lag
    # The difference of both series term by term, which does not cancel for large r.
    a, b = 1.0 / inverse, 1.0 / (inverse + y)
    apart, both, first, second = a * b * y, a + b, a * a, b * b
    quartic = first + second
    return apart * (
        0.5
        + both / 12.0
        - both * quartic / 120.0
        + both * (first * first + first * second + second * second) / 252.0
        - both * quartic * (first * first + second * second) / 240.0
    )


@kernel
def _slope(x, counts, mu, design, centre, variance, with_prior, with_cox_reid, matrix, tangent, weights):
    """Derivative in log dispersion of the negative log likelihood, the Cox-Reid term and the prior."""
    alpha = math.exp(x)
    inverse = 1.0 / alpha
    lag = digamma_lag(inverse) if inverse < _CLOSE else 0.0
    total, product = 0.0, 1.0
    for s in range(len(counts)):
        d = (mu[s] - counts[s]) * alpha / (1.0 + counts[s] * alpha)
        # log1p(d) - d / (1 + d), by its series where the difference would cancel; one logarithm for many samples
        if abs(d) < _TINY:
            total -= d * d * (0.5 - d * (2.0 / 3.0 - d * (0.75 - 0.8 * d)))
        else:
            total += d / (1.0 + d)
            product *= 1.0 + d
            if not 1e-200 < product < 1e200:
                total -= math.log(product)
                product = 1.0
        total += digamma_excess(counts[s], inverse, lag)
    total = (total - math.log(product)) * inverse
    if with_cox_reid:
        for s in range(len(counts)):
            weights[s] = mu[s] / (1.0 + mu[s] * alpha)
        normal_and_slope(design, weights, alpha, matrix, tangent)
        total += log_root_slope(design, matrix, tangent)
    if with_prior:
        total += (x - centre) / variance
    return total


@kernel
def dispersion(start, stop, counts, mu, design, centres, begin, low, high, variance, with_prior, with_cox_reid, out):
    """The stationary point of the dispersion's objective downhill of its beginning, in [low, high] (all log).

    The slope is followed downhill in growing steps until it changes its sign, then its root is interpolated inside
    the bracket (Chandrupatla 1997) until a step is below 1e-7.
    """
    _, _, _, first, _ = design
    samples, size = counts.shape[1], len(first)
    matrix, tangent = np.zeros((size, size)), np.zeros((size, size))
    work = matrix, tangent, np.empty(samples)
    # What the curvature is where counts are large: a first step that seldom has to be followed by another.
    curvature = 0.5 * (samples - size) + (1.0 / variance if with_prior else 0.0)
    for gene in range(start, stop):
        y, m, centre = counts[gene], mu[gene], centres[gene]
        b = min(max(begin[gene], low), high)
        fb = _slope(b, y, m, design, centre, variance, with_prior, with_cox_reid, *work)
        # From a start at the lower bound the slope, which is in log dispersion, is next to nothing. R's search ends
        # there, because its first step, of the slope's length, gains less than 1e-6; so does this one.
        if not with_prior and b <= low + FLOOR and fb * fb < 1e-6:
            out[gene] = math.exp(b)
            continue
        downhill = -1.0 if fb > 0.0 else 1.0
        step = min(max(1.2 * abs(fb) / curvature, 0.05), 2.0)
        a, fa = b, fb
        while fb * downhill < 0.0 and ((downhill < 0.0 and b > low) or (downhill > 0.0 and b < high)):
            a, fa = b, fb
            b = min(max(b + downhill * step, low), high)
            step *= 2.0
            fb = _slope(b, y, m, design, centre, variance, with_prior, with_cox_reid, *work)
        if a == b or fb * downhill < 0.0:
            out[gene] = math.exp(b)
            continue
        c, fc = a, fa
        share = fb / (fb - fa)
        # From here b is the newest point, a lies across the root from it, c is the one before.
        while True:
            x = b + share * (a - b)
            fx = _slope(x, y, m, design, centre, variance, with_prior, with_cox_reid, *work)
            moved = abs(x - b)
            if fx * fb > 0.0:
                c, fc = b, fb
            else:
                c, fc, a, fa = a, fa, b, fb
            b, fb = x, fx
            if fx == 0.0 or moved < 1e-7 or abs(a - b) < 1e-7:
                break
            xi, phi = (b - a) / (c - a), (fb - fa) / (fc - fa)
            if phi * phi < xi and (1.0 - phi) * (1.0 - phi) < 1.0 - xi:
                share = fb / (fa - fb) * fc / (fa - fc) + (c - b) / (a - b) * fb / (fc - fb) * fa / (fc - fa)
            else:
                share = 0.5
        out[gene] = math.exp(b)

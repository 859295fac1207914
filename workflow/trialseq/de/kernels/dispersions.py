"""Dispersions: maximum likelihood and under a normal prior of their logarithm."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math

import numpy as np

from trialseq.de.kernels.compiling import kernel
from trialseq.de.kernels.elementary import SMALL, digamma_rise, log, tally, total
from trialseq.de.kernels.linear import log_root_slope, normal_and_slope

_LARGE = 1000.0  # sizes (1 / dispersion) above which sums of logarithms would cancel
_TINY = 1e-3
FLOOR = math.log(100.0)  # a dispersion below 100 x the lower bound counts as at it, as in DESeq2


@kernel
def digamma_excess(y, r):
    """digamma(y + r) - digamma(r) - log1p(y / r) for r of at least SMALL.

    The difference of both asymptotic series term by term, which does not cancel for large r.
    """
    a, b = 1.0 / r, 1.0 / (r + y)
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
def likelihood_slope(alpha, counts, above, large, mu, work):
    """Derivative in log dispersion of the negative log likelihood; fills the weights mu / (1 + mu alpha).

    With r = 1 / alpha it is r times the sum of digamma(y + r) - digamma(r) - log(1 + mu alpha)
    + alpha (mu - y) / (1 + mu alpha), in which a few digits are lost where r is not large; where it is, the parts
    are taken so that they do not cancel.
    """
    samples, r = len(counts), 1.0 / alpha
    weights, terms = work
    if r < _LARGE:
        for s in range(samples):
            share = 1.0 / (1.0 + mu[s] * alpha)
            weights[s] = mu[s] * share
            terms[s] = (mu[s] - counts[s]) * alpha * share - log(1.0 + mu[s] * alpha)
        summed = total(terms)
        return (summed + digamma_rise(above, large, r, terms)) * r
    for s in range(samples):
        weights[s] = mu[s] / (1.0 + mu[s] * alpha)
        d = (mu[s] - counts[s]) * alpha / (1.0 + counts[s] * alpha)
        # d / (1 + d) - log1p(d), by its series where the difference would cancel
        close = d * d * (d * (2.0 / 3.0 - d * (0.75 - 0.8 * d)) - 0.5)
        terms[s] = (close if abs(d) < _TINY else d / (1.0 + d) - log(1.0 + d)) + digamma_excess(counts[s], r)
    return total(terms) * r


@kernel
def _slope(x, counts, above, large, mu, design, centre, variance, with_prior, with_cox_reid, matrix, tangent, work):
    """Derivative in log dispersion of the negative log likelihood, the Cox-Reid term and the prior."""
    alpha = math.exp(x)
    slope = likelihood_slope(alpha, counts, above, large, mu, work)
    if with_cox_reid:
        weights, squares = work
        for s in range(len(counts)):
            squares[s] = weights[s] * weights[s]
        normal_and_slope(design, weights, squares, alpha, matrix, tangent)
        slope += log_root_slope(design, matrix, tangent)
    if with_prior:
        slope += (x - centre) / variance
    return slope


@kernel
def dispersion(
    start, stop, counts, mu, min_mu, design, centres, begin, low, high, variance, with_prior, with_cox_reid, out
):
    """The stationary point of the dispersion's objective downhill of its beginning, in [low, high] (all log).

    The slope is followed downhill in growing steps until it changes its sign, then its root is interpolated inside
    the bracket (Chandrupatla 1997) until a step is below 1e-7.
    """
    samples, size = counts.shape[1], len(design[3])
    matrix, tangent, m = np.zeros((size, size)), np.zeros((size, size)), np.empty(samples)
    above, large, work = np.empty(SMALL), np.empty(samples), (np.empty(samples), np.empty(samples))
    # What the curvature is where counts are large: a first step that seldom has to be followed by another.
    curvature = 0.5 * (samples - size) + (1.0 / variance if with_prior else 0.0)
    for gene in range(start, stop):
        y, centre = counts[gene], centres[gene]
        for s in range(samples):
            m[s] = max(mu[gene, s], min_mu)
        many = tally(y, above, large)
        given = y, above, large[:many], m, design, centre, variance, with_prior, with_cox_reid, matrix, tangent, work
        b = min(max(begin[gene], low), high)
        fb = _slope(b, *given)
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
            fb = _slope(b, *given)
        if a == b or fb * downhill < 0.0:
            out[gene] = math.exp(b)
            continue
        c, fc = a, fa
        share = fb / (fb - fa)
        # From here b is the newest point, a lies across the root from it, c is the one before.
        while True:
            x = b + share * (a - b)
            fx = _slope(x, *given)
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

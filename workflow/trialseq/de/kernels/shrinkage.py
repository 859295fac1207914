"""Coefficients under apeGLM's prior."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math

import numpy as np

from trialseq.de.kernels.compiling import kernel
from trialseq.de.kernels.elementary import copy, exp, log, total
from trialseq.de.kernels.linear import factorise, normal, predict, project, solve


@kernel
def _penalised(beta, counts, size_of, offset, design, index, scale, other, eta, terms):
    """Negative log likelihood and apeGLM's negative log prior, without constants."""
    prior = math.log1p((beta[index] / scale) ** 2)
    for k in range(len(beta)):
        if k != index:
            prior += beta[k] * beta[k] / (2.0 * other * other)
    predict(design, beta, eta)
    log_size = math.log(size_of)
    for s in range(len(counts)):
        a = eta[s] + offset[s]
        logarithm = max(a, log_size) + log(1.0 + exp(-abs(a - log_size)))
        terms[s] = (counts[s] + size_of) * logarithm - counts[s] * eta[s]
    return prior + total(terms)


@kernel
def _weigh(counts, size_of, offset, eta, weights, residuals):
    """Curvatures and slopes of the negative log likelihood in each sample's predictor."""
    for s in range(len(counts)):
        share = 1.0 / (1.0 + size_of * exp(-eta[s] - offset[s]))
        weights[s] = (counts[s] + size_of) * share * (1.0 - share)
        residuals[s] = (counts[s] + size_of) * share - counts[s]


@kernel
def _newton(
    beta, counts, size_of, offset, design, index, scale, other, matrix, gradient, trial, step, eta, weights, terms
):
    """Newton's method with backtracking, in place. Returns the objective and whether it converged."""
    size = len(beta)
    value = _penalised(beta, counts, size_of, offset, design, index, scale, other, eta, terms)
    for _ in range(200):
        predict(design, beta, eta)
        _weigh(counts, size_of, offset, eta, weights, terms)
        project(design, terms, gradient)
        spread = scale * scale + beta[index] * beta[index]
        for k in range(size):
            gradient[k] += 2.0 * beta[k] / spread if k == index else beta[k] / (other * other)
        normal(design, weights, 1.0 / (other * other), matrix)
        # Where the prior is not convex, the curvature of the quadratic that touches it from above.
        curvature = 2.0 * (scale * scale - beta[index] * beta[index]) / (spread * spread)
        matrix[index, index] += (curvature if curvature > 0.0 else 2.0 / spread) - 1.0 / (other * other)
        if not factorise(design, matrix):
            return value, False
        copy(gradient, trial)
        solve(design, matrix, trial)
        decrement, largest = 0.0, 0.0
        for k in range(size):
            decrement += gradient[k] * trial[k]
            largest = max(largest, abs(trial[k]))
        if largest < 1e-9 or decrement < 1e-14 * (1.0 + abs(value)):
            return value, True
        length, moved = 1.0, False
        if largest > 5.0:
            length = 5.0 / largest
        copy(trial, step)
        for _ in range(40):
            for k in range(size):
                trial[k] = beta[k] - length * step[k]
            new = _penalised(trial, counts, size_of, offset, design, index, scale, other, eta, terms)
            if new <= value - 1e-4 * length * decrement:
                copy(trial, beta)
                value, moved = new, True
                break
            length *= 0.5
        if not moved:
            # Rounding hides any further descent.
            return value, decrement < 1e-8 * (1.0 + abs(value))
    return value, False


@kernel
def _curvature(beta, counts, size_of, offset, design, index, other, matrix, vector, eta, weights, terms):
    """Curvature of the profile likelihood of one coefficient; NaN where it has none."""
    predict(design, beta, eta)
    _weigh(counts, size_of, offset, eta, weights, terms)
    ridge = 1.0 / (other * other)
    normal(design, weights, ridge, matrix)
    if not factorise(design, matrix):
        return math.nan
    vector[:] = 0.0
    vector[index] = 1.0
    solve(design, matrix, vector)
    return 1.0 / vector[index] - ridge


@kernel
def shrink(
    start, stop, counts, sizes, offset, design, beta_init, index, scale, other, beta_out, variance_out, converged
):
    """Maximum a posteriori coefficients, the better of two starts, and the variance of the shrunken one.

    The prior's curvature is nowhere below -1 / (4 scale^2): a likelihood of four times that curvature leaves room for
    one optimum alone, and one start is enough.
    """
    samples, size = counts.shape[1], beta_init.shape[1]
    matrix, gradient, trial, step = np.zeros((size, size)), np.empty(size), np.empty(size), np.empty(size)
    eta, weights, terms = np.empty(samples), np.empty(samples), np.empty(samples)
    one, two = np.empty(size), np.empty(size)
    for gene in range(start, stop):
        y, size_of = counts[gene], sizes[gene]
        copy(beta_init[gene], one)
        value, done = _newton(
            one, y, size_of, offset, design, index, scale, other, matrix, gradient, trial, step, eta, weights, terms
        )
        steep = _curvature(one, y, size_of, offset, design, index, other, matrix, trial, eta, weights, terms)
        if not steep * scale * scale >= 1.0:
            copy(beta_init[gene], two)
            two[index] = 0.0
            value_two, done_two = _newton(
                two, y, size_of, offset, design, index, scale, other, matrix, gradient, trial, step, eta, weights, terms
            )
            if value_two < value:
                copy(two, one)
                done = done_two
                steep = _curvature(one, y, size_of, offset, design, index, other, matrix, trial, eta, weights, terms)
        copy(one, beta_out[gene])
        converged[gene] = done
        spread = scale * scale + one[index] * one[index]
        steep += 2.0 * (scale * scale - one[index] * one[index]) / (spread * spread)
        variance_out[gene] = 1.0 / steep if steep > 0.0 else math.nan

"""Coefficients: maximum likelihood and under apeGLM's prior, and standard errors of contrasts."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math

import numpy as np

from trialseq.de.kernels.linear import factorise, invert, kernel, leverage, normal, predict, solve


@kernel
def _means(design, beta, size_factors, lowest, eta, mu):
    """Means and predictors, which are held at their lowest."""
    predict(design, beta, eta)
    for s in range(len(mu)):
        eta[s] = max(eta[s], lowest[s])
        mu[s] = size_factors[s] * math.exp(eta[s])


@kernel
def irls(start, stop, counts, size_factors, dispersions, design, beta_init, limits, beta_out, mu_out, hat_out, failed):
    """Iteratively reweighted least squares with a ridge of 1e-6; `failed` marks genes that start to diverge.

    Leverages are left out where `hat_out` is empty.
    """
    min_mu, beta_tol, max_beta, maxiter = limits
    ptr, idx, val, first, _ = design
    samples, size = counts.shape[1], len(first)
    matrix, inverse, vector = np.zeros((size, size)), np.zeros((size, size)), np.empty(size)
    beta, eta, mu, weights = np.empty(size), np.empty(samples), np.empty(samples), np.empty(samples)
    offsets, lowest = np.log(size_factors), np.log(min_mu / size_factors)
    for gene in range(start, stop):
        alpha = dispersions[gene]
        size_of = 1.0 / alpha
        constant = samples * (size_of * math.log(alpha) + math.lgamma(size_of))
        for s in range(samples):
            y = counts[gene, s]
            constant -= math.lgamma(y + size_of) - math.lgamma(y + 1.0) + y * offsets[s]
        beta[:] = beta_init[gene]
        _means(design, beta, size_factors, lowest, eta, mu)
        deviance, ratio, iterations = 1000.0, 1.0, 0
        while ratio > beta_tol:
            vector[:] = 0.0
            for s in range(samples):
                weights[s] = mu[s] / (1.0 + mu[s] * alpha)
                response = weights[s] * (eta[s] + counts[gene, s] / mu[s] - 1.0)
                for a in range(ptr[s], ptr[s + 1]):
                    vector[idx[a]] += val[a] * response
            normal(design, weights, 1e-6, matrix)
            iterations += 1
            if not factorise(design, matrix):
                failed[gene] = True
                break
            solve(design, matrix, vector)
            if iterations >= maxiter or not np.max(np.abs(vector)) <= max_beta:
                failed[gene] = True
                break
            beta[:] = vector
            _means(design, beta, size_factors, lowest, eta, mu)
            total = constant
            for s in range(samples):
                total += (counts[gene, s] + size_of) * math.log(size_of + mu[s]) - counts[gene, s] * eta[s]
            before, deviance = deviance, -2.0 * total
            ratio = abs(deviance - before) / (abs(deviance) + 0.1)
        if failed[gene]:
            continue
        for s in range(samples):
            weights[s] = mu[s] / (1.0 + mu[s] * alpha)
        predict(design, beta, eta)
        for s in range(samples):
            mu_out[gene, s] = size_factors[s] * math.exp(eta[s])
        beta_out[gene] = beta
        if len(hat_out):
            normal(design, weights, 1e-6, matrix)
            factorise(design, matrix)
            invert(design, matrix, inverse)
            for s in range(samples):
                hat_out[gene, s] = weights[s] * leverage(design, s, inverse)


@kernel
def standard_errors(start, stop, mu, dispersions, design, ridge, contrasts, out):
    """Standard error of each contrast: sqrt(c' H M H c), M = X' W X and H = (M + ridge)^-1."""
    ptr, idx, val, first, _ = design
    samples, size = mu.shape[1], len(first)
    matrix, vector, weights = np.zeros((size, size)), np.empty(size), np.empty(samples)
    for gene in range(start, stop):
        for s in range(samples):
            weights[s] = mu[gene, s] / (1.0 + mu[gene, s] * dispersions[gene])
        normal(design, weights, ridge, matrix)
        if not factorise(design, matrix):
            out[gene] = np.nan
            continue
        for contrast in range(len(contrasts)):
            vector[:] = contrasts[contrast]
            solve(design, matrix, vector)
            total = 0.0
            for s in range(samples):
                fitted = 0.0
                for a in range(ptr[s], ptr[s + 1]):
                    fitted += val[a] * vector[idx[a]]
                total += weights[s] * fitted * fitted
            out[gene, contrast] = math.sqrt(total)


@kernel
def _penalised(beta, counts, size_of, offset, design, index, scale, other, eta):
    """Negative log likelihood and apeGLM's negative log prior, without constants."""
    total = math.log1p((beta[index] / scale) ** 2)
    for k in range(len(beta)):
        if k != index:
            total += beta[k] * beta[k] / (2.0 * other * other)
    predict(design, beta, eta)
    log_size = math.log(size_of)
    for s in range(len(counts)):
        a = eta[s] + offset[s]
        top = max(a, log_size)
        total -= counts[s] * eta[s] - (counts[s] + size_of) * (top + math.log1p(math.exp(-abs(a - log_size))))
    return total


@kernel
def _newton(beta, counts, size_of, offset, design, index, scale, other, matrix, gradient, trial, eta, weights):
    """Newton's method with backtracking, in place. Returns the objective and whether it converged."""
    ptr, idx, val, first, _ = design
    size = len(first)
    value = _penalised(beta, counts, size_of, offset, design, index, scale, other, eta)
    for _ in range(200):
        predict(design, beta, eta)
        for k in range(size):
            gradient[k] = beta[k] / (other * other)
        spread = scale * scale + beta[index] * beta[index]
        gradient[index] = 2.0 * beta[index] / spread
        for s in range(len(counts)):
            share = 1.0 / (1.0 + size_of * math.exp(-eta[s] - offset[s]))
            weights[s] = (counts[s] + size_of) * share * (1.0 - share)
            residual = (counts[s] + size_of) * share - counts[s]
            for a in range(ptr[s], ptr[s + 1]):
                gradient[idx[a]] += val[a] * residual
        normal(design, weights, 1.0 / (other * other), matrix)
        # Where the prior is not convex, the curvature of the quadratic that touches it from above.
        curvature = 2.0 * (scale * scale - beta[index] * beta[index]) / (spread * spread)
        matrix[index, index] += (curvature if curvature > 0.0 else 2.0 / spread) - 1.0 / (other * other)
        if not factorise(design, matrix):
            return value, False
        trial[:] = gradient
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
        step = trial.copy()
        for _ in range(40):
            for k in range(size):
                trial[k] = beta[k] - length * step[k]
            new = _penalised(trial, counts, size_of, offset, design, index, scale, other, eta)
            if new <= value - 1e-4 * length * decrement:
                beta[:] = trial
                value, moved = new, True
                break
            length *= 0.5
        if not moved:
            # Rounding hides any further descent.
            return value, decrement < 1e-8 * (1.0 + abs(value))
    return value, False


@kernel
def _curvature(beta, counts, size_of, offset, design, index, other, matrix, vector, eta, weights):
    """Curvature of the profile likelihood of one coefficient; NaN where it has none."""
    predict(design, beta, eta)
    for s in range(len(counts)):
        share = 1.0 / (1.0 + size_of * math.exp(-eta[s] - offset[s]))
        weights[s] = (counts[s] + size_of) * share * (1.0 - share)
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
    _, _, _, first, _ = design
    samples, size = counts.shape[1], len(first)
    matrix, gradient, trial = np.zeros((size, size)), np.empty(size), np.empty(size)
    eta, weights, one, two = np.empty(samples), np.empty(samples), np.empty(size), np.empty(size)
    for gene in range(start, stop):
        y, size_of = counts[gene], sizes[gene]
        one[:] = beta_init[gene]
        value, done = _newton(
            one, y, size_of, offset, design, index, scale, other, matrix, gradient, trial, eta, weights
        )
        steep = _curvature(one, y, size_of, offset, design, index, other, matrix, trial, eta, weights)
        if not steep * scale * scale >= 1.0:
            two[:] = beta_init[gene]
            two[index] = 0.0
            value_two, done_two = _newton(
                two, y, size_of, offset, design, index, scale, other, matrix, gradient, trial, eta, weights
            )
            if value_two < value:
                one[:] = two
                done = done_two
                steep = _curvature(one, y, size_of, offset, design, index, other, matrix, trial, eta, weights)
        beta_out[gene] = one
        converged[gene] = done
        spread = scale * scale + one[index] * one[index]
        steep += 2.0 * (scale * scale - one[index] * one[index]) / (spread * spread)
        variance_out[gene] = 1.0 / steep if steep > 0.0 else math.nan

"""Compiled kernels over genes: negative binomial fits in the objectives and bounds of PyDESeq2 0.5.4.

Each kernel takes genes [start, stop) of arrays (genes x samples) and writes into arrays that it is given, so that
threads share nothing but inputs. A design is handed over as `(ptr, idx, val, first)`: its compressed sparse rows, and
for each column the first column that shares a row with it (the envelope of X'WX and of its Cholesky factor).

All kernels are in this file, because numba's cache compiles anew what it finds changed in the file of a kernel, and
would not see changes in another file.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math

import numpy as np
from numba import njit

_CLOSE = 12.0  # beyond which the asymptotic series below are exact to double precision
_TINY = 1e-3
_MOST, _CLOSE_ENOUGH = 100, 1e-7  # steps of a search, and the step at which it ends; the error is far below
FLOOR = math.log(100.0)  # a dispersion below 100 x the lower bound counts as at it, as in DESeq2


@njit(nogil=True, cache=True)
def _factorise(design, matrix):
    """Cholesky factor in the lower triangle, in place and inside the envelope. False where not positive definite."""
    _, _, _, first = design
    size = len(first)
    for i in range(size):
        for j in range(first[i], i):
            total = matrix[i, j]
            for k in range(max(first[i], first[j]), j):
                total -= matrix[i, k] * matrix[j, k]
            matrix[i, j] = total / matrix[j, j]
        total = matrix[i, i]
        for k in range(first[i], i):
            total -= matrix[i, k] * matrix[i, k]
        if not total > 0.0:
            return False
        matrix[i, i] = math.sqrt(total)
    return True


@njit(nogil=True, cache=True)
def _solve(design, factor, vector):
    """Solve L L' x = vector in place."""
    _, _, _, first = design
    size = len(first)
    for i in range(size):
        total = vector[i]
        for k in range(first[i], i):
            total -= factor[i, k] * vector[k]
        vector[i] = total / factor[i, i]
    for i in range(size - 1, -1, -1):
        vector[i] /= factor[i, i]
        for k in range(first[i], i):
            vector[k] -= factor[i, k] * vector[i]


@njit(nogil=True, cache=True)
def _normal(design, weights, ridge, matrix):
    """Lower triangle of X' W X + ridge."""
    ptr, idx, val, first = design
    size = len(first)
    for i in range(size):
        for j in range(first[i], i + 1):
            matrix[i, j] = 0.0
        matrix[i, i] = ridge
    for row in range(len(ptr) - 1):
        for a in range(ptr[row], ptr[row + 1]):
            scaled = weights[row] * val[a]
            for b in range(ptr[row], a + 1):
                matrix[idx[a], idx[b]] += scaled * val[b]


@njit(nogil=True, cache=True)
def _log_determinant_slope(design, weights, matrix, tangent):
    """Derivative of log det X' W X, where the weights w = mu / (1 + mu alpha) change with alpha by -w^2.

    The Cholesky factor is differentiated as it is made, inside the envelope.
    """
    ptr, idx, val, first = design
    size = len(first)
    for i in range(size):
        for j in range(first[i], i + 1):
            matrix[i, j] = 0.0
            tangent[i, j] = 0.0
    for row in range(len(ptr) - 1):
        for a in range(ptr[row], ptr[row + 1]):
            scaled = weights[row] * val[a]
            for b in range(ptr[row], a + 1):
                product = scaled * val[b]
                matrix[idx[a], idx[b]] += product
                tangent[idx[a], idx[b]] -= weights[row] * product
    slope = 0.0
    for i in range(size):
        for j in range(first[i], i):
            total, change = matrix[i, j], tangent[i, j]
            for k in range(max(first[i], first[j]), j):
                total -= matrix[i, k] * matrix[j, k]
                change -= tangent[i, k] * matrix[j, k] + matrix[i, k] * tangent[j, k]
            matrix[i, j] = total / matrix[j, j]
            tangent[i, j] = (change - matrix[i, j] * tangent[j, j]) / matrix[j, j]
        total, change = matrix[i, i], tangent[i, i]
        for k in range(first[i], i):
            total -= matrix[i, k] * matrix[i, k]
            change -= 2.0 * matrix[i, k] * tangent[i, k]
        slope += change / total
        matrix[i, i] = math.sqrt(total)
        tangent[i, i] = 0.5 * change / matrix[i, i]
    return slope


@njit(nogil=True, cache=True)
def _invert(design, factor, inverse):
    """The entries inside the envelope of (L L')^-1, in the lower triangle (Takahashi, Fagan and Chin 1973)."""
    _, _, _, first = design
    size = len(first)
    for j in range(size - 1, -1, -1):
        for i in range(size - 1, j - 1, -1):
            if first[i] > j:
                continue
            total = 1.0 / factor[j, j] if i == j else 0.0
            for k in range(j + 1, size):
                if first[k] <= j:
                    total -= factor[k, j] * (inverse[i, k] if i > k else inverse[k, i])
            inverse[i, j] = total / factor[j, j]


@njit(nogil=True, cache=True)
def _leverage(design, row, inverse):
    """Quadratic form x' (X'WX)^-1 x of one row of the design."""
    ptr, idx, val, _ = design
    total = 0.0
    for a in range(ptr[row], ptr[row + 1]):
        total += val[a] * val[a] * inverse[idx[a], idx[a]]
        for b in range(ptr[row], a):
            total += 2.0 * val[a] * val[b] * inverse[idx[a], idx[b]]
    return total


@njit(nogil=True, cache=True)
def _predict(design, beta, eta):
    ptr, idx, val, _ = design
    for row in range(len(ptr) - 1):
        total = 0.0
        for a in range(ptr[row], ptr[row + 1]):
            total += val[a] * beta[idx[a]]
        eta[row] = total


@njit(nogil=True, cache=True)
def _means(design, beta, size_factors, min_mu, eta, mu):
    """Means, at least `min_mu`, and the logarithms of means over size factors."""
    _predict(design, beta, eta)
    for s in range(len(mu)):
        mu[s] = size_factors[s] * math.exp(eta[s])
        if not mu[s] >= min_mu:
            mu[s] = min_mu
            eta[s] = math.log(min_mu / size_factors[s])


@njit(nogil=True, cache=True)
def irls(start, stop, counts, size_factors, dispersions, design, beta_init, limits, beta_out, mu_out, hat_out, failed):
    """Iteratively reweighted least squares with a ridge of 1e-6; `failed` marks genes that start to diverge."""
    min_mu, beta_tol, max_beta, maxiter = limits
    ptr, idx, val, first = design
    samples, size = counts.shape[1], len(first)
    matrix, inverted, vector = np.zeros((size, size)), np.zeros((size, size)), np.empty(size)
    beta, eta, mu, weights = np.empty(size), np.empty(samples), np.empty(samples), np.empty(samples)
    log_factors = np.log(size_factors)
    for gene in range(start, stop):
        alpha = dispersions[gene]
        inverse = 1.0 / alpha
        constant = samples * (inverse * math.log(alpha) + math.lgamma(inverse))
        for s in range(samples):
            constant += math.lgamma(counts[gene, s] + 1.0) - math.lgamma(counts[gene, s] + inverse)
            constant -= counts[gene, s] * log_factors[s]
        beta[:] = beta_init[gene]
        _means(design, beta, size_factors, min_mu, eta, mu)
        deviance, ratio, iterations = 1000.0, 1.0, 0
        while ratio > beta_tol:
            vector[:] = 0.0
            for s in range(samples):
                weights[s] = mu[s] / (1.0 + mu[s] * alpha)
                response = weights[s] * (eta[s] + (counts[gene, s] - mu[s]) / mu[s])
                for a in range(ptr[s], ptr[s + 1]):
                    vector[idx[a]] += val[a] * response
            _normal(design, weights, 1e-6, matrix)
            iterations += 1
            if not _factorise(design, matrix):
                failed[gene] = True
                break
            _solve(design, matrix, vector)
            if iterations >= maxiter or not np.max(np.abs(vector)) <= max_beta:
                failed[gene] = True
                break
            beta[:] = vector
            _means(design, beta, size_factors, min_mu, eta, mu)
            total = constant
            for s in range(samples):
                total += (counts[gene, s] + inverse) * math.log(inverse + mu[s]) - counts[gene, s] * eta[s]
            before, deviance = deviance, -2.0 * total
            ratio = abs(deviance - before) / (abs(deviance) + 0.1)
        if failed[gene]:
            continue
        for s in range(samples):
            weights[s] = mu[s] / (1.0 + mu[s] * alpha)
        _normal(design, weights, 1e-6, matrix)
        _factorise(design, matrix)
        _invert(design, matrix, inverted)
        _predict(design, beta, eta)
        for s in range(samples):
            hat_out[gene, s] = weights[s] * _leverage(design, s, inverted)
            mu_out[gene, s] = size_factors[s] * math.exp(eta[s])
        beta_out[gene] = beta


@njit(nogil=True, cache=True)
def digamma_excess(y, inverse):
    """digamma(y + r) - digamma(r) - log1p(y / r), without cancellation for large r = 1 / dispersion."""
    total, low, high = 0.0, inverse, inverse + y
    while low < _CLOSE:
        total += 1.0 / high - 1.0 / low
        low += 1.0
        high += 1.0
    # The recurrence shifted both by the same number of steps; put the logarithms right.
    if low > inverse:
        total = math.log(high / low) - math.log1p(y / inverse) - total
    a, b = 1.0 / low, 1.0 / high
    squares = a * a, b * b
    apart = y / (low * high)  # a - b
    both = a + b
    quartic = squares[0] + squares[1]
    return (
        total
        + 0.5 * apart
        + apart * both / 12.0
        - apart * both * quartic / 120.0
        + apart * both * (squares[0] * squares[0] + squares[0] * squares[1] + squares[1] * squares[1]) / 252.0
        - apart * both * quartic * (squares[0] * squares[0] + squares[1] * squares[1]) / 240.0
    )


@njit(nogil=True, cache=True)
def _slope(x, counts, mu, design, centre, variance, with_prior, with_cox_reid, matrix, tangent, weights):
    """Derivative in log dispersion of the negative log likelihood, the Cox-Reid term and the prior."""
    alpha = math.exp(x)
    inverse = 1.0 / alpha
    total = 0.0
    for s in range(len(counts)):
        d = (mu[s] - counts[s]) * alpha / (1.0 + counts[s] * alpha)
        # log1p(d) - d / (1 + d), by its series where the difference would cancel
        if abs(d) < _TINY:
            lack = d * d * (0.5 - d * (2.0 / 3.0 - d * (0.75 - 0.8 * d)))
        else:
            lack = math.log1p(d) - d / (1.0 + d)
        total += digamma_excess(counts[s], inverse) - lack
    total *= inverse
    if with_cox_reid:
        for s in range(len(counts)):
            weights[s] = mu[s] / (1.0 + mu[s] * alpha)
        total += 0.5 * alpha * _log_determinant_slope(design, weights, matrix, tangent)
    if with_prior:
        total += (x - centre) / variance
    return total


@njit(nogil=True, cache=True)
def dispersion(start, stop, counts, mu, design, initial, low, high, variance, with_prior, with_cox_reid, out):
    """The stationary point of the dispersion's objective downhill of its start, in [low, high] (log).

    The slope is followed downhill in growing steps until it changes its sign; the root between is found by false
    position as Anderson and Bjorck (1973) have it, which needs no second derivative.
    """
    _, _, _, first = design
    samples, size = counts.shape[1], len(first)
    matrix, tangent, weights = np.zeros((size, size)), np.zeros((size, size)), np.empty(samples)
    for gene in range(start, stop):
        y, m = counts[gene], mu[gene]
        centre = math.log(initial[gene])
        x = min(max(centre, low), high)
        slope = _slope(x, y, m, design, centre, variance, with_prior, with_cox_reid, matrix, tangent, weights)
        # From a start at the lower bound the slope, which is in log dispersion, is next to nothing. R's search ends
        # there, because its first step, of the slope's length, gains less than 1e-6; so does this one.
        if not with_prior and x <= low + FLOOR and slope * slope < 1e-6:
            out[gene] = math.exp(x)
            continue
        # About the curvature of a well measured gene, so that the first step comes near the root, rather beyond it.
        curvature = 0.5 * (samples - size) + (1.0 / variance if with_prior else 0.0)
        step = -min(max(1.2 * slope / curvature, -1.0), 1.0)
        step = math.copysign(max(abs(step), 0.02), step)
        a, fa, b, fb = x, slope, x, slope
        while fb * slope > 0.0 and ((slope > 0.0 and b > low) or (slope < 0.0 and b < high)):
            a, fa = b, fb
            b = min(max(b + step, low), high)
            step *= 2.0
            fb = _slope(b, y, m, design, centre, variance, with_prior, with_cox_reid, matrix, tangent, weights)
        if a == b or fb * slope > 0.0:
            out[gene] = math.exp(b)
            continue
        moved = b - a
        for _ in range(_MOST):
            if fb == 0.0 or abs(moved) < _CLOSE_ENOUGH:
                break
            moved = -fb * (b - a) / (fb - fa)
            point = b + moved
            value = _slope(point, y, m, design, centre, variance, with_prior, with_cox_reid, matrix, tangent, weights)
            if value * fb < 0.0:
                a, fa = b, fb
            else:
                share = 1.0 - value / fb
                fa *= share if share > 0.0 else 0.5
            b, fb = point, value
        out[gene] = math.exp(b)


@njit(nogil=True, cache=True)
def _penalised(beta, counts, size_of, offset, design, index, scale, other, eta):
    """Negative log likelihood and apeGLM's negative log prior, without constants."""
    total = math.log1p((beta[index] / scale) ** 2)
    for k in range(len(beta)):
        if k != index:
            total += beta[k] * beta[k] / (2.0 * other * other)
    _predict(design, beta, eta)
    log_size = math.log(size_of)
    for s in range(len(counts)):
        a = eta[s] + offset[s]
        top = max(a, log_size)
        total -= counts[s] * eta[s] - (counts[s] + size_of) * (top + math.log1p(math.exp(-abs(a - log_size))))
    return total


@njit(nogil=True, cache=True)
def _newton(beta, counts, size_of, offset, design, index, scale, other, matrix, gradient, trial, eta, weights):
    """Newton's method with backtracking, in place. Returns the objective and whether it converged."""
    ptr, idx, val, first = design
    size = len(first)
    value = _penalised(beta, counts, size_of, offset, design, index, scale, other, eta)
    for _ in range(200):
        _predict(design, beta, eta)
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
        _normal(design, weights, 1.0 / (other * other), matrix)
        # Where the prior is not convex, the curvature of the quadratic that touches it from above.
        curvature = 2.0 * (scale * scale - beta[index] * beta[index]) / (spread * spread)
        matrix[index, index] += (curvature if curvature > 0.0 else 2.0 / spread) - 1.0 / (other * other)
        if not _factorise(design, matrix):
            return value, False
        trial[:] = gradient
        _solve(design, matrix, trial)
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


@njit(nogil=True, cache=True)
def shrink(
    start, stop, counts, sizes, offset, design, beta_init, index, scale, other, beta_out, variance_out, converged
):
    """Maximum a posteriori coefficients, the better of two starts, and the variance of the shrunken one."""
    _, _, _, first = design
    samples, size = counts.shape[1], len(first)
    matrix, gradient, trial = np.zeros((size, size)), np.empty(size), np.empty(size)
    eta, weights, one, two = np.empty(samples), np.empty(samples), np.empty(size), np.empty(size)
    for gene in range(start, stop):
        y, size_of = counts[gene], sizes[gene]
        one[:] = beta_init[gene]
        two[:] = beta_init[gene]
        two[index] = 0.0
        value_one, done_one = _newton(
            one, y, size_of, offset, design, index, scale, other, matrix, gradient, trial, eta, weights
        )
        value_two, done_two = _newton(
            two, y, size_of, offset, design, index, scale, other, matrix, gradient, trial, eta, weights
        )
        if value_two < value_one:
            one[:] = two
        beta_out[gene] = one
        converged[gene] = done_two if value_two < value_one else done_one
        _predict(design, one, eta)
        for s in range(samples):
            share = 1.0 / (1.0 + size_of * math.exp(-eta[s] - offset[s]))
            weights[s] = (y[s] + size_of) * share * (1.0 - share)
        _normal(design, weights, 1.0 / (other * other), matrix)
        spread = scale * scale + one[index] * one[index]
        matrix[index, index] += 2.0 * (scale * scale - one[index] * one[index]) / (spread * spread)
        matrix[index, index] -= 1.0 / (other * other)
        variance_out[gene] = np.nan
        if _factorise(design, matrix):
            trial[:] = 0.0
            trial[index] = 1.0
            _solve(design, matrix, trial)
            variance_out[gene] = trial[index]


@njit(nogil=True, cache=True)
def standard_error(start, stop, mu, dispersions, design, ridge, contrast, out):
    """Standard error of a contrast: sqrt(c' H M H c), M = X' W X and H = (M + ridge)^-1."""
    ptr, idx, val, first = design
    samples, size = mu.shape[1], len(first)
    matrix, vector, weights = np.zeros((size, size)), np.empty(size), np.empty(samples)
    for gene in range(start, stop):
        for s in range(samples):
            weights[s] = mu[gene, s] / (1.0 + mu[gene, s] * dispersions[gene])
        _normal(design, weights, ridge, matrix)
        if not _factorise(design, matrix):
            out[gene] = np.nan
            continue
        vector[:] = contrast
        _solve(design, matrix, vector)
        total = 0.0
        for s in range(samples):
            fitted = 0.0
            for a in range(ptr[s], ptr[s + 1]):
                fitted += val[a] * vector[idx[a]]
            total += weights[s] * fitted * fitted
        out[gene] = math.sqrt(total)

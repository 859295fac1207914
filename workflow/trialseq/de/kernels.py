"""Compiled kernels over genes: negative binomial fits in the objectives and bounds of PyDESeq2 0.5.4.

Each kernel takes genes [start, stop) of arrays (genes x samples) and writes into arrays that it is given, so that
threads share nothing but inputs. A design is handed over as `(ptr, idx, val, first, gram)`: its compressed sparse rows;
for each column the first column that shares a row with it (the envelope of X'WX and of its Cholesky factor); and
`gram = (place, start, row, product)`, the entries of X'WX: at each place (i, j), the products of row's values.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math

import numpy as np
from numba import njit

_CLOSE = 12.0  # beyond which the asymptotic series below are exact to double precision
_TINY = 1e-3
FLOOR = math.log(100.0)  # a dispersion below 100 x the lower bound counts as at it, as in DESeq2


@njit(nogil=True, cache=True)
def _factorise(design, matrix):
    """Cholesky factor in the lower triangle, in place and inside the envelope. False where not positive definite.

    On its diagonal stand inverses, here and in all that follows: a product is faster than a quotient.
    """
    _, _, _, first, _ = design
    size = len(first)
    for i in range(size):
        for j in range(first[i], i):
            total = matrix[i, j]
            for k in range(max(first[i], first[j]), j):
                total -= matrix[i, k] * matrix[j, k]
            matrix[i, j] = total * matrix[j, j]
        total = matrix[i, i]
        for k in range(first[i], i):
            total -= matrix[i, k] * matrix[i, k]
        if not total > 0.0:
            return False
        matrix[i, i] = 1.0 / math.sqrt(total)
    return True


@njit(nogil=True, cache=True)
def _log_root_slope(design, matrix, tangent):
    """Derivative of half the log determinant of a matrix along a tangent, by differentiating its factor in place."""
    _, _, _, first, _ = design
    half = 0.0
    for i in range(len(first)):
        for j in range(first[i], i):
            total, moved = matrix[i, j], tangent[i, j]
            for k in range(max(first[i], first[j]), j):
                total -= matrix[i, k] * matrix[j, k]
                moved -= tangent[i, k] * matrix[j, k] + matrix[i, k] * tangent[j, k]
            matrix[i, j] = total * matrix[j, j]
            tangent[i, j] = (moved - matrix[i, j] * tangent[j, j]) * matrix[j, j]
        total, moved = matrix[i, i], tangent[i, i]
        for k in range(first[i], i):
            total -= matrix[i, k] * matrix[i, k]
            moved -= 2.0 * matrix[i, k] * tangent[i, k]
        half += 0.5 * moved / total
        matrix[i, i] = 1.0 / math.sqrt(total)
        tangent[i, i] = 0.5 * moved * matrix[i, i]
    return half


@njit(nogil=True, cache=True)
def _solve(design, factor, vector):
    """Solve L L' x = vector in place."""
    _, _, _, first, _ = design
    size = len(first)
    for i in range(size):
        total = vector[i]
        for k in range(first[i], i):
            total -= factor[i, k] * vector[k]
        vector[i] = total * factor[i, i]
    for i in range(size - 1, -1, -1):
        vector[i] *= factor[i, i]
        for k in range(first[i], i):
            vector[k] -= factor[i, k] * vector[i]


@njit(nogil=True, cache=True)
def _normal(design, weights, ridge, matrix):
    """Lower triangle of X' W X + ridge."""
    _, _, _, first, (place, start, row, product) = design
    for i in range(len(first)):
        for j in range(first[i], i + 1):
            matrix[i, j] = 0.0
    for entry in range(len(place)):
        total = 0.0
        for term in range(start[entry], start[entry + 1]):
            total += weights[row[term]] * product[term]
        matrix[place[entry, 0], place[entry, 1]] = total
    for i in range(len(first)):
        matrix[i, i] += ridge


@njit(nogil=True, cache=True)
def _normal_and_slope(design, weights, alpha, matrix, tangent):
    """Lower triangles of X' W X and of its derivative in log dispersion, X' W' X with w' = -alpha w^2."""
    _, _, _, first, (place, start, row, product) = design
    for i in range(len(first)):
        for j in range(first[i], i + 1):
            matrix[i, j] = 0.0
            tangent[i, j] = 0.0
    for entry in range(len(place)):
        total, moved = 0.0, 0.0
        for term in range(start[entry], start[entry + 1]):
            part = weights[row[term]] * product[term]
            total += part
            moved -= weights[row[term]] * part
        matrix[place[entry, 0], place[entry, 1]] = total
        tangent[place[entry, 0], place[entry, 1]] = alpha * moved


@njit(nogil=True, cache=True)
def _leverage(design, row, factor, work):
    """Quadratic form x' (L L')^-1 x of one row of the design."""
    ptr, idx, val, first, _ = design
    size = len(first)
    start = idx[ptr[row]]
    for k in range(start, size):
        work[k] = 0.0
    for a in range(ptr[row], ptr[row + 1]):
        work[idx[a]] = val[a]
    total = 0.0
    for i in range(start, size):
        value = work[i]
        for k in range(max(first[i], start), i):
            value -= factor[i, k] * work[k]
        work[i] = value * factor[i, i]
        total += work[i] * work[i]
    return total


@njit(nogil=True, cache=True)
def _predict(design, beta, eta):
    ptr, idx, val, _, _ = design
    for row in range(len(ptr) - 1):
        total = 0.0
        for a in range(ptr[row], ptr[row + 1]):
            total += val[a] * beta[idx[a]]
        eta[row] = total


@njit(nogil=True, cache=True)
def _means(design, beta, size_factors, lowest, eta, mu):
    """Means and predictors, which are held at their lowest."""
    _predict(design, beta, eta)
    for s in range(len(mu)):
        eta[s] = max(eta[s], lowest[s])
        mu[s] = size_factors[s] * math.exp(eta[s])


@njit(nogil=True, cache=True)
def irls(start, stop, counts, size_factors, dispersions, design, beta_init, limits, beta_out, mu_out, hat_out, failed):
    """Iteratively reweighted least squares with a ridge of 1e-6; `failed` marks genes that start to diverge.

    Leverages are left out where `hat_out` is empty.
    """
    min_mu, beta_tol, max_beta, maxiter = limits
    ptr, idx, val, first, _ = design
    samples, size = counts.shape[1], len(first)
    matrix, vector, work = np.zeros((size, size)), np.empty(size), np.empty(size)
    beta, eta, mu, weights = np.empty(size), np.empty(samples), np.empty(samples), np.empty(samples)
    offsets, lowest = np.log(size_factors), np.log(min_mu / size_factors)
    for gene in range(start, stop):
        alpha = dispersions[gene]
        inverse = 1.0 / alpha
        constant = samples * (inverse * math.log(alpha) + math.lgamma(inverse))
        for s in range(samples):
            y = counts[gene, s]
            constant -= math.lgamma(y + inverse) - math.lgamma(y + 1.0) + y * offsets[s]
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
            _means(design, beta, size_factors, lowest, eta, mu)
            total = constant
            for s in range(samples):
                total += (counts[gene, s] + inverse) * math.log(inverse + mu[s]) - counts[gene, s] * eta[s]
            before, deviance = deviance, -2.0 * total
            ratio = abs(deviance - before) / (abs(deviance) + 0.1)
        if failed[gene]:
            continue
        for s in range(samples):
            weights[s] = mu[s] / (1.0 + mu[s] * alpha)
        _predict(design, beta, eta)
        for s in range(samples):
            mu_out[gene, s] = size_factors[s] * math.exp(eta[s])
        beta_out[gene] = beta
        if len(hat_out):
            _normal(design, weights, 1e-6, matrix)
            _factorise(design, matrix)
            for s in range(samples):
                hat_out[gene, s] = weights[s] * _leverage(design, s, matrix, work)


@njit(nogil=True, cache=True)
def digamma_lag(x):
    """digamma(x) - log(x): upwards by the recurrence, then by the asymptotic series."""
    high, total = x, 0.0
    while high < _CLOSE:
        total += 1.0 / high
        high += 1.0
    square = 1.0 / (high * high)
    series = -0.5 / high - square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square / 240)))
    return series if high == x else series + math.log(high / x) - total


@njit(nogil=True, cache=True)
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


@njit(nogil=True, cache=True)
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
        _normal_and_slope(design, weights, alpha, matrix, tangent)
        total += _log_root_slope(design, matrix, tangent)
    if with_prior:
        total += (x - centre) / variance
    return total


@njit(nogil=True, cache=True)
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
    ptr, idx, val, first, _ = design
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
    _, _, _, first, _ = design
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
def standard_errors(start, stop, mu, dispersions, design, ridge, contrasts, out):
    """Standard error of each contrast: sqrt(c' H M H c), M = X' W X and H = (M + ridge)^-1."""
    ptr, idx, val, first, _ = design
    samples, size = mu.shape[1], len(first)
    matrix, vector, weights = np.zeros((size, size)), np.empty(size), np.empty(samples)
    for gene in range(start, stop):
        for s in range(samples):
            weights[s] = mu[gene, s] / (1.0 + mu[gene, s] * dispersions[gene])
        _normal(design, weights, ridge, matrix)
        if not _factorise(design, matrix):
            out[gene] = np.nan
            continue
        for contrast in range(len(contrasts)):
            vector[:] = contrasts[contrast]
            _solve(design, matrix, vector)
            total = 0.0
            for s in range(samples):
                fitted = 0.0
                for a in range(ptr[s], ptr[s + 1]):
                    fitted += val[a] * vector[idx[a]]
                total += weights[s] * fitted * fitted
            out[gene, contrast] = math.sqrt(total)

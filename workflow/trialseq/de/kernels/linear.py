"""Weighted least squares in designs whose rows have few entries, or all."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math

from trialseq.de.kernels.compiling import kernel
from trialseq.de.kernels.elementary import dot


@kernel
def factorise(design, matrix):
    """Cholesky factor in the lower triangle, in place and inside the envelope. False where not positive definite.

    On its diagonal stand inverses, here and in all that follows: a product is faster than a quotient.
    """
    first = design[3]
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


@kernel
def log_root_slope(design, matrix, tangent):
    """Derivative of half the log determinant of a matrix along a tangent, by differentiating its factor in place."""
    first = design[3]
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


@kernel
def solve(design, factor, vector):
    """Solve L L' x = vector in place."""
    first = design[3]
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


@kernel
def normal(design, weights, ridge, matrix):
    """Lower triangle of X' W X + ridge."""
    first, (place, start, row, product) = design[3], design[4]
    for i in range(len(first)):
        for j in range(first[i], i + 1):
            matrix[i, j] = 0.0
    for entry in range(len(place)):
        matrix[place[entry, 0], place[entry, 1]] = _summed(start[entry], start[entry + 1], row, product, weights)
    for i in range(len(first)):
        matrix[i, i] += ridge


@kernel
def _summed(begin, end, row, product, weights):
    """Sum of an entry's products, each times its row's weight."""
    if end - begin == len(weights):
        return dot(weights, product[begin:end])  # every row, in order
    result = 0.0
    for term in range(begin, end):
        result += weights[row[term]] * product[term]
    return result


@kernel
def normal_and_slope(design, weights, squares, alpha, matrix, tangent):
    """Lower triangles of X' W X and of its derivative in log dispersion, X' W' X with w' = -alpha w^2."""
    first, (place, start, row, product) = design[3], design[4]
    for i in range(len(first)):
        for j in range(first[i], i + 1):
            matrix[i, j] = 0.0
            tangent[i, j] = 0.0
    for entry in range(len(place)):
        i, j, begin, end = place[entry, 0], place[entry, 1], start[entry], start[entry + 1]
        matrix[i, j] = _summed(begin, end, row, product, weights)
        tangent[i, j] = -alpha * _summed(begin, end, row, product, squares)


@kernel
def invert(design, factor, inverse):
    """The entries inside the envelope of (L L')^-1, in the lower triangle (Takahashi, Fagan and Chin 1973)."""
    first = design[3]
    size = len(first)
    for j in range(size - 1, -1, -1):
        for i in range(size - 1, j - 1, -1):
            if first[i] > j:
                continue
            total = factor[j, j] if i == j else 0.0
            for k in range(j + 1, size):
                if first[k] <= j:
                    total -= factor[k, j] * (inverse[i, k] if i > k else inverse[k, i])
            inverse[i, j] = total * factor[j, j]


@kernel
def leverage(design, row, inverse):
    """Quadratic form x' (X'WX)^-1 x of one row of the design; its entries of the inverse are inside the envelope."""
    ptr, idx, val = design[:3]
    total = 0.0
    for a in range(ptr[row], ptr[row + 1]):
        total += val[a] * val[a] * inverse[idx[a], idx[a]]
        for b in range(ptr[row], a):
            total += 2.0 * val[a] * val[b] * inverse[idx[a], idx[b]]
    return total


@kernel
def predict(design, beta, eta):
    """Linear predictor of each row of the design."""
    ptr, idx, val, _, _, columns = design
    if len(columns):
        for row in range(len(eta)):
            eta[row] = columns[0, row] * beta[0]
        for k in range(1, len(beta)):
            for row in range(len(eta)):
                eta[row] += columns[k, row] * beta[k]
        return
    for row in range(len(eta)):
        total = 0.0
        for a in range(ptr[row], ptr[row + 1]):
            total += val[a] * beta[idx[a]]
        eta[row] = total


@kernel
def project(design, values, out):
    """Each column's inner product with values of the rows: X' values."""
    ptr, idx, val, _, _, columns = design
    if len(columns):
        for k in range(len(out)):
            out[k] = dot(columns[k], values)
        return
    out[:] = 0.0
    for row in range(len(values)):
        for a in range(ptr[row], ptr[row + 1]):
            out[idx[a]] += val[a] * values[row]

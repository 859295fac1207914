"""Exponentials and logarithms that compilers vectorise, sums likewise, and sums over counts of gamma functions.

A loop over `exp` or `log` takes a fourth of the time that calls of the C library do. Sums alone are allowed to change
their order; where that is allowed, no other function is called, because it would be allowed there too.
"""

# mypy: disable-error-code="no-untyped-def, call-arg, var-annotated"
from __future__ import annotations

import math

import numpy as np
from numba import types
from numba.extending import intrinsic

from trialseq.de.kernels.compiling import kernel, reordered

SMALL = 12  # counts below which sums over gamma functions go by the recurrence; above, series are exact
_LOG2_E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 0.693147180369123816490, 1.90821492927058770002e-10  # ln 2 in a short part and the rest
_ROOT_2 = math.sqrt(2.0)
_ONE, _MANTISSA = 0x3FF0000000000000, 0x000FFFFFFFFFFFFF
_HALF_LOG_2_PI = 0.5 * math.log(2 * math.pi)


@intrinsic
def _bits(typing_context, value):  # noqa: ARG001 - numba hands it over
    """The 64 bits of a number as an integer."""

    def generate(context, builder, signature, arguments):  # noqa: ARG001
        return builder.bitcast(arguments[0], context.get_value_type(types.int64))

    return types.int64(types.float64), generate


@intrinsic
def _number(typing_context, value):  # noqa: ARG001
    """The number that 64 bits stand for."""

    def generate(context, builder, signature, arguments):  # noqa: ARG001
        return builder.bitcast(arguments[0], context.get_value_type(types.float64))

    return types.float64(types.int64), generate


@kernel
def exp(x):
    """Exponential to 2 units in the last place; of what lies outside [-700, 700], that of the nearer end."""
    x = min(max(x, -700.0), 700.0)
    whole = math.floor(x * _LOG2_E + 0.5)
    r = (x - whole * _LN2_HIGH) - whole * _LN2_LOW
    # Taylor: |r| < 0.3466, so that the term of degree 14 is below 1e-17
    series = 1.0 / 479001600.0 + r / 6227020800.0
    series = 1.0 / 3628800.0 + r * (1.0 / 39916800.0 + r * series)
    series = 1.0 / 40320.0 + r * (1.0 / 362880.0 + r * series)
    series = 1.0 / 720.0 + r * (1.0 / 5040.0 + r * series)
    series = 1.0 / 24.0 + r * (1.0 / 120.0 + r * series)
    series = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * series)))
    return _number(_bits(series) + (np.int64(whole) << 52))


@kernel
def log(x):
    """Logarithm of a positive normal number to 2 units in the last place (where it is not near 0, of 1)."""
    pattern = _bits(x)
    power = np.float64((pattern >> 52) - 1023)
    mantissa = _number((pattern & _MANTISSA) | _ONE)
    high = mantissa > _ROOT_2
    mantissa = 0.5 * mantissa if high else mantissa
    power = power + 1.0 if high else power
    # log(m) = 2 atanh((m - 1) / (m + 1)), whose argument is below 0.1716
    s = (mantissa - 1.0) / (mantissa + 1.0)
    z = s * s
    series = 1.0 / 19.0 + z * (1.0 / 21.0 + z * (1.0 / 23.0))
    series = 1.0 / 13.0 + z * (1.0 / 15.0 + z * (1.0 / 17.0 + z * series))
    series = 1.0 / 7.0 + z * (1.0 / 9.0 + z * (1.0 / 11.0 + z * series))
    series = z * (1.0 / 3.0 + z * (1.0 / 5.0 + z * series))
    return power * _LN2_HIGH + (2.0 * s + (2.0 * s * series + power * _LN2_LOW))


@reordered
def total(values):
    """Sum."""
    result = 0.0
    for value in values:
        result += value
    return result


@reordered
def dot(left, right):
    """Inner product."""
    result = 0.0
    for i in range(len(left)):
        result += left[i] * right[i]
    return result


@kernel
def copy(values, out):
    """Write values into an array; an assignment of slices would take seconds to compile, for its errors."""
    for i in range(len(values)):
        out[i] = values[i]


@kernel
def tally(counts, above, large):
    """Write how many counts exceed 0 ... SMALL - 1, and those of at least SMALL; returns how many these are."""
    above[:] = 0.0
    many = 0
    for count in counts:
        if count >= SMALL:
            large[many] = count
            many += 1
        else:
            for k in range(int(count)):
                above[k] += 1.0
    for k in range(SMALL):
        above[k] += many
    return many


@kernel
def digamma_rise(above, large, r, work):
    """Sum over counts y of digamma(y + r) - digamma(r), that is of 1 / (r + k) for k < y. See `tally`."""
    result = 0.0
    for k in range(SMALL):
        result += above[k] / (r + k)
    if len(large):
        for i in range(len(large)):
            work[i] = digamma(large[i] + r)
        result += total(work[: len(large)]) - len(large) * digamma(SMALL + r)
    return result


@kernel
def digamma(x):
    """Digamma function of numbers of at least SMALL: its asymptotic series, exact to double precision."""
    inverse = 1.0 / x
    square = inverse * inverse
    series = 1.0 / 252.0 - square * (1.0 / 240.0 - square / 132.0)
    return log(x) - 0.5 * inverse - square * (1.0 / 12.0 - square * (1.0 / 120.0 - square * series))


@kernel
def log_gamma_rise(above, large, r, work):
    """Sum over counts y of log gamma(y + r) - log gamma(r), that is of log(r + k) for k < y. See `tally`."""
    result = 0.0
    for k in range(SMALL):
        result += above[k] * log(r + k)
    if len(large):
        for i in range(len(large)):
            work[i] = _log_gamma(large[i] + r)
        result += total(work[: len(large)]) - len(large) * _log_gamma(SMALL + r)
    return result


@kernel
def _log_gamma(x):
    """Logarithm of the gamma function of numbers of at least SMALL: Stirling's series."""
    inverse = 1.0 / x
    square = inverse * inverse
    series = 1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square * (1.0 / 1680.0 - square / 1188.0)))
    return (x - 0.5) * log(x) - x + _HALF_LOG_2_PI + inverse * series

"""Compiled kernels over genes: negative binomial fits in the objectives and bounds of PyDESeq2 0.5.4.

Each kernel takes genes [start, stop) of arrays (genes x samples) and writes into arrays that it is given, so that
threads share nothing but inputs. A design is handed over as `(ptr, idx, val, first, gram, columns)`: its compressed
sparse rows; for each column the first column that shares a row with it (the envelope of X'WX and of its Cholesky
factor); `gram = (place, start, row, product)`, the entries of X'WX: at each place (i, j), the products of row's values;
and its columns as they are, (columns x samples), where most of their entries are not zero.
"""

from __future__ import annotations

from trialseq.de.kernels.coefficients import irls, linear_means, moments, standard_errors
from trialseq.de.kernels.dispersions import digamma_excess, dispersion, likelihood_slope
from trialseq.de.kernels.elementary import digamma_rise, exp, log, log_gamma_rise, tally
from trialseq.de.kernels.shrinkage import shrink

__all__ = [
    "digamma_excess",
    "digamma_rise",
    "dispersion",
    "exp",
    "irls",
    "likelihood_slope",
    "linear_means",
    "log",
    "log_gamma_rise",
    "moments",
    "shrink",
    "standard_errors",
    "tally",
]

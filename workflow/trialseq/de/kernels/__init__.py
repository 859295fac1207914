"""Compiled kernels over genes: negative binomial fits in the objectives and bounds of PyDESeq2 0.5.4.

Each kernel takes genes [start, stop) of arrays (genes x samples) and writes into arrays that it is given, so that
threads share nothing but inputs. A design is handed over as `(ptr, idx, val, first, gram)`: its compressed sparse rows;
for each column the first column that shares a row with it (the envelope of X'WX and of its Cholesky factor); and
`gram = (place, start, row, product)`, the entries of X'WX: at each place (i, j), the products of row's values.
"""

from __future__ import annotations

from trialseq.de.kernels.coefficients import irls, shrink, standard_errors
from trialseq.de.kernels.dispersions import digamma_excess, digamma_lag, dispersion

__all__ = ["digamma_excess", "digamma_lag", "dispersion", "irls", "shrink", "standard_errors"]

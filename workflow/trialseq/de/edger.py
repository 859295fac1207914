"""edgeR's quasi-likelihood F test, as edgePython ports it.

Lund et al. 2012; Chen, Lun and Smyth 2016. edgePython follows edgeR 5; its `legacy` options are those of edgeR 3.40,
with which the tests of this module compare it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import t as student_t

from trialseq.counts import CountMatrix
from trialseq.de import Fit
from trialseq.de.opinion import Effect, ready, table
from trialseq.design.estimands import Model

if TYPE_CHECKING:
    from trialseq.config import Statistics


def fit(matrix: CountMatrix, model: Model, options: Statistics, threads: int) -> Fit:  # noqa: ARG001 - numba has them
    """Fit the model's design as it stands, blocks included, and test all of its contrasts.

    Fold changes are without prior counts. The statistic is that of Student's t which has the test's p value, with
    the sign of the fold change: the root of F, except where edgeR bounds p values by those of a Poisson model.
    """
    import edgepython

    given, design = ready(matrix, model, options), model.matrix.to_numpy()
    counts = edgepython.make_dgelist(given.counts.to_numpy(), lib_size=given.libraries)
    counts = edgepython.estimate_disp(counts, design, legacy_span=True)
    fitted = edgepython.glm_ql_fit(counts, design, legacy=True)
    effects = []
    for estimand in model.estimands:
        vector = np.array(estimand.vector)
        test = edgepython.glm_ql_ftest(fitted, contrast=vector)
        change = fitted["unshrunk.coefficients"] @ vector / np.log(2)
        degrees = test["df.total"]
        size = student_t.isf(test["table"]["PValue"].to_numpy() / 2, degrees)
        effects.append(Effect(estimand.id, change, np.copysign(size, change), degrees))
    notes = {
        "model": model.id,
        "engine": "edger",
        "genes": len(given.counts),
        "common_dispersion": float(counts["common.dispersion"]),
        "prior_degrees": float(np.median(fitted["df.prior"])),
    }
    return Fit(table(matrix, given, effects, options), None, notes)

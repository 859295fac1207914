"""PyDESeq2 as it is, as a second opinion on the compiled engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialseq.counts import CountMatrix
from trialseq.de import Fit, wald
from trialseq.design.estimands import Model

if TYPE_CHECKING:
    from trialseq.config import Statistics


def fit(matrix: CountMatrix, model: Model, options: Statistics, threads: int) -> Fit:
    """Fit and test with PyDESeq2's own loops, normal p values and independent filtering, without shrinkage."""
    as_it_is = {"inference": "reference", "distribution": "normal", "shrinkage": False}
    return wald.fit(matrix, model, options.model_copy(update=as_it_is), threads)

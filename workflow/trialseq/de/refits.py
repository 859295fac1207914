"""A whole fit on bare arrays: the many that influence and the evidence checks ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from trialseq.de import direct, hypothesis
from trialseq.de.compiled import CompiledInference


@dataclass(frozen=True)
class Refit:
    """Log2 fold changes and standard errors (contrasts x genes), and degrees of freedom (genes,) of the dispersions.

    Missing where a gene has no count, and in every gene where no residual degrees of freedom are left.
    """

    effects: np.ndarray
    errors: np.ndarray
    degrees: np.ndarray


def refit(
    values: np.ndarray,
    factors: np.ndarray,
    design: np.ndarray,
    vectors: np.ndarray,
    compared: np.ndarray,
    trend: Literal["parametric", "mean"],
    threads: int,
) -> Refit:
    """Fit a design by the compiled loops: dispersions, their trend and prior, fold changes.

    values: (samples x genes), counts; factors: (samples,), size factors; design: (samples x columns), of full rank;
    vectors: (contrasts x columns); compared: (contrasts x samples), those of each contrast. The fold change is 0
    where a contrast has nothing to compare (`hypothesis.without_counts`).
    """
    effects, errors = (np.full((len(vectors), values.shape[1]), np.nan) for _ in range(2))
    degrees = np.full(values.shape[1], np.nan)
    residual = len(design) - design.shape[1]
    if residual < 1:
        return Refit(effects, errors, degrees)
    present = (values > 0).any(axis=0)
    # The samples of a gene side by side, as the kernels take them.
    counts = np.ascontiguousarray(values[:, present].T, dtype=float).T
    inference = CompiledInference(threads)
    fitted = direct.fit(inference, counts, design, factors, trend)
    found = direct.effects(inference, fitted.dispersions, fitted.coefficients, design, factors, vectors)
    effects[:, present], errors[:, present] = found
    nothing = hypothesis.without_counts(counts, design, vectors, compared)
    effects[:, present] = np.where(nothing, 0.0, effects[:, present])
    degrees[present] = hypothesis.degrees_of_freedom(residual, fitted.prior_variance, fitted.unshrunken)
    return Refit(effects, errors, degrees)

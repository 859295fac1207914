"""Contrasts of a model with scores of cell types held constant: of genes, and of means over gene sets.

With columns Z beside a design X, a contrast c of X keeps its weights, and its change of the scores is
d = c'(X'X)^-1 X'Z. In a linear model the contrast without Z is the one with Z held, plus d'g, where g are the slopes on
Z: what goes with composition. Both are linear contrasts of one fit, (c, 0) and (0, d), so each has its interval. With
K of `cells.calibration` for the error of measured scores, the first becomes (c, d - K'd).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student_t


@dataclass(frozen=True)
class Estimates:
    """Estimates and standard errors (contrasts x outcomes), degrees of freedom (outcomes,); missing where none."""

    effects: np.ndarray
    errors: np.ndarray
    degrees: np.ndarray


@dataclass(frozen=True)
class Held:
    """A design with scores beside it.

    design: (samples x columns and scores); changes: (contrasts x scores), of the scores in the contrast; inflation:
    (contrasts,), how many times the variance of a contrast grows by holding the scores; reason: why they cannot be
    held, or nothing.
    """

    design: np.ndarray
    changes: np.ndarray
    inflation: np.ndarray
    reason: str

    def vectors(self, contrasts: np.ndarray, calibration: np.ndarray) -> dict[str, np.ndarray]:
        """Weights (contrasts x columns and scores) of `held`, `part` and `calibrated`.

        contrasts: (contrasts x columns of the design alone). `calibrated` is missing where the calibration is.
        """
        moved = self.changes @ calibration
        nothing = np.zeros_like(contrasts)
        return {
            "held": np.hstack([contrasts, np.zeros_like(self.changes)]),
            "part": np.hstack([nothing, self.changes]),
            "calibrated": np.hstack([contrasts, self.changes - moved]),
        }


def hold(design: np.ndarray, contrasts: np.ndarray, scores: np.ndarray, names: list[str]) -> Held:
    """Put scores (samples x scores) beside a design (samples x columns of full rank)."""
    whole = np.hstack([design, scores])
    changes = contrasts @ np.linalg.pinv(design) @ scores
    samples, columns = whole.shape
    reason = ""
    if not names:
        reason = "no cell type can be held"
    elif samples <= columns:
        reason = (
            f"{samples} samples leave {samples - design.shape[1]} degrees of freedom, too few to hold {len(names)} "
            f"scores ({', '.join(names)}): ask for fewer"
        )
    elif np.linalg.matrix_rank(whole) < columns:
        reason = f"the scores of {', '.join(names)} do not vary beyond what the design holds alike"
    inflation = np.full(len(contrasts), np.nan)
    if not reason:
        before, after = (np.linalg.pinv(each.T @ each) for each in (design, whole))
        padded = np.hstack([contrasts, np.zeros_like(changes)])
        inflation = _quadratic(padded, after) / _quadratic(contrasts, before)
    return Held(whole, changes, inflation, reason)


def least_squares(outcomes: np.ndarray, design: np.ndarray, vectors: np.ndarray) -> Estimates:
    """Contrasts (contrasts x columns) of a least-squares fit of outcomes (samples x outcomes)."""
    shape = len(vectors), outcomes.shape[1]
    free = len(design) - design.shape[1]
    if free < 1:
        return Estimates(np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape[1], np.nan))
    inverse = np.linalg.pinv(design)
    variance = ((outcomes - design @ (inverse @ outcomes)) ** 2).sum(axis=0) / free
    unit = _quadratic(vectors, inverse @ inverse.T)
    return Estimates(vectors @ inverse @ outcomes, np.sqrt(np.outer(unit, variance)), np.full(shape[1], float(free)))


def interval(found: Estimates, confidence: float, *, normal: bool) -> dict[str, np.ndarray]:
    """Estimate, interval and two-sided p value against 0 (contrasts x outcomes), by Student's t or the normal."""
    degrees = np.full_like(found.degrees, np.inf) if normal else found.degrees
    null = student_t(degrees)
    beyond = null.ppf(0.5 + confidence / 2) * found.errors
    with np.errstate(divide="ignore", invalid="ignore"):
        p_values = 2 * null.sf(np.abs(found.effects) / found.errors)
    # Nothing to compare, or a weight of zero: an estimate of 0 without an error.
    p_values = np.where((found.effects == 0) & (found.errors == 0), 1.0, p_values)
    return {
        "estimate": found.effects,
        "ci_low": found.effects - beyond,
        "ci_high": found.effects + beyond,
        "p_value": p_values,
    }


def _quadratic(vectors: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """V'Mv of each row."""
    return np.asarray(np.einsum("ij,jk,ik->i", vectors, matrix, vectors))

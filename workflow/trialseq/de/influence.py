"""Does one subject make the result? Each model fitted again without each subject in turn.

Cook's distances do not act where every sample has a row of its own in the design, as in paired and nested trials.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trialseq.counts import CountMatrix
from trialseq.de import hypothesis, refits, wald
from trialseq.de.filtering import before_fit, size_factors
from trialseq.de.outliers import counts_of_fit
from trialseq.design.estimands import Estimand, Model
from trialseq.tables import MODEL_INFLUENCE, MODEL_INFLUENCE_GENES

if TYPE_CHECKING:
    from trialseq.config import Statistics

LOGGER = logging.getLogger("trialseq.de")
TOLERANCE = 1e-8
REPLICATES = 7  # samples of one design row from which PyDESeq2 replaces outliers


@dataclass(frozen=True)
class Influence:
    """What leaving out each subject does: `tables.MODEL_INFLUENCE` and `tables.MODEL_INFLUENCE_GENES`."""

    subjects: pd.DataFrame
    genes: pd.DataFrame


@dataclass(frozen=True)
class Reduced:
    """A model without one subject.

    kept: (samples,), those of the others; compared: (contrasts x kept samples), those of each contrast; design: (kept
    samples x independent columns); vectors: (contrasts x independent columns); reasons: of each contrast, why it
    cannot be estimated, or nothing.
    """

    kept: np.ndarray
    compared: np.ndarray
    design: np.ndarray
    vectors: np.ndarray
    reasons: list[str]


def influence(
    matrix: CountMatrix, model: Model, statistics: pd.DataFrame, options: Statistics, threads: int
) -> Influence:
    """Fit a model without each subject in turn, by the compiled loops, and compare with the whole fit.

    statistics: `tables.STATISTICS` of the whole fit. Where a model has no subjects, each sample is left out. The genes
    that are fitted, the size factors and the counts that PyDESeq2 put in the place of outliers stay those of the
    whole fit: they describe samples and counts that are still there. Dispersions, their trend and prior are estimated
    anew.
    """
    counts = matrix.counts.loc[list(model.samples)]
    before, _ = before_fit(counts, model, options)
    counts = counts.loc[:, before == "tested"]
    factors = size_factors(counts, options.size_factors)
    values = as_tested(counts, model, factors, options, threads)
    units = np.array(model.subjects or model.samples)
    tallies = [
        _Tally(statistics[statistics["contrast"] == each.id].set_index("gene_id").loc[counts.columns], each, options)
        for each in model.estimands
    ]
    for unit in dict.fromkeys(units.tolist()):
        smaller = without(model, units != unit)
        tests = refit(values, factors.to_numpy(), smaller, options, threads)
        for tally, reason, *test in zip(tallies, smaller.reasons, *tests, strict=True):
            tally.add(unit, np.array(model.samples)[units == unit], reason, *test)
    LOGGER.info("Model %s: fitted %d times with a subject left out.", model.id, len(set(units)))
    subjects = pd.DataFrame([row for tally in tallies for row in tally.rows])
    return Influence(
        MODEL_INFLUENCE.conform(subjects.reindex(columns=MODEL_INFLUENCE.names)),
        MODEL_INFLUENCE_GENES.conform(pd.concat([tally.genes() for tally in tallies])),
    )


def without(model: Model, kept: np.ndarray) -> Reduced:
    """The design of some samples alone: columns that depend on those before them are left out.

    kept: (samples,). A contrast c = X'a of the rows that are left is estimable, and keeps its weights on the columns
    that are left, as c'b = a'X b is the same for each b that fits alike.
    """
    design, vectors = np.array(model.rows)[kept], np.array([each.vector for each in model.estimands])
    basis, columns = np.empty((len(design), 0)), []
    for column, values in enumerate(design.T):
        rest = values - basis @ (basis.T @ values)
        if np.linalg.norm(rest) > TOLERANCE * max(1.0, float(np.linalg.norm(values))):
            basis = np.column_stack([basis, rest / np.linalg.norm(rest)])
            columns.append(column)
    missed = np.abs(vectors @ (np.linalg.pinv(design) @ design) - vectors).max(axis=1) > TOLERANCE
    reasons = ["the others do not determine the contrast" if each else "" for each in missed]
    if len(design) <= len(columns):
        reasons = ["the others leave no residual degrees of freedom"] * len(vectors)
    compared = np.array([np.isin(model.samples, each.samples)[kept] for each in model.estimands])
    return Reduced(kept, compared, design[:, columns], vectors[:, columns], reasons)


def refit(
    values: np.ndarray, factors: np.ndarray, model: Reduced, options: Statistics, threads: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log2 fold changes, statistics and p values (contrasts x genes); missing where no count is left.

    values: (samples x genes), counts of all samples; factors: their size factors.
    """
    counts, sizes = values[model.kept], factors[model.kept]
    fitted = refits.refit(counts, sizes, model.design, model.vectors, model.compared, options.trend, threads)
    null = hypothesis.reference(options.distribution, fitted.degrees)
    tests = hypothesis.test(fitted.effects, fitted.errors, options.lfc_threshold, options.alternative, null)
    return fitted.effects, *tests


def as_tested(counts: pd.DataFrame, model: Model, factors: pd.Series, options: Statistics, threads: int) -> np.ndarray:
    """Counts (samples x genes) as the whole fit had them, outliers replaced where there are replicates enough."""
    if not options.cooks or model.matrix.value_counts().max() < REPLICATES:
        return counts.to_numpy()
    fitted = wald.estimate(counts, model, factors, options.model_copy(update={"inference": "compiled"}), threads)
    return counts_of_fit(fitted)


class _Tally:
    """What the subjects do to one contrast, a subject at a time, so that no refit has to be kept."""

    def __init__(self, whole: pd.DataFrame, estimand: Estimand, options: Statistics) -> None:
        self._whole, self._estimand = whole, estimand
        self._effect, self._statistic = whole["log2_fold_change"].to_numpy(), whole["statistic"].to_numpy()
        q_values = whole["q_value"].to_numpy()
        self._tested, self._called = ~np.isnan(q_values), q_values < options.alpha
        # The largest p value with which Benjamini and Hochberg call as many genes; or one, where none was called.
        self._cut = options.alpha * max(self._called.sum(), 1) / max(self._tested.sum(), 1)
        self._lowest, self._highest, self._largest = (np.full(len(whole), np.nan) for _ in range(3))
        self._furthest = np.zeros(len(whole))
        self._mover = np.full(len(whole), "", dtype=object)
        self._fragile = np.zeros(len(whole), dtype=bool)
        self.rows: list[dict[str, object]] = []

    def add(
        self, unit: str, samples: np.ndarray, reason: str, effect: np.ndarray, statistic: np.ndarray, p: np.ndarray
    ) -> None:
        """Take in the results without one subject."""
        row = {"contrast": self._estimand.id, "subject": unit, "n_samples": len(samples), "reason": reason}
        row["in_contrast"] = "yes" if set(samples) & set(self._estimand.samples) else "no"
        row["calls"] = int(self._called.sum())
        self.rows.append(row | self._compare(unit, effect, statistic, p) if not reason else row)

    def _compare(self, unit: str, effect: np.ndarray, statistic: np.ndarray, p: np.ndarray) -> dict[str, object]:
        holds = p <= self._cut
        turned = np.sign(effect) * np.sign(self._effect) < 0
        lost = self._called & (~holds | turned)
        gained = self._tested & ~self._called & holds
        self._fragile |= lost
        self._lowest, self._highest = np.fmin(self._lowest, effect), np.fmax(self._highest, effect)
        self._largest = np.fmax(self._largest, np.where(np.isnan(p), 1.0, p))
        # A gene that has no counts without a subject owes it everything.
        moved = np.where(np.isnan(effect), np.inf, np.abs(effect - self._effect))
        further = moved > self._furthest
        self._furthest[further], self._mover[further] = moved[further], unit
        both = self._tested & ~np.isnan(statistic)
        before, after = self._statistic[both], statistic[both]
        return {
            "calls_lost": int(lost.sum()),
            "calls_gained": int(gained.sum()),
            "sign_changes": int((self._called & turned).sum()),
            "correlation": float(np.corrcoef(before, after)[0, 1]) if len(before) > 1 else np.nan,
            "median_change": float(np.median(np.abs(after - before))) if len(before) else np.nan,
        }

    def genes(self) -> pd.DataFrame:
        """One row a gene."""
        frame = self._whole.rename_axis("gene_id").reset_index()
        known = self._called & ~np.isnan(self._largest)
        frame["fragile"] = np.where(known, np.where(self._fragile, "yes", "no"), "")
        return frame.assign(
            lowest_log2_fold_change=self._lowest,
            highest_log2_fold_change=self._highest,
            largest_p_value=np.where(frame["p_value"].isna(), np.nan, self._largest),
            subject=self._mover,
        )

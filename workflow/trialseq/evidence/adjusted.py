"""One model with and without scores of cell types: fold changes of genes, changes of means over sets."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trialseq.counts import CountMatrix
from trialseq.de import refits
from trialseq.de.filtering import before_fit, size_factors
from trialseq.de.influence import as_tested
from trialseq.design.estimands import Model
from trialseq.evidence import cells, held
from trialseq.evidence.markers import Markers

if TYPE_CHECKING:
    from trialseq.config import Statistics
    from trialseq.config.evidence import Composition

LOGGER = logging.getLogger("trialseq.evidence")
Numbers = dict[str, np.ndarray]  # estimate, ci_low, ci_high, p_value: (contrasts x outcomes)


@dataclass(frozen=True)
class Options:
    """Options of the tests, and of composition."""

    statistics: Statistics
    composition: Composition
    threads: int

    @property
    def alpha(self) -> float:
        """A p value below it goes with an interval without 0."""
        return 1 - self.statistics.confidence


class Whole:
    """A model as it is: its counts and its contrasts.

    ids, names: (genes,), of the genes that were fitted; places: position of a symbol among them, of several the one
    with the highest mean; plain: numbers of the genes.
    """

    def __init__(
        self,
        matrix: CountMatrix,
        model: Model,
        stable: pd.DataFrame,
        z: pd.DataFrame,
        markers: Markers,
        options: Options,
    ) -> None:
        self.model, self.options, self.markers = model, options, markers
        counts = matrix.counts.loc[list(model.samples)]
        status, _ = before_fit(counts, model, options.statistics)
        counts = counts.loc[:, status == "tested"]
        self.factors = size_factors(counts, options.statistics.size_factors)
        self.counts = as_tested(counts, model, self.factors, options.statistics, options.threads)
        self.ids, self.names = counts.columns, matrix.genes.loc[counts.columns, "gene_name"].astype(str)
        self.places = cells.first_of_symbol(self.names, counts.to_numpy().mean(axis=0))
        self.design, self.vectors = np.array(model.rows), np.array([each.vector for each in model.estimands])
        self.stable, self.z = stable.loc[list(model.samples)], z.loc[list(model.samples)]
        self.plain = self.intervals(self.refit(self.design, self.vectors), of_genes=True)
        LOGGER.info("Model %s: %d genes in %d contrasts.", model.id, len(self.ids), len(model.estimands))

    def refit(self, design: np.ndarray, vectors: np.ndarray) -> held.Estimates:
        """Fold changes of all genes: design (samples x columns), vectors (any times contrasts x columns)."""
        compared = np.array([np.isin(self.model.samples, each.samples) for each in self.model.estimands])
        several = np.tile(compared, (len(vectors) // len(compared), 1))
        trend, threads = self.options.statistics.trend, self.options.threads
        fit = refits.refit(self.counts, self.factors.to_numpy(), design, vectors, several, trend, threads)
        return held.Estimates(fit.effects, fit.errors, fit.degrees)

    def least_squares(self, outcomes: np.ndarray, design: np.ndarray, vectors: np.ndarray) -> Numbers:
        """Contrasts of outcomes (samples x outcomes) that are scores or means, not counts."""
        return self.intervals(held.least_squares(outcomes, design, vectors), of_genes=False)

    def intervals(self, found: held.Estimates, *, of_genes: bool) -> Numbers:
        """Estimates with intervals and p values, of genes by the distribution of the options."""
        normal = of_genes and self.options.statistics.distribution == "normal"
        return held.interval(found, self.options.statistics.confidence, normal=normal)


class Adjusted:
    """The same model with scores beside its design, from markers that are none of `dropped`.

    kinds: cell types that are held; left_out: the others, each with why; used: markers of what is held; reason: why
    nothing is held, or nothing; genes: numbers of the genes, by kind (`plain`, and where something is held `held`,
    `part` and `calibrated`).
    """

    def __init__(self, whole: Whole, dropped: Collection[str]) -> None:
        options = whole.options.composition
        self._whole = whole
        self._covariates = cells.covariates(
            whole.z, whole.markers, options.hold, dropped, whole.design, options.min_markers, options.min_reliability
        )
        frame = self._covariates.frame
        self.kinds = [str(kind) for kind in frame.index[frame["status"] == "held"]]
        self.left_out = [f"{kind} ({row['status']})" for kind, row in frame.iterrows() if row["status"] != "held"]
        self.used = set(" ".join(frame.loc[self.kinds, "genes"]).split())
        self._beside = held.hold(whole.design, whole.vectors, self._covariates.held, self.kinds)
        self.reason, self.inflation = self._beside.reason, self._beside.inflation
        self._vectors: Mapping[str, np.ndarray] = {}
        if not self.reason:
            self._vectors = self._beside.vectors(whole.vectors, self._covariates.calibration)
        self.genes = {"plain": whole.plain} | self._of_genes()
        self._changes = whole.least_squares(self._covariates.scores.to_numpy(), whole.design, whole.vectors)

    def _of_genes(self) -> dict[str, Numbers]:
        if not self._vectors:
            return {}
        found = self._whole.refit(self._beside.design, np.nan_to_num(np.vstack(list(self._vectors.values()))))
        parts = zip(
            self._vectors.items(),
            np.split(found.effects, len(self._vectors)),
            np.split(found.errors, len(self._vectors)),
            strict=True,
        )
        numbers = {}
        for (kind, vectors), effects, errors in parts:
            known = np.where(np.isnan(vectors).any(axis=1, keepdims=True), np.nan, 1.0)
            each = held.Estimates(effects * known, errors * known, found.degrees)
            numbers[kind] = self._whole.intervals(each, of_genes=True)
        return numbers

    def gene(self, symbol: str) -> dict[str, Numbers]:
        """Numbers (contrasts x 1) of a gene by kind; none where it was not fitted."""
        if symbol not in self._whole.places.index:
            return {}
        at = [int(self._whole.places[symbol])]
        return {kind: {name: values[:, at] for name, values in each.items()} for kind, each in self.genes.items()}

    def mean(self, symbols: list[str]) -> dict[str, Numbers]:
        """Numbers (contrasts x 1) of the mean of variance-stabilised values over fitted genes, by kind.

        In the place `mean`: the mean of the genes' log2 fold changes.
        """
        whole, places = self._whole, self._whole.places[symbols].to_numpy(dtype=int)
        outcome = whole.stable[symbols].mean(axis=1).to_numpy()[:, None]
        found = {"plain": whole.least_squares(outcome, whole.design, whole.vectors)}
        for kind, vectors in self._vectors.items():
            found[kind] = whole.least_squares(outcome, self._beside.design, vectors)
        for kind, each in found.items():
            each["mean"] = self.genes[kind]["estimate"][:, places].mean(axis=1, keepdims=True)
        return found

    @property
    def unmeasured(self) -> list[str]:
        """Types without a score, of which nobody knows whether they change."""
        frame = self._covariates.frame
        return [str(kind) for kind in frame.index[frame["status"] == "too few markers"]]

    def loose(self, at: int) -> list[str]:
        """Types whose score changes in a contrast, but is too unreliable to be held."""
        unreliable = (self._covariates.frame["status"] == "unreliable").to_numpy()
        changes = self._changes["p_value"][at] < self._whole.options.alpha
        return [str(kind) for kind in self._covariates.frame.index[unreliable & changes]]

    def cells(self, at: int) -> list[dict[str, object]]:
        """A row for each type that was asked for: the change of its score in a contrast."""
        rows: list[dict[str, object]] = []
        for index, (kind, row) in enumerate(self._covariates.frame.iterrows()):
            fitted = [gene for gene in row["genes"].split() if gene in self._whole.places.index]
            effects = self._whole.plain["estimate"][at, self._whole.places[fitted].to_numpy(dtype=int)]
            numbers = {name: values[at, index] for name, values in self._changes.items()}
            mean = effects.mean() if len(effects) else np.nan
            rows.append({"section": "cells", "id": kind, **row, **numbers, "mean_log2_fold_change": mean})
        return rows

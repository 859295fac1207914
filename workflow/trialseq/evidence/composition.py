"""How much of an effect is composition: each contrast again with scores of cell types held constant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from trialseq.counts import CountMatrix
from trialseq.de.independent import adjust
from trialseq.design.estimands import Estimand, Model
from trialseq.evidence import cells, verdicts
from trialseq.evidence.adjusted import Adjusted, Numbers, Options, Whole
from trialseq.evidence.items import Item
from trialseq.evidence.markers import Markers
from trialseq.tables import COMPOSITION, COMPOSITION_GENES

if TYPE_CHECKING:
    from anndata import AnnData

NUMBERS = ("estimate", "ci_low", "ci_high", "p_value")
PREFIXES = {"plain": "", "held": "held_", "part": "part_", "calibrated": "calibrated_"}
OF_GENES = {"plain": "", "held": "held_", "calibrated": "calibrated_"}


@dataclass(frozen=True)
class Found:
    """table: `tables.COMPOSITION`; genes: `tables.COMPOSITION_GENES`."""

    table: pd.DataFrame
    genes: pd.DataFrame


def composition(
    matrix: CountMatrix,
    data: AnnData,
    models: Sequence[Model],
    markers: Markers,
    items: Sequence[Item],
    options: Options,
) -> Found:
    """Ask every contrast of every model, genes and sets, with and without scores of cell types held constant.

    data: as `qc.normalise` gives it. No gene that is asked about by itself is a marker, and no gene of a set is one
    where that set is asked about.
    """
    values = cells.by_symbol(data, data.layers["vst"])
    z = cells.standardised(values)
    tables, genes = [COMPOSITION.empty()], [COMPOSITION_GENES.empty()]
    for model in models:
        asked = _Asked(Whole(matrix, model, values, z, markers, options), items)
        tables.append(asked.table())
        genes.append(asked.genes())
    filled = [[each for each in parts if len(each)] or parts[:1] for parts in (tables, genes)]
    return Found(COMPOSITION.conform(pd.concat(filled[0])), COMPOSITION_GENES.conform(pd.concat(filled[1])))


class _Asked:
    """One model, what is asked of it, and the fits that answer."""

    def __init__(self, whole: Whole, items: Sequence[Item]) -> None:
        self._whole, self._items = whole, items
        self._genes = {gene for item in items if item.section == "gene" for gene in item.genes}
        self._fits: dict[frozenset[str], Adjusted] = {}
        self._fit = self._without(())

    def _without(self, genes: Sequence[str]) -> Adjusted:
        """The fit whose markers are none of the genes that are asked about, nor any of these."""
        held = self._whole.options.composition.hold
        every = {gene for kind in held for gene in self._whole.markers.get(kind, ())}
        dropped = frozenset(every & (self._genes | set(genes)))
        if dropped not in self._fits:
            self._fits[dropped] = Adjusted(self._whole, dropped)
        return self._fits[dropped]

    def table(self) -> pd.DataFrame:
        """Of each contrast: its verdict, its cell types, then what is asked about."""
        answers = [(item, *self._answer(item)) for item in self._items]
        frames = []
        for at, estimand in enumerate(self._whole.model.estimands):
            rows = [self._row(at, *answer) for answer in answers]
            frame = pd.DataFrame([self._heading(at, estimand, pd.DataFrame(rows)), *self._fit.cells(at), *rows])
            frames.append(frame.assign(contrast=estimand.id).reindex(columns=COMPOSITION.names))
        return pd.concat(frames)

    def _answer(self, item: Item) -> tuple[Adjusted, list[str], dict[str, Numbers]]:
        """The fit for an item, its fitted genes, and its numbers by kind."""
        fit = self._without(item.genes)
        genes = [gene for gene in item.genes if gene in self._whole.places.index]
        numbers = fit.gene(item.id) if item.section == "gene" else fit.mean(genes) if genes else {}
        return fit, genes, numbers

    def _row(self, at: int, item: Item, fit: Adjusted, genes: list[str], found: dict[str, Numbers]) -> dict[str, Any]:
        row: dict[str, Any] = {
            "section": item.section,
            "id": item.id,
            "name": item.name,
            "n_genes": len(genes),
            "genes": " ".join(genes),
            "status": "tested" if found else "not tested",
        }
        for kind, prefix in PREFIXES.items():
            for name in NUMBERS:
                row[f"{prefix}{name}"] = found[kind][name][at, 0] if kind in found else np.nan
        for kind, name in {"plain": "mean_log2_fold_change", "held": "held_mean_log2_fold_change"}.items():
            row[name] = found[kind]["mean"][at, 0] if "mean" in found.get(kind, ()) else np.nan
        both = row["part_estimate"] + row["held_estimate"]
        row["share"] = row["part_estimate"] / both if both else np.nan
        row["verdict"] = verdicts.of_row(row, self._whole.options.alpha, fit.reason, [*fit.loose(at), *fit.unmeasured])
        return row

    def _heading(self, at: int, estimand: Estimand, rows: pd.DataFrame) -> dict[str, Any]:
        fit, free = self._fit, len(self._whole.design) - self._whole.design.shape[1]
        headline = rows[rows["id"].isin(self._whole.options.composition.headline)]
        verdict = verdicts.of_contrast(headline)
        words = verdicts.sentence(
            verdict, headline, fit.kinds, fit.reason, fit.loose(at), fit.left_out, fit.inflation[at]
        )
        return {
            "section": "contrast",
            "id": estimand.id,
            "name": " ".join(fit.kinds),
            "residual_degrees": free,
            "held_residual_degrees": max(free - len(fit.kinds), 0),
            "variance_inflation": fit.inflation[at],
            "status": "not held" if fit.reason else "held",
            "verdict": verdict,
            "says": words,
        }

    def genes(self) -> pd.DataFrame:
        """Every fitted gene in every contrast; a marker of what is held has no numbers with composition held."""
        return pd.concat(list(self._genes_of_contrasts()))

    def _genes_of_contrasts(self) -> Iterator[pd.DataFrame]:
        whole, fit = self._whole, self._fit
        markers = whole.names.isin(fit.used).to_numpy()
        names = {"gene_id": whole.ids, "gene_name": whole.names.to_numpy()}
        names["status"] = np.where(markers, "marker", "not held" if fit.reason else "tested")
        for at, estimand in enumerate(whole.model.estimands):
            columns: dict[str, Any] = {"contrast": estimand.id, **names}
            for kind, prefix in OF_GENES.items():
                for name in NUMBERS:
                    values = fit.genes[kind][name][at] if kind in fit.genes else np.full(len(markers), np.nan)
                    known = values if kind == "plain" else np.where(markers, np.nan, values)
                    columns[f"{prefix}{name}".replace("estimate", "log2_fold_change")] = known
            yield pd.DataFrame(columns).assign(held_q_value=adjust(columns["held_p_value"]))

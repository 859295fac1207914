"""What a page shows, taken from the tables of a run. Nothing is estimated or tested here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from anndata import AnnData

from trialseq.config import Config
from trialseq.design.estimands import Plan
from trialseq.enrichment import ranking
from trialseq.genesets.gmt import GeneSet
from trialseq.page.packing import Arrays, plain
from trialseq.tables import ENRICHMENT
from trialseq.tables.shared import GENE_STATUS

LARGEST_P = 0.1  # sets that no method gives less are in the tables alone
STEP = 0.01  # of log2 counts, as the page draws them
MOST_DISTANCES = 400  # samples
NUMBERS = ("log2_fold_change", "half_interval", "p_value", "q_value")
SET_NUMBERS = ("p_value", "q_value", "nes", "statistic", "fold_enrichment", "size", "overlap")


@dataclass(frozen=True)
class Inputs:
    """Tables by contrast: `tables.CONTRAST_GENES`, `tables.ENRICHMENT`, `tables.PDGF`, and sentences on the panel.

    claims: `tables.CLAIMS`; sets: gene sets by id, by collection; samples: `tables.SAMPLES`; data: the annotated matrix
    of normalised counts.
    """

    config: Config
    plan: Plan
    genes: Mapping[str, pd.DataFrame]
    enrichment: Mapping[str, pd.DataFrame]
    pdgf: Mapping[str, pd.DataFrame]
    paragraphs: Mapping[str, str]
    claims: pd.DataFrame
    sets: Mapping[str, Mapping[str, GeneSet]]
    samples: pd.DataFrame
    distances: pd.DataFrame
    data: AnnData


@dataclass(frozen=True)
class Content:
    """What the browser reads: text and numbers, both compressed."""

    text: str
    arrays: str

    @classmethod
    def of(cls, given: Inputs) -> Content:
        """Gather it."""
        arrays = Arrays()
        universe = _universe(given.genes.values())
        for place, (contrast, table) in enumerate(given.genes.items()):
            _add_genes(arrays, place, table, universe)
            model = given.plan.estimands[contrast][0].id
            if f"{model}.base_mean" not in arrays.index:
                means = table.set_index("gene_id")["base_mean"].reindex(universe.index)
                arrays.add(f"{model}.base_mean", means.to_numpy(dtype=float), "float32")
            _add_sets(arrays, place, given.enrichment[contrast])
        shown = _shown_sets(given.enrichment.values())
        _add_members(arrays, shown, given.sets, universe)
        measured = _add_counts(arrays, given.data, universe)
        _add_distances(arrays, given.distances, list(given.samples["sample"].astype(str)))
        text = {
            "study": given.config.study,
            "simulated": given.config.simulated,
            "alpha": given.config.statistics.alpha,
            "statuses": list(GENE_STATUS),
            "genes": {"id": list(universe.index), "name": list(universe["gene_name"])},
            "contrasts": [_contrast(given, contrast) for contrast in given.genes],
            "sets": {
                "collection": [each[0] for each in shown],
                "id": [each[1] for each in shown],
                "name": list(shown.values()),
            },
            "set_numbers": SET_NUMBERS,
            "rows": [_set_rows(table, shown) for table in given.enrichment.values()],
            "measured": measured,
            "step": STEP,
            "samples": _columns(given.samples),
            "roles": given.plan.roles,
            "levels": given.plan.levels,
            "arrays": arrays.index,
        }
        return cls(plain(text), arrays.text())


def _universe(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    rows: pd.DataFrame = pd.concat([each[["gene_id", "gene_name"]] for each in tables])
    universe: pd.DataFrame = rows.drop_duplicates("gene_id").set_index("gene_id")
    return universe


def _add_genes(arrays: Arrays, place: int, table: pd.DataFrame, universe: pd.DataFrame) -> None:
    ranked = set(ranking.tested(table)["gene_id"])
    aligned = table.set_index("gene_id").reindex(universe.index)
    aligned = aligned.assign(half_interval=(aligned["ci_high"] - aligned["ci_low"]) / 2)
    for name in NUMBERS:
        arrays.add(f"{place}.{name}", aligned[name].to_numpy(dtype=float), "float32")
    # The running sum takes ratios to the standard error, of which any constant multiple gives the same sum.
    statistic = aligned["log2_fold_change"] / aligned["lfc_se"]
    ratio = (aligned["half_interval"] / aligned["lfc_se"]).dropna()
    if len(ratio) and not np.allclose(ratio, ratio.iloc[0], rtol=1e-6):
        arrays.add(f"{place}.statistic", statistic.to_numpy(dtype=float), "float32")
    status = aligned["status"].map({name: code for code, name in enumerate(GENE_STATUS)}).fillna(255)
    arrays.add(f"{place}.status", status.to_numpy(), "uint8")
    arrays.add(f"{place}.ranked", [identity in ranked for identity in universe.index], "uint8")


def _interesting(table: pd.DataFrame) -> pd.DataFrame:
    least = table.groupby(["collection", "set_id"])["p_value"].transform("min")
    return table[least < LARGEST_P]


def _shown_sets(tables: Iterable[pd.DataFrame]) -> dict[tuple[str, str], str]:
    """Names of the sets that the page shows, by collection and id."""
    rows = pd.concat([_interesting(table)[["collection", "set_id", "set_name"]] for table in tables])
    rows = rows.drop_duplicates(["collection", "set_id"]).sort_values(["collection", "set_id"])
    keys = zip(rows["collection"], rows["set_id"], strict=True)
    return dict(zip(keys, rows["set_name"], strict=True))


def _add_sets(arrays: Arrays, place: int, table: pd.DataFrame) -> None:
    rows = _interesting(table)
    for name in SET_NUMBERS:
        arrays.add(f"{place}.set.{name}", rows[name].to_numpy(dtype=float, na_value=np.nan), "float32")


def _set_rows(table: pd.DataFrame, shown: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    rows = _interesting(table)
    place = {key: number for number, key in enumerate(shown)}
    every = table[["collection", "set_id"]].drop_duplicates()
    return {
        "set": [place[key] for key in zip(rows["collection"], rows["set_id"], strict=True)],
        "method": list(rows["method"]),
        "direction": list(rows["direction"]),
        "tested": len(every),
        "shown": len(rows[["collection", "set_id"]].drop_duplicates()),
    }


def _add_members(
    arrays: Arrays,
    shown: Mapping[tuple[str, str], str],
    sets: Mapping[str, Mapping[str, GeneSet]],
    universe: pd.DataFrame,
) -> None:
    """Positions in the universe of every gene id whose symbol is in a set."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(universe["gene_name"]):
        if name:
            places.setdefault(name, []).append(place)
    starts, members = [0], []
    for collection, identity in shown:
        known = sets[collection][identity].genes
        members += [place for gene in dict.fromkeys(known) for place in places.get(gene, ())]
        starts.append(len(members))
    arrays.add("members", members, "uint32")
    arrays.add("starts", starts, "uint32")


def _add_counts(arrays: Arrays, data: AnnData, universe: pd.DataFrame) -> list[str]:
    """log2 of normalised counts + 1 (genes of the universe x samples) in steps of `STEP`; names of the samples."""
    place = {name: position for position, name in enumerate(data.var_names)}
    values = np.asarray(data.layers["normalized"])[:, [place[identity] for identity in universe.index]]
    arrays.add("counts", np.round(np.log2(values + 1) / STEP).T, "uint16")
    return [str(name) for name in data.obs_names]


def _add_distances(arrays: Arrays, table: pd.DataFrame, samples: list[str]) -> None:
    if len(samples) > MOST_DISTANCES:
        return
    place = {name: position for position, name in enumerate(samples)}
    square = np.zeros((len(samples), len(samples)))
    first, second = (table[name].astype(str).map(place).to_numpy() for name in ("sample_1", "sample_2"))
    square[first, second] = square[second, first] = table["distance"].to_numpy(dtype=float)
    arrays.add("distances", square, "float32")


def _contrast(given: Inputs, contrast: str) -> dict[str, Any]:
    model, estimand = given.plan.estimands[contrast]
    return {
        "id": contrast,
        "says": estimand.says,
        "model": model.id,
        "samples": len(estimand.samples),
        "subjects": len(estimand.subjects),
        "paragraph": given.paragraphs[contrast],
        "pdgf": _columns(given.pdgf[contrast]),
        "methods": [name for name in ENRICHMENT.columns[0].levels if name in set(given.enrichment[contrast]["method"])],
    }


def _columns(table: pd.DataFrame) -> dict[str, list[Any]]:
    """Columns as lists, with None for missing numbers."""
    found = {}
    for name in table:
        values = [None if pd.isna(each) else each for each in table[name]]
        found[str(name)] = [each.item() if isinstance(each, np.generic) else each for each in values]
    return found

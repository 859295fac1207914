"""Gene-set tests of one contrast, the PDGF panel, and running sums.

A method is a function from a `Question` to one row a set and direction, each with the family in which its p value is
adjusted; the registry names its module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from trialseq.config import Enrichment
    from trialseq.enrichment.linear import Linear
    from trialseq.enrichment.pdgf import Panel
    from trialseq.genesets.gmt import GeneSet

METHODS = {
    "ora": "trialseq.enrichment.ora",
    "prerank": "trialseq.enrichment.prerank",
    "camera": "trialseq.enrichment.camera",
    "fry": "trialseq.enrichment.fry",
}


@dataclass(frozen=True)
class Enriched:
    """table: `tables.ENRICHMENT`; dropped: `tables.DROPPED_SETS`."""

    table: pd.DataFrame
    dropped: pd.DataFrame


def enrich(
    genes: pd.DataFrame,
    collections: Mapping[str, Mapping[str, GeneSet]],
    options: Enrichment,
    alpha: float,
    threads: int,
    linear: Linear | None = None,
) -> Enriched:
    """Test every set of every collection by every method of the options.

    genes: `tables.CONTRAST_GENES` of one contrast; collections: sets by id, by name of the collection; linear: genes
    in linear models, without which CAMERA and FRY have no rows. Tested are sets that hold `min_size` to `max_size`
    tested genes, the others are in `dropped`. p values are adjusted by Benjamini and Hochberg over all tested sets
    within method, collection and family: lists of ora, signs of the score of prerank, directional or mixed tests of
    camera and fry. Sorted by method, collection, direction, p value and id.
    """
    import pandas as pd

    from trialseq.enrichment import ranking
    from trialseq.enrichment.linear import NO_MODEL
    from trialseq.enrichment.question import Question
    from trialseq.tables import DROPPED_SETS, ENRICHMENT

    tested = ranking.tested(genes)
    ranking.report(genes, tested)
    parts, dropped = [pd.DataFrame(columns=ENRICHMENT.names)], [pd.DataFrame(columns=DROPPED_SETS.names)]
    for collection, sets in collections.items():
        kept, left_out = ranking.select(tested, sets, options)
        dropped.append(left_out.assign(collection=collection))
        chosen = {name: sets[name] for name in kept}
        question = Question(genes, tested, chosen, kept, NO_MODEL if linear is None else linear, alpha)
        for method in options.methods:
            table = import_module(METHODS[method]).test(question, options, threads)
            table = table.assign(
                method=method,
                collection=collection,
                set_name=[sets[name].name for name in table["set_id"]],
                q_value=table.groupby("family")["p_value"].transform(ranking.adjusted),
            )
            parts.append(table.reindex(columns=ENRICHMENT.names))
    order = ["method", "collection", "direction", "p_value", "set_id"]
    filled = [part for part in parts if len(part)] or parts[:1]
    table = ENRICHMENT.conform(pd.concat(filled).sort_values(order))
    lost = [part for part in dropped if len(part)] or dropped[:1]
    return Enriched(table, DROPPED_SETS.conform(pd.concat(lost).sort_values(["collection", "set_id"])))


def panel(
    genes: pd.DataFrame,
    collections: Mapping[str, Mapping[str, GeneSet]],
    sets: str | Path,
    says: str,
    options: Enrichment,
    alpha: float,
    threads: int,
    linear: Linear | None = None,
) -> Panel:
    """The PDGF panel; see `trialseq.enrichment.pdgf.panel`."""
    from trialseq.enrichment.linear import NO_MODEL
    from trialseq.enrichment.pdgf import panel

    return panel(genes, collections, sets, says, options, alpha, threads, NO_MODEL if linear is None else linear)


def linear_models(effects: pd.DataFrame, contrast: str) -> Linear:
    """Genes of a contrast in linear models; see `trialseq.enrichment.linear.Linear.of`."""
    from trialseq.enrichment.linear import Linear

    return Linear.of(effects, contrast)


def running_sums(genes: pd.DataFrame, sets: Mapping[str, GeneSet]) -> pd.DataFrame:
    """Running sums of a few sets; see `trialseq.enrichment.running.running_sums`."""
    from trialseq.enrichment.running import running_sums

    return running_sums(genes, sets)

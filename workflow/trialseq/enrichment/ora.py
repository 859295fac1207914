"""Over-representation of the changed genes in gene sets (hypergeometric test), by GSEApy."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import gseapy
import numpy as np
import numpy.typing as npt
import pandas as pd

from trialseq.config import Enrichment
from trialseq.enrichment.question import Question
from trialseq.enrichment.ranking import Ranks, changed, opaque, strongest_first


def test(question: Question, options: Enrichment, _threads: int) -> pd.DataFrame:
    """Test the lists of up, down and both against every set; the background is every tested gene.

    Every set has a row in every direction, so that all of them enter the correction: p is 1 without a hit, and
    where the list is empty. Fold enrichment is (overlap / list) / (set / background), missing for an empty list; it
    is given a second time with all genes that have a count as the background, as other tools have it.
    The odds ratio has 0.5 added to each cell of its table (Haldane and Anscombe).
    """
    ranked, sets = question.ranked, question.ranks
    up, down = changed(ranked, options, question.alpha)
    lists = {"up": up, "down": down, "both": up | down}
    table = pd.concat([_of_list(ranked, sets, chosen.to_numpy(), name) for name, chosen in lists.items()])
    counted, of_sets = question.counted()
    ratio = table["set_id"].map(of_sets) / counted / (table["set_id"].map({k: len(v) for k, v in sets.items()}))
    table["fold_enrichment_counted"] = table["fold_enrichment"] / (ratio * len(ranked))
    return table.assign(family=table["direction"], size=[len(sets[name]) for name in table["set_id"]])


def _of_list(
    ranked: pd.DataFrame, sets: Mapping[str, Ranks], chosen: npt.NDArray[np.bool_], direction: str
) -> pd.DataFrame:
    hits = {name: ranks[chosen[ranks]] for name, ranks in sets.items()}
    overlap = np.array([len(each) for each in hits.values()], dtype=int)
    size = np.array([len(ranks) for ranks in sets.values()], dtype=int)
    tested, listed = len(ranked), int(chosen.sum())
    cells = overlap, size - overlap, listed - overlap, tested - size - listed + overlap
    both, in_set, in_list, neither = (cell + 0.5 for cell in cells)
    table = pd.DataFrame(
        {
            "set_id": list(sets),
            "direction": direction,
            "overlap": overlap,
            "fold_enrichment": np.nan,
            "odds_ratio": np.nan,
            "p_value": 1.0,
            "genes": strongest_first(ranked, hits.values()),
        }
    )
    if listed and len(sets):
        table["fold_enrichment"] = (overlap / listed) / (size / tested)
        table["odds_ratio"] = both * neither / (in_set * in_list)
        table["p_value"] = table["set_id"].map(_p_values(sets, chosen)).fillna(1.0)
    return table


def _p_values(sets: Mapping[str, Ranks], chosen: npt.NDArray[np.bool_]) -> dict[str, float]:
    """The p value of each set with a hit; GSEApy gives no others."""
    genes = opaque(len(chosen))
    logging.disable(logging.ERROR)  # a list without a hit is a result here, an error message there
    try:
        # The score that GSEApy makes of p is infinite where p underflows; it is not used.
        with np.errstate(divide="ignore"):
            found = gseapy.enrich(
                gene_list=[genes[position] for position in np.flatnonzero(chosen)],
                gene_sets={
                    name: [genes[position] for position in ranks] for name, ranks in sets.items() if chosen[ranks].any()
                },
                background=genes,
                outdir=None,
                no_plot=True,
            ).results
    finally:
        logging.disable(logging.NOTSET)
    return dict(zip(found["Term"], found["P-value"], strict=True)) if len(found) else {}

"""Running sums of preranked GSEA, thinned to what a figure needs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from trialseq.enrichment.prerank import without_zeros
from trialseq.enrichment.ranking import Ranks, ranks_of, tested
from trialseq.genesets.gmt import GeneSet
from trialseq.tables import RUNNING_SUMS

POINTS = 500


def running_sums(genes: pd.DataFrame, sets: Mapping[str, GeneSet]) -> pd.DataFrame:
    """`tables.RUNNING_SUMS` of the sets that hold a tested gene, but not all of them.

    genes: `tables.CONTRAST_GENES`. Between two genes of a set the sum falls in a straight line, so the rows are the
    genes of the set, the rank before each, the ends, and about 500 ranks evenly between to draw the statistic.
    """
    ranked = tested(genes)
    scores = without_zeros(ranked["statistic"].to_numpy(dtype=float))
    parts = [pd.DataFrame(columns=RUNNING_SUMS.names)]
    for name, ranks in ranks_of(ranked, sets).items():
        if not 0 < len(ranks) < len(ranked):
            continue
        even = np.linspace(0, len(ranked) - 1, min(POINTS, len(ranked))).astype(int)
        rows = np.unique(np.concatenate([even, ranks, np.maximum(ranks - 1, 0)]))
        chosen = ranked.iloc[rows]
        parts.append(
            pd.DataFrame(
                {
                    "set_id": name,
                    "set_name": sets[name].name,
                    "rank": rows + 1,
                    "gene_name": chosen["gene_name"],
                    "statistic": chosen["statistic"],
                    "running_score": running_score(scores, ranks)[rows],
                    "in_set": np.isin(rows, ranks),
                }
            )
        )
    return RUNNING_SUMS.conform(pd.concat(parts[1:] or parts))


def running_score(scores: np.ndarray, ranks: Ranks) -> np.ndarray:
    """The running sum at every rank (Subramanian et al. 2005, weight 1).

    scores: statistics in the order of the ranking; ranks: of the genes of the set. At a gene of the set the sum
    rises by its share of the set's absolute scores, elsewhere it falls by one over the number of other genes.
    """
    steps = np.full(len(scores), -1 / (len(scores) - len(ranks)))
    steps[ranks] = np.abs(scores[ranks]) / np.abs(scores[ranks]).sum()
    return np.cumsum(steps)

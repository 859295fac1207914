"""Preranked GSEA (Subramanian et al. 2005) with multilevel p values (Korotkevich et al. 2021), by GSEApy."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from itertools import islice

import gseapy
import numpy as np
import pandas as pd

from trialseq.config import Enrichment
from trialseq.enrichment.question import Question
from trialseq.enrichment.ranking import Ranks, opaque

SENTINEL = ""  # no set of a GMT file has an empty id
COLUMNS = {"Term": "set_id", "NES": "nes", "NOM p-val": "p_value"}


def test(question: Question, options: Enrichment, threads: int) -> pd.DataFrame:
    """Test every set against the ranking by the Wald statistic against zero.

    The direction is the sign of the score, the genes are the leading edge from the end of the ranking inwards. p is
    that of the score among scores of its sign, not resolved below 1e-50. Memory grows with `batch_size`; results do
    not depend on it, nor on threads.
    """
    ranked, sets = question.ranked, question.ranks
    genes = opaque(len(ranked))
    scores = pd.Series(without_zeros(ranked["statistic"].to_numpy(dtype=float)), index=genes)
    # GSEApy draws its random sets at the largest size of a batch. A set of one size in all batches gives all of them
    # the same random numbers; spread over the ranking its score is unremarkable, so that it costs little.
    largest = max([options.max_size, *(len(ranks) for ranks in sets.values())])
    count = max(min(largest, len(ranked) - 1), 0)
    spread = ((np.arange(count) + 0.5) * len(ranked) / max(count, 1)).astype(np.intp)
    parts = [pd.DataFrame(columns=["set_id", "nes", "p_value", "direction", "overlap", "genes"])]
    for batch in _batches(sets, options.batch_size):
        table = _of_batch(scores, {**batch, SENTINEL: spread}, options, threads)
        edges = [np.array([int(gene[1:]) for gene in edge.split(";")]) for edge in table["Lead_genes"]]
        parts.append(
            table.rename(columns=COLUMNS)[list(COLUMNS.values())].assign(
                direction=np.where(table["ES"] < 0, "down", "up"),
                overlap=[len(edge) for edge in edges],
                genes=[" ".join(ranked["gene_name"].iloc[edge]) for edge in edges],
            )
        )
    table = pd.concat(parts[1:] or parts, ignore_index=True)
    return table.assign(family=table["direction"], size=[len(sets[name]) for name in table["set_id"]])


def without_zeros(statistic: np.ndarray) -> np.ndarray:
    """The statistics with zeros (and what GSEApy's integer weights round to zero) just above or below it.

    GSEApy fails on random sets without any weight. Scores move by less than 1e-6.
    """
    floor = 1e-8 * np.abs(statistic).sum()
    return np.where(np.abs(statistic) >= floor, statistic, np.where(statistic < 0, -floor, floor))


def _of_batch(scores: pd.Series, batch: Mapping[str, Ranks], options: Enrichment, threads: int) -> pd.DataFrame:
    names = scores.index
    logging.disable(logging.WARNING)  # ties are broken already, and counted in the log
    try:
        table = gseapy.prerank(
            rnk=scores,
            gene_sets={name: [names[position] for position in ranks] for name, ranks in batch.items()},
            method="multilevel",
            sample_size=options.sample_size,
            seed=options.seed,
            threads=threads,
            min_size=1,
            max_size=len(scores),
            ascending=None,
            outdir=None,
            no_plot=True,
        ).res2d
    finally:
        logging.disable(logging.NOTSET)
    tested: pd.DataFrame = table[table["Term"] != SENTINEL]
    return tested


def _batches(sets: Mapping[str, Ranks], size: int) -> Iterator[dict[str, Ranks]]:
    left = iter(sets.items())
    while batch := dict(islice(left, size)):
        yield batch

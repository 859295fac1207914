"""The tested genes of a contrast, one a symbol, in the order of their statistic; and the sets among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from trialseq.config import Enrichment
from trialseq.genesets.gmt import GeneSet
from trialseq.joblog import LOGGER

Ranks = npt.NDArray[np.intp]


def by_symbol(genes: pd.DataFrame) -> pd.DataFrame:
    """One row a symbol: of several gene ids the one with the highest mean, then the first id.

    genes: `tables.CONTRAST_GENES`. Genes without a symbol are left out.
    """
    named = genes[genes["gene_name"] != ""]
    ordered = named.sort_values(["base_mean", "gene_id"], ascending=[False, True], kind="stable")
    return ordered.drop_duplicates("gene_name")


def tested(genes: pd.DataFrame) -> pd.DataFrame:
    """Genes with a q value and a symbol, one a symbol, the highest Wald statistic against zero first; ties by gene id.

    Only a gene with a q value can be called, so only such genes are a background to those that were. The position of
    a row is the rank of the gene. The `statistic` of a threshold is 0 for many genes, so that it ranks none.
    """
    chosen = by_symbol(genes[genes["q_value"].notna()])
    chosen = chosen.assign(statistic=(chosen["log2_fold_change"] / chosen["lfc_se"]).fillna(0))
    return chosen.sort_values(["statistic", "gene_id"], ascending=[False, True], kind="stable").reset_index(drop=True)


def counted(genes: pd.DataFrame) -> list[str]:
    """Symbols with a count in any of the model's samples, each once: what R's DESeq2 gives a p value unfiltered."""
    named = genes.loc[(genes["status"] != "all_zero") & (genes["gene_name"] != ""), "gene_name"]
    return list(dict.fromkeys(named))


def report(genes: pd.DataFrame, ranked: pd.DataFrame) -> None:
    """Log what stands behind the ranking."""
    called = genes[genes["q_value"].notna()]
    nameless = int((called["gene_name"] == "").sum())
    LOGGER.info("%d gene symbols are tested for enrichment.", len(ranked))
    LOGGER.info("%d tested genes without a symbol are left out.", nameless)
    LOGGER.info("%d gene ids give way to another of the same symbol.", len(called) - nameless - len(ranked))
    LOGGER.info("%d genes tie with another in the ranking.", int(ranked["statistic"].duplicated(keep=False).sum()))


def select(
    ranked: pd.DataFrame, sets: Mapping[str, GeneSet], options: Enrichment
) -> tuple[dict[str, Ranks], pd.DataFrame]:
    """Ranks of the tested genes of each set that can be tested; and `tables.DROPPED_SETS` without its collection."""
    kept, dropped = {}, []
    for name, ranks in ranks_of(ranked, sets).items():
        size = len(ranks)
        if size < options.min_size:
            reason = f"fewer than {options.min_size} tested genes"
        elif size > options.max_size:
            reason = f"more than {options.max_size} tested genes"
        elif size == len(ranked):
            reason = "holds every tested gene"
        else:
            kept[name] = ranks
            continue
        dropped.append((name, sets[name].name, size, len(sets[name].genes), reason))
    return kept, pd.DataFrame(dropped, columns=["set_id", "set_name", "size", "genes_in_set", "reason"])


def ranks_of(ranked: pd.DataFrame, sets: Mapping[str, GeneSet]) -> dict[str, Ranks]:
    """Ranks of the tested genes of each set, from 0, in order."""
    rank = {symbol: position for position, symbol in enumerate(ranked["gene_name"])}
    return {
        name: np.array(sorted(rank[gene] for gene in each.genes if gene in rank), dtype=np.intp)
        for name, each in sets.items()
    }


def changed(ranked: pd.DataFrame, options: Enrichment, alpha: float) -> tuple[pd.Series, pd.Series]:
    """Which tested genes are up, and which down: q below alpha and a fold change that reaches the option's."""
    effect = ranked["log2_fold_change"]
    called = (ranked["q_value"] < alpha) & (effect.abs() >= options.min_abs_log2_fold_change)
    return called & (effect > 0), called & (effect < 0)


def strongest_first(ranked: pd.DataFrame, sets: Iterable[Ranks]) -> list[str]:
    """For some ranks of each set, their symbols by the size of the statistic, separated by spaces."""
    size = -ranked["statistic"].abs().to_numpy()
    symbols = ranked["gene_name"].to_numpy()
    return [" ".join(symbols[ranks[np.argsort(size[ranks], kind="stable")]]) for ranks in sets]


def adjusted(p_values: pd.Series) -> pd.Series:
    """Adjust p values by Benjamini and Hochberg (1995); missing ones stay missing."""
    known = p_values.dropna().astype(float)
    return pd.Series(stats.false_discovery_control(known), index=known.index).reindex(p_values.index)


def opaque(count: int) -> list[str]:
    """Names that leave GSEApy nothing to guess: it may turn symbols to upper case, or into Entrez numbers."""
    return [f"G{position}" for position in range(count)]

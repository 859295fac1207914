"""One number a sample for each of some gene sets.

ssGSEA: Barbie et al., Nature 2009;462:108-112. GSVA: Hänzelmann, Castelo and Guinney, BMC Bioinformatics 2013;14:7.
Both through GSEApy (Fang, Liu and Peltz 2023). The mean of standardised values is the plain alternative: what Lee et
al., PLoS Comput Biol 2008;4:e1000217 divide by the root of the number of genes, we divide by the number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from anndata import AnnData

from trialseq.config import ScoredSet, Scores
from trialseq.enrichment.pdgf import panel_sets
from trialseq.enrichment.ranking import opaque
from trialseq.evidence import unknown_sets
from trialseq.genesets import GeneSet
from trialseq.joblog import LOGGER
from trialseq.problems import InputError
from trialseq.tables.samples import SCORE

EXPRESSED = 10  # counts in some sample: on such genes the variance-stabilising transformation was fitted


def chosen(
    terms: Mapping[str, GeneSet], collections: Mapping[str, Mapping[str, GeneSet]], named: Iterable[ScoredSet]
) -> dict[str, GeneSet]:
    """Sets to score by id: those of the PDGF panel, then those that the user names.

    terms: of the panel's file; collections: sets by id, by name of the collection. Raises InputError with every set
    that is not in its collection.
    """
    sets = panel_sets(terms, collections)
    named = list(named)
    problems = [
        problem for name, known in collections.items() for problem in unknown_sets(Scores(sets=named), name, known)
    ]
    if problems:
        raise InputError(problems)
    return sets | {each.id: collections[each.collection][each.id] for each in named if each.id not in sets}


def by_symbol(data: AnnData) -> pd.DataFrame:
    """Variance-stabilised counts (samples x symbols) of genes that have a symbol, and ten counts in some sample.

    Of several genes of one symbol the one with the highest mean of normalised counts is taken, then the first id.
    """
    var = pd.DataFrame({"symbol": data.var["gene_name"].astype(str)}, index=data.var_names)
    var["mean"] = data.layers["normalized"].mean(axis=0)
    var["place"] = np.arange(data.n_vars)
    counts = np.asarray(data.X)
    usable = var[(counts >= EXPRESSED).any(axis=0) & (var["symbol"] != "").to_numpy()].rename_axis("gene_id")
    ordered = usable.reset_index().sort_values(["mean", "gene_id"], ascending=[False, True], kind="stable")
    taken = ordered.drop_duplicates("symbol").sort_values("place")
    values = np.asarray(data.layers["vst"])[:, taken["place"].to_numpy()]
    return pd.DataFrame(values, index=data.obs_names, columns=pd.Index(taken["symbol"].to_numpy()))


def mean_z(expression: pd.DataFrame, sets: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Mean over the genes of a set of their values, standardised over the samples (samples x sets).

    expression: (samples x genes), variance-stabilised, columns unique; sets: genes by id. Genes that are not measured
    or do not vary are left out; a set of which none is left has missing scores.
    """
    spread = expression.std(axis=0, ddof=1)
    standardised = (expression - expression.mean(axis=0)) / spread.where(spread > 1e-9)
    standardised = standardised.dropna(axis=1)
    scores = {
        name: standardised[standardised.columns.intersection(list(genes))].mean(axis=1) for name, genes in sets.items()
    }
    return pd.DataFrame(scores, index=expression.index, columns=list(sets), dtype=float)


def ssgsea(expression: pd.DataFrame, sets: Mapping[str, Sequence[str]], threads: int = 1) -> pd.DataFrame:
    """Enrichment scores of single-sample GSEA (samples x sets), weight 0.25 of the ranks, over the number of genes.

    As `mean_z` takes and gives them. Not normalised by the range over samples and sets, as scores would then depend on
    which sets are asked for.
    """
    return _gseapy("ssgsea", expression, sets, threads) / expression.shape[1]


def gsva(expression: pd.DataFrame, sets: Mapping[str, Sequence[str]], threads: int = 1) -> pd.DataFrame:
    """Scores of gene set variation analysis (samples x sets): Gaussian kernel, sum of the two largest deviations.

    As `mean_z` takes and gives them.
    """
    return _gseapy("gsva", expression, sets, threads)


def _gseapy(method: str, expression: pd.DataFrame, sets: Mapping[str, Sequence[str]], threads: int) -> pd.DataFrame:
    import gseapy

    # Names that GSEApy cannot take for others; sets whose genes are all measured, in one order.
    names = opaque(expression.shape[1])
    rename = dict(zip(expression.columns, names, strict=True))
    members = {
        f"S{place}": [rename[gene] for gene in genes if gene in rename] for place, genes in enumerate(sets.values())
    }
    members = {place: genes for place, genes in members.items() if genes}
    scores = pd.DataFrame(np.nan, index=expression.index, columns=list(sets))
    if not members:
        return scores
    frame = pd.DataFrame(
        expression.to_numpy().T, index=names, columns=[f"s{number}" for number in range(len(expression))]
    )
    options = {"min_size": 1, "max_size": len(names), "threads": threads, "outdir": None, "seed": 0}
    if method == "ssgsea":
        done = gseapy.ssgsea(
            frame, members, sample_norm_method="rank", correl_norm_type="rank", weight=0.25, no_plot=True, **options
        )
    else:
        done = gseapy.gsva(frame, members, kcdf="Gaussian", mx_diff=True, abs_rnk=False, weight=1.0, **options)
    found = done.res2d.set_index(["Name", "Term"])["ES"].astype(float)
    order = list(sets)
    for place in members:
        scores[order[int(place[1:])]] = found.loc[[(sample, place) for sample in frame.columns]].to_numpy()
    return scores


METHODS = {"mean_z": lambda expression, sets, _: mean_z(expression, sets), "ssgsea": ssgsea, "gsva": gsva}


def measure(data: AnnData, sets: Mapping[str, GeneSet], options: Scores, threads: int = 1) -> None:
    """Add a score of each set to obs as `score.<id>`, and what was scored, by which method, to uns as `scores`.

    data: as `qc.normalise` gives it. Sets with fewer than `min_genes` genes in the counts have no score.
    """
    expression = by_symbol(data)
    measured = {name: [gene for gene in each.genes if gene in expression.columns] for name, each in sets.items()}
    kept = {name: genes for name, genes in measured.items() if options.min_genes <= len(genes) < expression.shape[1]}
    for name in measured.keys() - kept.keys():
        LOGGER.info("No score of %s: %d of its genes are measured.", name, len(measured[name]))
    scores = METHODS[options.method](expression, kept, threads)
    for name in kept:
        data.obs[column(name)] = scores[name].to_numpy()
    data.uns["scores"] = {
        "method": options.method,
        "ids": np.array(list(kept), dtype=object),
        "names": np.array([sets[name].name for name in kept], dtype=object),
        "genes": np.array([len(genes) for genes in kept.values()], dtype=np.int64),
    }
    LOGGER.info("%d gene sets have a score of each sample (%s).", len(kept), options.method)


def column(identity: str) -> str:
    """Name of the column of obs that holds a set's score; anndata takes no slash in it."""
    return SCORE + identity.replace("/", "_")

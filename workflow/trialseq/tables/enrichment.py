"""Tables of gene sets."""

from __future__ import annotations

from trialseq.contract import Column, Table
from trialseq.tables.shared import BASE_MEAN, EFFECT, GENE_STATUS

DIRECTIONS = ("up", "down", "both")
METHODS = ("ora", "prerank")
PDGF_SECTIONS = ("set", "receptor", "ligand", "marker", "collagen")
ENRICHMENT = Table(
    "tables/<contrast>.enrichment.tsv",
    "a gene set in one direction by one method",
    (
        Column(
            "method",
            "text",
            "`ora` over-representation, `prerank` preranked GSEA",
            levels=METHODS,
            empty=False,
        ),
        Column("collection", "text", "collection of gene sets", empty=False),
        Column("set_id", "text", "id of the set", empty=False),
        Column("set_name", "text", "name of the set"),
        Column(
            "direction",
            "text",
            "list of genes tested by ora; sign of the score of prerank",
            levels=DIRECTIONS,
        ),
        Column("size", "integer", "tested genes in the set", low=0),
        Column("overlap", "integer", "ora: genes of the set in the list; prerank: leading edge", low=0),
        Column(
            "fold_enrichment",
            "number",
            "ora: share of the list in the set over share of the tested genes; missing where the list is empty",
            low=0,
        ),
        Column("odds_ratio", "number", "ora: odds ratio, with 0.5 added to each cell of its table", low=0),
        Column("nes", "number", "prerank: normalised enrichment score"),
        Column("p_value", "number", "ora: hypergeometric test, one-sided; prerank: multilevel", low=0, high=1),
        Column(
            "q_value",
            "number",
            "Benjamini and Hochberg over all sets of method, collection and direction",
            low=0,
            high=1,
        ),
        Column(
            "genes",
            "text",
            "ora: genes of the set in the list, the strongest first; prerank: leading edge; separated by spaces",
        ),
    ),
)
DROPPED_SETS = Table(
    "tables/<contrast>.dropped_sets.tsv",
    "a gene set that was not tested",
    (
        Column("collection", "text", "collection of gene sets", empty=False),
        Column("set_id", "text", "id of the set", empty=False),
        Column("set_name", "text", "name of the set"),
        Column("size", "integer", "tested genes in the set", low=0),
        Column("genes_in_set", "integer", "genes in the set as given", low=0),
        Column("reason", "text", "why it was not tested", empty=False),
    ),
)
PDGF = Table(
    "tables/<contrast>.pdgf.tsv",
    "a PDGF gene set, ligand, receptor, marker or collagen",
    (
        Column("section", "text", "what the row is", levels=PDGF_SECTIONS, empty=False),
        Column("id", "text", "id of the set, or gene symbol", empty=False),
        Column("name", "text", "name of the set, or gene id"),
        Column("size", "integer", "sets: tested genes", low=0),
        Column("up", "integer", "sets: genes in the list of up genes", low=0),
        Column("down", "integer", "sets: genes in the list of down genes", low=0),
        Column("fold_enrichment", "number", "sets: over-representation among the up genes", low=0),
        Column("ora_p_value", "number", "sets: its p value (up genes)", low=0, high=1),
        Column("nes", "number", "sets: normalised enrichment score of preranked GSEA"),
        Column("prerank_p_value", "number", "sets: its p value", low=0, high=1),
        BASE_MEAN,
        *EFFECT,
        Column(
            "status",
            "text",
            "genes: status of the test, or `not_measured`",
            levels=(*GENE_STATUS, "not_measured"),
        ),
        Column(
            "genes",
            "text",
            "sets: genes in either list, the strongest first, separated by spaces",
        ),
    ),
)
RUNNING_SUMS = Table(
    "enrichment/<contrast>.running.parquet",
    "a rank of the tested genes, for a PDGF set",
    (
        Column("set_id", "text", "id of the set", empty=False),
        Column("set_name", "text", "name of the set"),
        Column("rank", "integer", "rank by the Wald statistic against zero, the highest first", low=1, empty=False),
        Column("gene_name", "text", "gene symbol", empty=False),
        Column("statistic", "number", "Wald statistic against zero", empty=False),
        Column("running_score", "number", "running sum of preranked GSEA at the rank", low=-1.000001, high=1.000001),
        Column("in_set", "truth", "whether the gene is in the set"),
    ),
)

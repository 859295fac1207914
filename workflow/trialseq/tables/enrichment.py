"""Tables of gene sets."""

from __future__ import annotations

from trialseq.contract import Column, Table
from trialseq.tables.shared import BASE_MEAN, EFFECT, GENE_STATUS

DIRECTIONS = ("up", "down", "both")
METHODS = ("ora", "prerank", "camera", "fry")
PDGF_PARTS = ("whole", "without_collagens", "collagens", "receptors_and_ligands")
PDGF_SECTIONS = ("set", "receptor", "ligand", "marker", "collagen")
ENRICHMENT = Table(
    "tables/<contrast>.enrichment.tsv",
    "a gene set in one direction by one method",
    (
        Column(
            "method",
            "text",
            "`ora` over-representation, `prerank` preranked GSEA, `camera` CAMERA, `fry` FRY",
            levels=METHODS,
            empty=False,
        ),
        Column("collection", "text", "collection of gene sets", empty=False),
        Column("set_id", "text", "id of the set", empty=False),
        Column("set_name", "text", "name of the set"),
        Column(
            "direction",
            "text",
            "list of genes tested by ora; sign of the score or statistic of the others; `both`: mixed test of fry",
            levels=DIRECTIONS,
        ),
        Column(
            "size",
            "integer",
            "tested genes in the set; camera, fry: genes that pass the count filter",
            low=0,
        ),
        Column(
            "overlap",
            "integer",
            "ora: genes of the set in the list; prerank: leading edge; camera, fry: active genes in the direction, "
            "those with a normal score beyond the root of 2",
            low=0,
        ),
        Column(
            "fold_enrichment",
            "number",
            "ora: share of the list in the set over share of the tested genes; missing where the list is empty",
            low=0,
        ),
        Column(
            "fold_enrichment_counted",
            "number",
            "ora: the same with every gene that has a count in the model's samples as background, as other tools have "
            "it; the p value is not of it",
            low=0,
        ),
        Column("odds_ratio", "number", "ora: odds ratio, with 0.5 added to each cell of its table", low=0),
        Column("nes", "number", "prerank: normalised enrichment score"),
        Column("statistic", "number", "camera, fry: Student's t; missing for mixed tests"),
        Column("correlation", "number", "camera: correlation between the genes of the set that the test took"),
        Column(
            "p_value",
            "number",
            "ora: hypergeometric test, one-sided; prerank: multilevel; camera, fry: two-sided",
            low=0,
            high=1,
        ),
        Column(
            "q_value",
            "number",
            "Benjamini and Hochberg over all sets of method, collection and direction; camera, fry: over both signs",
            low=0,
            high=1,
        ),
        Column(
            "genes",
            "text",
            "ora: genes of the set in the list, the strongest first; prerank: leading edge; camera, fry: active genes; "
            "separated by spaces",
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
        Column("of_set", "text", "sets: id of the set of which the row is a part"),
        Column(
            "part",
            "text",
            "sets: the whole, or a part; a part that would be the whole or another part again has no row",
            levels=PDGF_PARTS,
        ),
        Column("size", "integer", "sets: tested genes", low=0),
        Column("up", "integer", "sets: genes in the list of up genes", low=0),
        Column("down", "integer", "sets: genes in the list of down genes", low=0),
        Column("fold_enrichment", "number", "sets: over-representation among the up genes", low=0),
        Column("fold_enrichment_counted", "number", "sets: the same against all genes that have a count", low=0),
        Column("ora_p_value", "number", "sets: p value of over-representation among the up genes", low=0, high=1),
        Column("ora_down_p_value", "number", "sets: that among the down genes", low=0, high=1),
        Column("nes", "number", "sets: normalised enrichment score of preranked GSEA"),
        Column("prerank_p_value", "number", "sets: its p value", low=0, high=1),
        Column("linear_size", "integer", "sets: genes that CAMERA and FRY take, those past the count filter", low=0),
        Column("camera_direction", "text", "sets: direction by CAMERA", levels=("up", "down")),
        Column("camera_p_value", "number", "sets: two-sided p value of CAMERA", low=0, high=1),
        Column("fry_direction", "text", "sets: direction by FRY", levels=("up", "down")),
        Column("fry_p_value", "number", "sets: two-sided p value of FRY in one direction", low=0, high=1),
        Column("fry_mixed_p_value", "number", "sets: p value of FRY's mixed test, in either direction", low=0, high=1),
        Column(
            "collagen_share",
            "number",
            "sets: share of its signal (sum of the squared Wald statistics of its tested genes) that collagens carry",
            low=0,
            high=1.000001,
        ),
        Column(
            "leading",
            "text",
            "sets: the fewest genes that carry four fifths of the signal, the strongest first, each with the sign of "
            "its statistic and its share, such as `COL1A1:+0.31`; separated by spaces",
        ),
        Column("reading", "text", "sets: what the p values of all methods say together, at the significance level"),
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

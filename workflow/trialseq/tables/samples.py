"""Tables of samples."""

from __future__ import annotations

from trialseq.contract import Column, Table
from trialseq.tables.shared import GENE

SCORE, CELLS, PROPORTION = "score.", "cells.", "proportion."  # starts of the names of columns that evidence adds
MEASURED = (SCORE, CELLS, PROPORTION)
VERDICTS = ("ok", "look", "fail")
COMPONENTS = ("PC1", "PC2", "PC3", "PC4", "PC5", "PC6")
SAMPLES = Table(
    "tables/samples.tsv",
    "a sample",
    (
        Column("sample", "text", "name of the sample", empty=False),
        Column("size_factor", "number", "size factor over all samples of the study", low=0, empty=False),
        Column("total_counts", "number", "library size: sum of the counts", low=0, empty=False),
        Column("detected_genes", "integer", "genes with at least one count", low=0, empty=False),
        Column("top_50_share", "number", "share of the counts in the 50 most abundant genes", low=0, high=1),
        Column("top_100_share", "number", "share of the counts in the 100 most abundant genes", low=0, high=1),
        Column(
            "mitochondrial_share",
            "number",
            "share of the counts in genes whose symbol starts with `MT-`; missing where no gene has such a symbol",
            low=0,
            high=1,
        ),
        *(
            Column(name, "number", f"score on principal component {name[2:]} of the variance-stabilised counts")
            for name in COMPONENTS
        ),
        Column("verdict", "text", "verdict of the checks; empty where these are switched off", levels=VERDICTS),
        Column("reasons", "text", "why, where it is not `ok`"),
    ),
    more="columns of the sample sheet, of which one whose name is taken ends in `_in_sheet`; `score.<id>`, score of a "
    "gene set (`evidence.scores`); `cells.<type>`, score of a cell type (mean over its markers of variance-stabilised "
    "values, standardised over the study); `proportion.<type>`, its proportion of the transcripts, where a single-cell "
    "data set was given",
)
SAMPLE_CHECKS = Table(
    "tables/sample_checks.tsv",
    "a sample with a check",
    (
        Column("sample", "text", "name of the sample", empty=False),
        Column(
            "check",
            "text",
            "`sex`, `identity`, `duplicate`, `profile`, a measure of quality or contamination, or a technical column "
            "of numbers (`sheet.<column>`)",
            empty=False,
        ),
        Column("verdict", "text", "what it says of the sample", levels=(*VERDICTS, "not measured"), empty=False),
        Column(
            "value",
            "number",
            "sex: mean log2 of counts per million of Y genes less that of XIST; identity: log likelihood ratio of its "
            "own subject less that of the best other; duplicate: smallest overdispersion against another sample; "
            "profile: median correlation with the other samples; else the measure",
        ),
        Column("median", "number", "median of the value over the study"),
        Column("mads", "number", "robust standard deviations from the median, on the scale of the check"),
        Column("other", "text", "likely subject (identity), other sample (duplicate), sex as measured (sex)"),
        Column("says", "text", "the verdict in words"),
    ),
)
IDENTITY = Table(
    "tables/identity.tsv",
    "a sample with a subject",
    (
        Column("sample", "text", "name of the sample", empty=False),
        Column("subject", "text", "a subject of the study", empty=False),
        Column("own", "truth", "whether the sheet says that the sample is this subject's", empty=False),
        Column("score", "number", "log likelihood ratio: one person against two; missing without another sample"),
    ),
)
ASSOCIATIONS = Table(
    "tables/associations.tsv",
    "a principal component with a column of the sample sheet",
    (
        Column("component", "text", "principal component", levels=COMPONENTS, empty=False),
        Column("variance_ratio", "number", "share of the variance that the component explains", low=0, high=1),
        Column("column", "text", "column of the sample sheet", empty=False),
        Column("kind", "text", "how the column was read", levels=("number", "text"), empty=False),
        Column(
            "r_squared",
            "number",
            "share of the component's variance between groups (text) or on a straight line (number)",
            low=0,
            high=1,
        ),
        Column("p_value", "number", "F test of that share", low=0, high=1),
        Column("q_value", "number", "Benjamini and Hochberg over all rows", low=0, high=1),
        Column("n", "integer", "samples with a value in the column", low=0, empty=False),
    ),
)
DISTANCES = Table(
    "tables/distances.tsv",
    "a pair of samples",
    (
        Column("sample_1", "text", "name of a sample", empty=False),
        Column("sample_2", "text", "name of another sample", empty=False),
        Column("distance", "number", "Euclidean distance of the variance-stabilised counts", low=0, empty=False),
    ),
)
_PER_SAMPLE = "a column a sample"
NORMALIZED = Table("tables/normalized.tsv.gz", "a gene: counts over size factors", GENE, more=_PER_SAMPLE)
VST = Table("tables/vst.tsv.gz", "a gene: variance-stabilised counts (log2 scale)", GENE, more=_PER_SAMPLE)

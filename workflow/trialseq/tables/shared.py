"""Columns that several tables have."""

from __future__ import annotations

from trialseq.contract import Column

GENE_STATUS = ("tested", "filtered", "outlier", "low_count", "all_zero")
CONTRAST = Column("contrast", "text", "id of the contrast", empty=False)
GENE = (
    Column("gene_id", "text", "gene id of the source", empty=False),
    Column("gene_name", "text", "gene symbol"),
)
Q_VALUE = Column(
    "q_value",
    "number",
    "p value adjusted by Benjamini and Hochberg after independent filtering",
    low=0,
    high=1,
)
EFFECT = (
    Column("log2_fold_change", "number", "log2 fold change (maximum likelihood)"),
    Column("lfc_se", "number", "standard error of the log2 fold change", low=0),
    Column("ci_low", "number", "lower end of the confidence interval of the log2 fold change"),
    Column("ci_high", "number", "upper end of the confidence interval of the log2 fold change"),
    Column("statistic", "number", "Wald statistic, of the alternative and threshold that the options ask for"),
    Column(
        "p_value",
        "number",
        "p value of the Wald test: two-sided against zero, or of the alternative and threshold of the options",
        low=0,
        high=1,
    ),
    Q_VALUE,
)
BASE_MEAN = Column("base_mean", "number", "mean of the normalised counts of the model's samples", low=0)
SHRUNK = (
    Column("shrunk_log2_fold_change", "number", "log2 fold change shrunk by the apeGLM prior"),
    Column(
        "shrunk_lfc_se",
        "number",
        "its standard error: standard deviation of its posterior as a normal at the mode; missing with "
        "`inference: reference`",
        low=0,
    ),
)
STATUS = Column(
    "status",
    "text",
    "`tested`; or why there is no q or p value: `filtered` (mean below the cut of independent filtering), "
    "`outlier` (Cook's distance), `low_count` (below the count filter), `all_zero`",
    levels=GENE_STATUS,
    empty=False,
)
FRAGILE = Column(
    "fragile",
    "text",
    "of a gene with q < alpha, whether there is a subject without whom its p value is above alpha x calls / tested "
    "genes, or its fold change has the other sign; empty for other genes, and where no subject was left out",
    levels=("yes", "no"),
)

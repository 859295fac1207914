"""GSE184951, eleven patients before and after training, as R's DESeq2 was run on it: see its folder's README."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sheets import study
from trialseq import design
from trialseq.config import Statistics
from trialseq.counts import CountMatrix
from trialseq.design.estimands import Model

CALLED = 0.05  # q value below which R's genes were counted; its independent filtering aimed at 0.1


def asked(folder: Path) -> tuple[CountMatrix, Model, Statistics]:
    """Counts, model and options: no count filter, alpha 0.1 for independent filtering, the normal distribution."""
    table = pd.read_csv(folder / "GSE184951_gene_counts.tsv.gz", sep="\t", index_col=0, keep_default_na=False)
    sheet = pd.read_csv(folder / "samples.tsv", sep="\t", index_col=0, dtype=str)
    sheet = sheet[sheet["group"] == "DM1"]
    genes = pd.DataFrame({"gene_name": table["symbol"], "biotype": ""})
    matrix = CountMatrix(table[sheet.index].T.astype(int), sheet, genes)
    config = study(
        trial={"subject": "subject", "visit": {"column": "time", "reference": "pre"}},
        statistics={"min_count": 0, "shrinkage": False, "distribution": "normal", "alpha": 0.1},
    )
    return matrix, design.plan(sheet, config).models[0], config.statistics


def of_r(folder: Path) -> pd.DataFrame:
    """R's results of the contrast post against pre, index = genes."""
    return pd.read_csv(folder / "oracle_R_DESeq2_subject_time_post_vs_pre.csv.gz", index_col=0)

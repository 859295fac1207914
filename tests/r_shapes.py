"""Shapes of trial on which R's DESeq2 has been run (data/deseq2/make.R), and our fits of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from sheets import study
from trialseq import de, design
from trialseq.config import Statistics
from trialseq.counts import CountMatrix
from trialseq.design.estimands import Model

FOLDER = Path(__file__).parent / "data" / "deseq2"
TWO = {"formula": "~ condition", "reference": {"condition": "A"}, "contrasts": {"B_vs_A": "B - A"}}
EACH_DOSE = "NMN.{0} - NMN.none - (Placebo.{0} - Placebo.none)"
# As a user of ours would write what make.R asks; joint: id of the test and its contrasts.
SHAPES = {
    "two_groups": TWO | {"joint": {"any_condition": ["B_vs_A"]}},
    "blocked": {
        "formula": "~ subject + visit",
        "reference": {"visit": "v1"},
        "contrasts": {"v2_vs_v1": "v2 - v1", "v3_vs_v2": "v3 - v2"},
        "joint": {"any_visit": ["v2_vs_v1", "v3 - v1"]},
    },
    "interaction": {
        "formula": "~ arm * dose",
        "reference": {"arm": "Placebo", "dose": "none"},
        "contrasts": {
            "in_Placebo": "Placebo.high - Placebo.none",
            "in_NMN": "NMN.high - NMN.none",
            "beyond": EACH_DOSE.format("high"),
        },
        "joint": {"any_interaction": ["beyond", EACH_DOSE.format("low")]},
    },
    "covariate": TWO | {"formula": "~ age + condition", "joint": {"any_condition": ["B_vs_A"]}},
    "zero_groups": {
        "formula": "~ group",
        "reference": {"group": "A"},
        "contrasts": {"B_vs_A": "B - A", "C_vs_B": "C - B"},
        "joint": {"any_group": ["B_vs_A", "C_vs_B"]},
    },
    "replacement": TWO | {"joint": {"any_condition": ["B_vs_A"]}},
    "unbalanced": TWO,
    "few": TWO,
    "zeros": TWO,
    "large": TWO,
}


def counts(shape: str) -> CountMatrix:
    """Counts and samples of a shape."""
    matrix = pd.read_csv(FOLDER / f"{shape}.counts.tsv.gz", sep="\t", index_col=0).T
    samples = pd.read_csv(FOLDER / f"{shape}.samples.tsv", sep="\t", index_col=0)
    genes = pd.DataFrame({"gene_name": matrix.columns, "biotype": ""}, index=matrix.columns)
    return CountMatrix(matrix.loc[samples.index], samples, genes)


def asked(shape: str, **options: object) -> tuple[CountMatrix, Model, Statistics]:
    """Counts, model and options of a shape: no count filter, against the normal distribution, as R's."""
    wanted = {"joint": {}} | SHAPES[shape]
    model = {
        "id": shape,
        "formula": wanted["formula"],
        "reference": wanted["reference"],
        "contrasts": [{"id": name, "expression": text} for name, text in wanted["contrasts"].items()],
        "joint": [{"id": name, "contrasts": names} for name, names in wanted["joint"].items()],
    }
    statistics = {"min_count": 0, "shrinkage": False, "distribution": "normal"} | options
    config = study(models=[model], statistics=statistics, enrichment={"min_abs_log2_fold_change": 10})
    matrix = counts(shape)
    return matrix, design.plan(matrix.samples, config).models[0], config.statistics


@cache
def fit(shape: str, **options: object) -> de.Fit:
    """Our fit of a shape."""
    return de.fit(*asked(shape, **options), threads=2)


def contrast(shape: str, name: str, **options: object) -> pd.DataFrame:
    """Our statistics of a contrast, index = genes."""
    return de.of_contrast(fit(shape, **options).statistics, name).set_index("gene_id").sort_index()


def of_r(table: str, *keys: str) -> pd.DataFrame:
    """R's table, of the shape or test that its first columns name, index = genes."""
    frame = pd.read_csv(FOLDER / f"{table}.tsv.gz", sep="\t")
    for key in keys:
        frame = frame[frame.iloc[:, 0] == key].iloc[:, 1:]
    return frame.set_index("gene_id").sort_index()

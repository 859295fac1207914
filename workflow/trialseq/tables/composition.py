"""Tables of composition: effects with and without scores of cell types held constant."""

from __future__ import annotations

from trialseq.contract import Column, Table
from trialseq.tables.shared import CONTRAST, GENE

COMPOSITION_VERDICTS = ("signalling", "composition", "undecided", "no_change")


def _effect(prefix: str, what: str) -> tuple[Column, ...]:
    return (
        Column(f"{prefix}estimate", "number", what),
        Column(f"{prefix}ci_low", "number", "lower end of its confidence interval"),
        Column(f"{prefix}ci_high", "number", "upper end of its confidence interval"),
        Column(f"{prefix}p_value", "number", "its two-sided p value against 0", low=0, high=1),
    )


COMPOSITION = Table(
    "tables/composition.tsv",
    "a contrast, a cell type whose score is held constant in it, or a gene or gene set that is asked about",
    (
        CONTRAST,
        Column("section", "text", "what the row is", levels=("contrast", "cells", "gene", "set"), empty=False),
        Column("id", "text", "id of the contrast, cell type or set; gene symbol", empty=False),
        Column("name", "text", "name of the set or gene; of a contrast, the cell types that are held"),
        Column(
            "verdict",
            "text",
            "`signalling`: the effect outlasts holding composition; `composition`: it goes with composition; "
            "`undecided`; `no_change`: no effect to explain",
            levels=COMPOSITION_VERDICTS,
        ),
        *_effect(
            "",
            "genes: log2 fold change; sets: change of the mean of variance-stabilised values (log2) over the set; "
            "cells: change of the score; as the contrast has it",
        ),
        *_effect("held_", "the same with the scores of the cell types held constant"),
        *_effect(
            "part_",
            "what goes with composition: the change of the scores times what they carry",
        ),
        *_effect("calibrated_", "the estimate with composition held, corrected for the error of the scores"),
        Column("share", "number", "`part_estimate` over its sum with `held_estimate`"),
        Column("mean_log2_fold_change", "number", "sets and cells: mean log2 fold change of the genes"),
        Column("held_mean_log2_fold_change", "number", "sets: the same with composition held"),
        Column("reliability", "number", "cells: Cronbach's alpha of the markers, given the design", high=1),
        Column("residual_degrees", "integer", "contrasts: samples beyond columns of the design", low=0),
        Column("held_residual_degrees", "integer", "contrasts: the same with the scores as columns", low=0),
        Column("variance_inflation", "number", "contrasts: factor on the variance of an estimate by holding", low=0),
        Column("n_genes", "integer", "sets: fitted genes; cells: markers", low=0),
        Column("genes", "text", "sets: fitted genes; cells: markers, without the genes that are asked about"),
        Column(
            "status",
            "text",
            "contrasts: `held`, or `not held`; cells: `held`, `too few markers`, `unreliable`; genes and sets: "
            "`tested`, `not tested`",
            levels=("held", "not held", "too few markers", "unreliable", "tested", "not tested"),
        ),
        Column("says", "text", "contrasts: the verdict in words"),
    ),
)
COMPOSITION_GENES = Table(
    "tables/composition_genes.tsv.gz",
    "a fitted gene in a contrast",
    (
        CONTRAST,
        *GENE,
        Column(
            "status",
            "text",
            "`tested`; `marker`: the gene is one of the scores that would be held; `not held`: nothing could be",
            levels=("tested", "marker", "not held"),
            empty=False,
        ),
        Column("log2_fold_change", "number", "log2 fold change as the contrast has it"),
        Column("ci_low", "number", "lower end of its confidence interval"),
        Column("ci_high", "number", "upper end of its confidence interval"),
        Column("p_value", "number", "its two-sided p value against 0", low=0, high=1),
        Column("held_log2_fold_change", "number", "log2 fold change with composition held"),
        Column("held_ci_low", "number", "lower end of its confidence interval"),
        Column("held_ci_high", "number", "upper end of its confidence interval"),
        Column("held_p_value", "number", "its two-sided p value against 0", low=0, high=1),
        Column("held_q_value", "number", "Benjamini and Hochberg over the genes with that p value", low=0, high=1),
        Column("calibrated_log2_fold_change", "number", "with composition held, corrected for the error of the scores"),
        Column("calibrated_ci_low", "number", "lower end of its confidence interval"),
        Column("calibrated_ci_high", "number", "upper end of its confidence interval"),
        Column("calibrated_p_value", "number", "its two-sided p value against 0", low=0, high=1),
    ),
)

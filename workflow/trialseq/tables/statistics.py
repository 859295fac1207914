"""Tables of fits and tests, of the influence of subjects, and of a second opinion."""

from __future__ import annotations

from trialseq.contract import Column, Table
from trialseq.tables.shared import BASE_MEAN, CONTRAST, EFFECT, FRAGILE, GENE, Q_VALUE, SHRUNK, STATUS

CONTRAST_GENES = Table("tables/<contrast>.tsv", "a gene", (*GENE, BASE_MEAN, *EFFECT, *SHRUNK, STATUS, FRAGILE))
STATISTICS = Table(
    "models/<model>.parquet",
    "a gene in a contrast",
    (CONTRAST, *GENE, BASE_MEAN, *EFFECT, *SHRUNK, STATUS),
)
JOINT = Table(
    "tables/joint/<model>.tsv",
    "a gene in a likelihood-ratio test of several contrasts at once",
    (
        Column("test", "text", "id of the test", empty=False),
        *GENE,
        BASE_MEAN,
        Column("degrees_of_freedom", "integer", "rank of the contrasts that are tested at once", low=1),
        Column("statistic", "number", "likelihood-ratio statistic: difference of deviances", low=0),
        Column("p_value", "number", "p value of the test that none of the contrasts differs from 0", low=0, high=1),
        Q_VALUE,
        STATUS,
    ),
)
DISPERSIONS = Table(
    "models/<model>.dispersions.parquet",
    "a gene that was fitted",
    (
        *GENE,
        BASE_MEAN,
        Column("genewise", "number", "dispersion of the gene by itself", low=0),
        Column("trend", "number", "dispersion of the trend at the gene's mean", low=0),
        Column("final", "number", "dispersion used in tests", low=0),
        Column("converged", "truth", "whether the fit of the fold changes converged"),
    ),
)
EFFECTS = Table(
    "models/<model>.effects.parquet",
    "a gene in a contrast, as set tests read it; without rows where no residual degree of freedom is left",
    (
        CONTRAST,
        *GENE,
        BASE_MEAN,
        Column("effect", "number", "effect of the contrast in voom's weighted linear model, over its unscaled error"),
    ),
    more="`residual_1`, `residual_2` and so on, a column for each residual degree of freedom: independent residuals",
)
INFLUENCE = Table(
    "tables/<contrast>.influence.tsv",
    "a subject left out (a sample where the model names no subjects)",
    (
        Column("subject", "text", "who is left out", empty=False),
        Column("n_samples", "integer", "samples left out", low=1, empty=False),
        Column("in_contrast", "text", "whether the contrast uses them", levels=("yes", "no"), empty=False),
        Column("calls", "integer", "genes with q < alpha in the whole fit", low=0, empty=False),
        Column(
            "calls_lost",
            "integer",
            "of these, how many have p above alpha x calls / tested genes, or the other sign",
            low=0,
        ),
        Column("calls_gained", "integer", "further tested genes with p at most alpha x calls / tested genes", low=0),
        Column("sign_changes", "integer", "of the calls, how many have the other sign", low=0),
        Column("correlation", "number", "Pearson correlation of the statistics with those of the whole fit"),
        Column("median_change", "number", "median absolute change of the tested genes' statistics", low=0),
        Column("reason", "text", "why the contrast cannot be estimated without the subject"),
    ),
)
INFLUENCE_GENES = Table(
    "tables/<contrast>.influence_genes.tsv",
    "a gene that was fitted",
    (
        *GENE,
        Column("log2_fold_change", "number", "log2 fold change of the whole fit"),
        Column("lowest_log2_fold_change", "number", "lowest log2 fold change with a subject left out"),
        Column("highest_log2_fold_change", "number", "highest log2 fold change with a subject left out"),
        Column("subject", "text", "without whom the fold change differs most from that of the whole fit"),
        Column("p_value", "number", "p value of the whole fit", low=0, high=1),
        Column("largest_p_value", "number", "largest p value with a subject left out", low=0, high=1),
        FRAGILE,
    ),
)
MODEL_INFLUENCE = Table(
    "influence/<model>.subjects.parquet", f"{INFLUENCE.row}, in a contrast", (CONTRAST, *INFLUENCE.columns)
)
MODEL_INFLUENCE_GENES = Table(
    "influence/<model>.genes.parquet",
    f"{INFLUENCE_GENES.row}, in a contrast",
    (CONTRAST, *INFLUENCE_GENES.columns),
)
ENGINE_NAMES = ("pydeseq2", "edger", "limma", "stock")
CONCORDANCE = Table(
    "tables/<contrast>.concordance.tsv",
    "a pair of engines that tested the contrast",
    (
        Column("engine_1", "text", "an engine", levels=ENGINE_NAMES, empty=False),
        Column("engine_2", "text", "another engine", levels=ENGINE_NAMES, empty=False),
        Column("genes", "integer", "genes with a p value from both", low=0, empty=False),
        Column("fold_change_correlation", "number", "Pearson's correlation of their log2 fold changes", low=-1, high=1),
        Column("statistic_rank_correlation", "number", "Spearman's correlation of their statistics", low=-1, high=1),
        Column("calls_1", "integer", "genes with q below alpha in `engine_1`", low=0, empty=False),
        Column("calls_2", "integer", "genes with q below alpha in `engine_2`", low=0, empty=False),
        Column("calls_both", "integer", "genes with q below alpha in both", low=0, empty=False),
        Column("jaccard", "number", "calls in both over calls in either; missing without calls", low=0, high=1),
        Column("opposite_signs", "integer", "calls in either whose fold changes differ in sign", low=0, empty=False),
    ),
)
DISAGREEMENTS = Table(
    "tables/<contrast>.disagreements.tsv",
    "a gene that the default engine or another one calls, and the other does not",
    (
        Column("engine", "text", "the other engine", levels=ENGINE_NAMES, empty=False),
        *GENE,
        BASE_MEAN,
        Column(
            "called_by",
            "text",
            "engine with q below alpha; `both` where fold changes have opposite signs",
            levels=(*ENGINE_NAMES, "both"),
            empty=False,
        ),
        Column("log2_fold_change", "number", "log2 fold change of the default engine"),
        Column("other_log2_fold_change", "number", "log2 fold change of the other engine"),
        Column("q_value", "number", "q value of the default engine", low=0, high=1),
        Column("other_q_value", "number", "q value of the other engine", low=0, high=1),
        Column("reasons", "text", "what differs, as far as it can be computed, separated by `; `", empty=False),
    ),
)
DESIGN = Table(
    "tables/design.tsv",
    "a contrast, or a test of several at once",
    (
        Column("contrast", "text", "id of the contrast, or of the joint test", empty=False),
        Column(
            "test",
            "text",
            "`wald`, of one contrast; `likelihood_ratio`, of several at once (tables/joint/<model>.tsv)",
            levels=("wald", "likelihood_ratio"),
            empty=False,
        ),
        Column("says", "text", "what a positive log2 fold change means, or what the joint test asks", empty=False),
        Column("model", "text", "model that answers it", empty=False),
        Column("block", "text", "what is blocked"),
        Column("weights", "text", "weights on the cells; of a joint test, its contrasts"),
        Column("n_samples", "integer", "samples used", low=0),
        Column("n_subjects", "integer", "subjects used (samples where no subject is named)", low=0),
        Column("samples", "text", "samples used, separated by spaces"),
        Column("subjects", "text", "subjects used, separated by spaces"),
        Column("dropped", "text", "samples left out, each with the reason"),
        Column("warnings", "text", "what to beware of"),
    ),
)

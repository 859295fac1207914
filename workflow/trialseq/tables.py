"""The contract of every table that trialseq writes: columns, types, ranges, meaning."""

from __future__ import annotations

from trialseq.contract import Column, Table

GENE_STATUS = ("tested", "filtered", "outlier", "low_count", "all_zero")
DIRECTIONS = ("up", "down", "both")
METHODS = ("ora", "prerank")
PDGF_SECTIONS = ("set", "receptor", "ligand", "marker", "collagen")

_CONTRAST = Column("contrast", "text", "id of the contrast", empty=False)
_GENE = (
    Column("gene_id", "text", "gene id of the source", empty=False),
    Column("gene_name", "text", "gene symbol"),
)
_Q_VALUE = Column(
    "q_value",
    "number",
    "p value adjusted by Benjamini and Hochberg after independent filtering",
    low=0,
    high=1,
)
_EFFECT = (
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
    _Q_VALUE,
)
_BASE_MEAN = Column("base_mean", "number", "mean of the normalised counts of the model's samples", low=0)
_SHRUNK = (
    Column("shrunk_log2_fold_change", "number", "log2 fold change shrunk by the apeGLM prior"),
    Column(
        "shrunk_lfc_se",
        "number",
        "its standard error: standard deviation of its posterior as a normal at the mode; missing with "
        "`inference: reference`",
        low=0,
    ),
)
_STATUS = Column(
    "status",
    "text",
    "`tested`; or why there is no q or p value: `filtered` (mean below the cut of independent filtering), "
    "`outlier` (Cook's distance), `low_count` (below the count filter), `all_zero`",
    levels=GENE_STATUS,
    empty=False,
)

_FRAGILE = Column(
    "fragile",
    "text",
    "of a gene with q < alpha, whether there is a subject without whom its p value is above alpha x calls / tested "
    "genes, or its fold change has the other sign; empty for other genes, and where no subject was left out",
    levels=("yes", "no"),
)

CONTRAST_GENES = Table("tables/<contrast>.tsv", "a gene", (*_GENE, _BASE_MEAN, *_EFFECT, *_SHRUNK, _STATUS, _FRAGILE))
STATISTICS = Table(
    "models/<model>.parquet",
    "a gene in a contrast",
    (_CONTRAST, *_GENE, _BASE_MEAN, *_EFFECT, *_SHRUNK, _STATUS),
)
JOINT = Table(
    "tables/joint/<model>.tsv",
    "a gene in a likelihood-ratio test of several contrasts at once",
    (
        Column("test", "text", "id of the test", empty=False),
        *_GENE,
        _BASE_MEAN,
        Column("degrees_of_freedom", "integer", "rank of the contrasts that are tested at once", low=1),
        Column("statistic", "number", "likelihood-ratio statistic: difference of deviances", low=0),
        Column("p_value", "number", "p value of the test that none of the contrasts differs from 0", low=0, high=1),
        _Q_VALUE,
        _STATUS,
    ),
)
DISPERSIONS = Table(
    "models/<model>.dispersions.parquet",
    "a gene that was fitted",
    (
        *_GENE,
        _BASE_MEAN,
        Column("genewise", "number", "dispersion of the gene by itself", low=0),
        Column("trend", "number", "dispersion of the trend at the gene's mean", low=0),
        Column("final", "number", "dispersion used in tests", low=0),
        Column("converged", "truth", "whether the fit of the fold changes converged"),
    ),
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
        *_GENE,
        Column("log2_fold_change", "number", "log2 fold change of the whole fit"),
        Column("lowest_log2_fold_change", "number", "lowest log2 fold change with a subject left out"),
        Column("highest_log2_fold_change", "number", "highest log2 fold change with a subject left out"),
        Column("subject", "text", "without whom the fold change differs most from that of the whole fit"),
        Column("p_value", "number", "p value of the whole fit", low=0, high=1),
        Column("largest_p_value", "number", "largest p value with a subject left out", low=0, high=1),
        _FRAGILE,
    ),
)
MODEL_INFLUENCE = Table(
    "influence/<model>.subjects.parquet", f"{INFLUENCE.row}, in a contrast", (_CONTRAST, *INFLUENCE.columns)
)
MODEL_INFLUENCE_GENES = Table(
    "influence/<model>.genes.parquet",
    f"{INFLUENCE_GENES.row}, in a contrast",
    (_CONTRAST, *INFLUENCE_GENES.columns),
)
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
        _BASE_MEAN,
        *_EFFECT,
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
        *_GENE,
        _BASE_MEAN,
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
    ),
    more="columns of the sample sheet; one whose name is taken above ends in `_in_sheet`",
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
NORMALIZED = Table("tables/normalized.tsv.gz", "a gene: counts over size factors", _GENE, more=_PER_SAMPLE)
VST = Table("tables/vst.tsv.gz", "a gene: variance-stabilised counts (log2 scale)", _GENE, more=_PER_SAMPLE)
ALL = (
    CONTRAST_GENES,
    JOINT,
    INFLUENCE,
    INFLUENCE_GENES,
    ENRICHMENT,
    DROPPED_SETS,
    PDGF,
    RUNNING_SUMS,
    CONCORDANCE,
    DISAGREEMENTS,
    DESIGN,
    SAMPLES,
    ASSOCIATIONS,
    DISTANCES,
    NORMALIZED,
    VST,
    STATISTICS,
    DISPERSIONS,
    MODEL_INFLUENCE,
    MODEL_INFLUENCE_GENES,
)

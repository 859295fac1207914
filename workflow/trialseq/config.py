"""Every option of trialseq: its type, default, range and meaning. The only place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, TypeAdapter, model_validator

from trialseq.naming import TAKEN, collisions
from trialseq.options import Accession, FileName, Level, Name, Numeric, Options, Pattern, Sha256, Text, wrong

# Where counts come from ---------------------------------------------------------------


class TableSource(Options):
    """A count matrix and a sample sheet of your own."""

    type: Literal["table"] = Field(description="files of your own")
    counts: Text = Field(description="count matrix, genes in rows: tsv, csv, xlsx or parquet, also gzipped")
    samples: Text = Field(description="sample sheet, one row a sample: tsv, csv or xlsx, also gzipped")
    gene_column: str | None = Field(None, description="column of the gene ids; the first column where not given")
    symbol_column: str | None = Field(None, description="column of the gene symbols; the ids where not given")
    biotype_column: str | None = Field(None, description="column of the gene biotypes")
    sample_column: str | None = Field(
        None, description="column of the sheet that names the samples; the first where not given"
    )
    ignore_columns: list[str] = Field([], description="columns of the matrix that are neither samples nor named above")
    counts_sheet: str | None = Field(
        None, description="worksheet of the counts in an xlsx file; the first where not given"
    )
    samples_sheet: str | None = Field(
        None, description="worksheet of the sample sheet in an xlsx file; the first where not given"
    )
    round_fractions: bool = Field(
        False, description="round fractional counts (as of a quantifier's estimates) to integers"
    )


class Join(Options):
    """How columns of a supplementary file meet the samples of the series matrix."""

    by: list[Text] = Field(
        ["gsm"],
        min_length=1,
        description="fields in which a column and a sample must agree; `gsm` is the accession",
    )
    pattern: Pattern | None = Field(
        None, description="pattern with named groups, searched in the title of each sample of the series"
    )


class GeoSupplementarySource(Options):
    """A supplementary file of a GEO series, and its series matrix."""

    type: Literal["geo_supplementary"] = Field(description="a supplementary file of a GEO series")
    accession: Accession = Field(description="accession of the series")
    file: FileName = Field(description="name of the supplementary file: one table, or a tar with one table a sample")
    sha256: Sha256 | None = Field(None, description="checksum that the supplementary file must have")
    series_matrix: FileName | None = Field(
        None, description="name of the series matrix; `<accession>_series_matrix.txt.gz` where not given"
    )
    sheet: str | None = Field(None, description="worksheet of an xlsx file; the first where not given")
    gene_column: str | None = Field(None, description="column of the gene ids; the first column where not given")
    symbol_column: str | None = Field(None, description="column of the gene symbols; the ids where not given")
    count_column: str | None = Field(
        None, description="column of the counts in each table of a tar; the last where not given"
    )
    header: bool = Field(True, description="whether each table of a tar has a header row")
    sample_pattern: Pattern = Field(
        description="pattern with named groups, searched in the name of each column (or member of a tar); "
        "a column without a match is not a sample"
    )
    join: Join = Field(Join(), description="how columns meet samples of the series matrix")
    symbols_from_spreadsheet: bool = Field(
        True, description="put symbols back that a spreadsheet turned into dates (2-Sep to SEPTIN2)"
    )
    round_fractions: bool = Field(False, description="round fractional counts to integers")

    @model_validator(mode="after")
    def fields_of_the_join_are_groups(self) -> GeoSupplementarySource:
        """Both patterns give every field of the join."""
        patterns = {"sample_pattern": (self.sample_pattern, self.join.by)}
        patterns["join.pattern"] = (self.join.pattern or "", [field for field in self.join.by if field != "gsm"])
        for name, (pattern, fields) in patterns.items():
            absent = [field for field in fields if field not in re.compile(pattern).groupindex]
            if absent:
                raise wrong(f"a group (?P<{absent[0]}>...) in {name}, because join.by names it", repr(pattern))
        return self


class GeoNcbiSource(Options):
    """The uniform counts that NCBI made of a GEO series, and its series matrix."""

    type: Literal["geo_ncbi"] = Field(description="NCBI's counts of a GEO series")
    accession: Accession = Field(description="accession of the series")
    file: FileName | None = Field(
        None,
        description="name of the counts; `<accession>_raw_counts_GRCh38.p13_NCBI.tsv.gz` where not given",
    )
    sha256: Sha256 | None = Field(None, description="checksum that the counts must have")
    annotation: FileName = Field("Human.GRCh38.p13.annot.tsv.gz", description="name of the annotation table")
    series_matrix: FileName | None = Field(
        None, description="name of the series matrix; `<accession>_series_matrix.txt.gz` where not given"
    )
    title_pattern: Pattern | None = Field(
        None,
        description="pattern with named groups, searched in the title of each sample; the groups become "
        "columns, and samples without a match are left out",
    )


Source = Annotated[TableSource | GeoSupplementarySource | GeoNcbiSource, Field(discriminator="type")]


class Samples(Options):
    """Which samples take part, and what their levels are called."""

    recode: dict[str, dict[Level, Level]] = Field({}, description="column, then old level: new level")
    subset: str | None = Field(
        None, description="filter such as `disease == DM1 and batch != 3` or `time in [pre, post]`"
    )
    exclude: list[Level] = Field([], description="names of samples to leave out")


class Download(Numeric):
    """How files are fetched."""

    base_address: str | None = Field(
        None, pattern=r"^https?://[^/\s]+$", description="scheme and host that stand in for GEO's (a mirror)"
    )
    retries: int = Field(5, ge=0, le=20, description="attempts after the first, with growing pauses")
    timeout: float = Field(60, gt=0, le=3600, description="seconds without a byte before an attempt counts as failed")
    contact: str | None = Field(None, max_length=200, description="address of yours that the user agent tells GEO")


# What is asked ------------------------------------------------------------------------


class Subject(Options):
    """The column that says whose biopsy it is."""

    column: Text = Field(description="column of the sample sheet")
    within: list[Text] = Field(
        [], description="columns within which subject numbers are unique, where numbers repeat between groups"
    )


class Role(Options):
    """A column of the sample sheet in a role of the trial, and its reference level."""

    column: Text = Field(description="column of the sample sheet")
    reference: Level = Field(description="level with which the others are compared")
    levels: list[Level] | None = Field(
        None, description="levels in the order to report them; the order of the sheet where not given"
    )


class Trial(Options):
    """The roles from which models and estimands are derived."""

    subject: Annotated[
        Subject,
        BeforeValidator(
            lambda value: {"column": value} if isinstance(value, str) else value, json_schema_input_type=str | Subject
        ),
    ] = Field(description="column of the subjects, or `{column, within}`")
    visit: Role = Field(description="before and after: `{column, reference}`")
    arm: Role | None = Field(None, description="what was randomised: `{column, reference}`")
    state: Role | None = Field(
        None, description="acute states at each visit, as basal and insulin: `{column, reference}`"
    )


class Contrast(Options):
    """A linear expression of cell means."""

    id: Name = Field(description="name of the contrast, and of its files")
    expression: Text = Field(description="such as `NMN.after - NMN.before - (Placebo.after - Placebo.before)`")
    says: str | None = Field(None, max_length=500, description="one plain sentence for tables and figures")


class JointTest(Options):
    """A likelihood-ratio test of several contrasts at once."""

    id: Name = Field(description="name of the test")
    contrasts: list[Text] = Field(
        min_length=1,
        description="ids of contrasts of the model, or expressions: the test asks whether any of them is other than 0",
    )
    says: str | None = Field(None, max_length=500, description="one plain sentence for tables")


class ExplicitModel(Options):
    """A model in a formula of your own, beside or instead of the trial."""

    id: Name = Field(description="name of the model, and of its files")
    formula: Text = Field(description="such as `~ batch + condition`; numeric columns are centred")
    reference: dict[str, Level] = Field(
        {}, description="reference level of each categorical column; the first of the sheet where not given"
    )
    categorical: list[str] = Field([], description="columns of numbers that are labels, such as a batch 1, 2, 3")
    subset: str | None = Field(None, description="filter on samples for this model alone")
    contrasts: list[Contrast] = Field(min_length=1, description="what is asked of the model")
    joint: list[JointTest] = Field([], description="what is asked of several contrasts at once")


# How it is computed -------------------------------------------------------------------


class Statistics(Numeric):
    """Filtering, normalisation and tests."""

    alpha: float = Field(0.05, gt=0, lt=1, description="false discovery rate, also the target of independent filtering")
    confidence: float = Field(0.95, gt=0, lt=1, description="level of the confidence intervals")
    min_count: int = Field(10, ge=0, description="a gene is kept with at least this many counts ...")
    min_samples: Annotated[int, Field(ge=1)] | Literal["smallest_cell"] = Field(
        "smallest_cell", description="... in at least this many samples of the model"
    )
    size_factors: Literal["ratio", "poscounts"] = Field(
        "ratio", description="median of ratios, over genes without or with zeros"
    )
    trend: Literal["parametric", "mean"] = Field("parametric", description="dispersion trend")
    inference: Literal["compiled", "reference"] = Field(
        "compiled",
        description="compiled loops over genes that follow R's DESeq2 where PyDESeq2 leaves it, or PyDESeq2 as it is",
    )
    distribution: Literal["t", "normal"] = Field(
        "t",
        description="reference of Wald statistics: Student's t with the degrees of freedom of the dispersions, "
        "or the normal, as DESeq2 has it by default, which finds too much in small trials",
    )
    lfc_threshold: float = Field(
        0, ge=0, description="log2 fold change that Wald tests ask whether a gene's exceeds, or stays below"
    )
    alternative: Literal["greaterAbs", "lessAbs", "greater", "less"] = Field(
        "greaterAbs",
        description="what a small p value speaks for: an absolute log2 fold change above the threshold, or below it "
        "(`lessAbs`, which needs one above 0); a log2 fold change above it; one below minus the threshold",
    )
    independent_filtering: bool = Field(
        True, description="choose the mean below which genes are left out of the correction, as DESeq2 does"
    )
    cooks: bool = Field(
        True, description="flag and replace outliers by Cook's distance (acts only where design rows repeat)"
    )
    shrinkage: bool = Field(True, description="shrink fold changes with the apeGLM prior")
    influence: bool = Field(
        True, description="fit each model again without each subject, and say which genes one subject makes"
    )
    second_opinion: list[Literal["edger", "limma", "stock"]] = Field(
        [],
        description="engines that test every contrast once more: edgeR's quasi-likelihood and limma-voom (both need "
        "edgePython: `make opinion`), PyDESeq2 as it is",
    )

    @model_validator(mode="after")
    def small_against_something(self) -> Statistics:
        """Whether a fold change is small is asked against a threshold."""
        if self.alternative == "lessAbs" and self.lfc_threshold == 0:
            raise wrong(
                "an lfc_threshold above 0 with alternative lessAbs",
                "lfc_threshold: 0",
                "lessAbs asks which fold changes are small: say below what, such as lfc_threshold: 0.5",
            )
        return self

    @property
    def asks(self) -> str:
        """What a small p value of a contrast speaks for, in words."""
        if self.lfc_threshold == 0 and self.alternative == "greaterAbs":
            return "a log2 fold change other than 0"
        return {
            "greaterAbs": f"an absolute log2 fold change above {self.lfc_threshold:g}",
            "lessAbs": f"an absolute log2 fold change below {self.lfc_threshold:g}",
            "greater": f"a log2 fold change above {self.lfc_threshold:g}",
            "less": f"a log2 fold change below {-self.lfc_threshold or 0:g}",
        }[self.alternative]


class Collection(Options):
    """A collection of gene sets."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$", max_length=60)] = Field(
        description="name of the collection in tables and figures"
    )
    shipped: Literal["GO"] | None = Field(None, description="a collection that ships with trialseq")
    file: str | None = Field(None, description="path of a GMT file, also gzipped")
    address: str | None = Field(None, pattern=r"^https?://\S+$", description="address of a GMT file, also gzipped")
    enrichr: str | None = Field(
        None, pattern=r"^[A-Za-z0-9_.-]+$", description="name of an Enrichr library, fetched through GSEApy"
    )
    sha256: Sha256 | None = Field(None, description="checksum that the file must have")
    drop_sets: list[str] = Field([], description="ids of sets to leave out, such as the root of an ontology")

    @model_validator(mode="after")
    def one_origin(self) -> Collection:
        """Exactly one of the four origins is named."""
        named = [name for name in ("shipped", "file", "address", "enrichr") if getattr(self, name) is not None]
        if len(named) != 1:
            raise wrong("exactly one of shipped, file, address, enrichr", " and ".join(named) or "none of them")
        return self


class Enrichment(Numeric):
    """Gene-set tests."""

    methods: list[Literal["ora", "prerank"]] = Field(
        ["ora", "prerank"], description="over-representation, preranked GSEA"
    )
    collections: list[Collection] = Field([Collection(name="GO", shipped="GO")], description="collections of gene sets")
    min_size: int = Field(5, ge=1, description="smallest number of tested genes in a set")
    max_size: int = Field(500, ge=1, description="largest number of tested genes in a set")
    min_abs_log2_fold_change: float = Field(
        0, ge=0, description="fold change that a gene of an over-representation list must reach"
    )
    batch_size: int = Field(1500, ge=1, description="sets a batch of preranked GSEA; memory grows with it")
    sample_size: int = Field(101, ge=11, le=10001, description="sample size of the multilevel p values")
    seed: int = Field(1, ge=0, le=2**31 - 1, description="seed of preranked GSEA")

    @model_validator(mode="after")
    def sizes_and_names(self) -> Enrichment:
        """Sizes are in order and names of collections differ."""
        if self.min_size > self.max_size:
            raise wrong("min_size at most max_size", f"min_size {self.min_size}, max_size {self.max_size}")
        names = [collection.name for collection in self.collections]
        if repeated := collisions(names):
            raise wrong("a name of its own for each of the collections", ", ".join(repeated))
        return self


class Figures(Numeric):
    """How figures look."""

    formats: list[Literal["pdf", "svg", "png"]] = Field(["pdf", "svg", "png"], min_length=1, description="file formats")
    dpi: int = Field(200, ge=50, le=600, description="dots per inch of png files and rasterised clouds")
    top_genes: int = Field(40, ge=2, le=200, description="genes in the heatmap")
    label_genes: list[str] = Field([], description="genes that MA and volcano plots label beside the PDGF genes")
    top_sets: int = Field(12, ge=1, le=60, description="sets a direction in the enrichment plot")
    up: str = Field("#B2182B", pattern=r"^#[0-9A-Fa-f]{6}$", description="colour of genes that rise")
    down: str = Field("#2166AC", pattern=r"^#[0-9A-Fa-f]{6}$", description="colour of genes that fall")


class Config(Options):
    """A study."""

    study: Name = Field(description="name of the study, and of its folder in the results")
    title: str | None = Field(None, max_length=200, description="title in figures and tables")
    simulated: bool = Field(False, description="the data are simulated, and every figure and table says so")
    results: Text = Field("results", description="folder of the results")
    cache: Text = Field("cache", description="folder of downloaded files, kept between studies")
    source: Source = Field(description="where counts come from")
    samples: Samples = Field(Samples(), description="which samples take part, and what their levels are called")
    download: Download = Field(Download(), description="how files are fetched")
    trial: Trial | None = Field(None, description="roles of columns, from which models and estimands are derived")
    models: list[ExplicitModel] = Field([], description="explicit models, beside the trial or instead of it")
    statistics: Statistics = Field(Statistics(), description="filtering, normalisation and tests")
    enrichment: Enrichment = Field(Enrichment(), description="gene-set tests")
    figures: Figures = Field(Figures(), description="how figures look")

    @model_validator(mode="after")
    def something_asked(self) -> Config:
        """There is a question, and ids of models differ."""
        if self.trial is None and not self.models:
            raise wrong("a trial, or models", "neither", "trial: names the columns of subject, visit and more")
        if repeated := collisions(model.id for model in self.models):
            raise wrong("an id of its own for each of the models", ", ".join(repeated))
        ids = [("model", model.id) for model in self.models]
        ids += [("contrast", contrast.id) for model in self.models for contrast in model.contrasts]
        for kind, name in ids:
            if name.endswith(tuple(f".{end}" for end in TAKEN[kind])):
                raise wrong(f"an id of the {kind} that ends otherwise than in .{' or .'.join(TAKEN[kind])}", name)
        return self

    @model_validator(mode="after")
    def lists_of_changed_genes(self) -> Config:
        """Genes that are called because their fold change is small are not in lists of genes up and down."""
        asked, least = self.statistics.lfc_threshold, self.enrichment.min_abs_log2_fold_change
        if self.statistics.alternative == "lessAbs" and least < asked:
            raise wrong(
                f"enrichment.min_abs_log2_fold_change of at least {asked:g} with alternative lessAbs",
                f"{least:g}",
                "lessAbs calls genes that hardly change; over-representation would take them for genes up and down",
            )
        return self

    @classmethod
    def part(cls, groups: Mapping[str, Any]) -> Config:
        """Some groups alone, for a job that reads no others; the rest is default or absent."""
        types: dict[str, Any] = {name: field.annotation for name, field in cls.model_fields.items()}
        return cls.model_construct(
            **{name: TypeAdapter(types[name]).validate_python(value) for name, value in groups.items()}
        )

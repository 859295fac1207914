"""Options of how it is computed and drawn."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trialseq.naming import collisions
from trialseq.options import Address, Numeric, Options, PathText, Sha256, wrong


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
    influence_subjects: int = Field(
        100,
        ge=1,
        description="a model of more subjects is not fitted again without each, as the time grows with the square of "
        "their number; the summary says so",
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
    file: PathText | None = Field(None, description="path of a GMT file, also gzipped")
    address: Address | None = Field(None, description="address of a GMT file, also gzipped")
    enrichr: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_.-]+$",
        max_length=100,
        description="name of an Enrichr library, fetched through GSEApy",
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

    methods: list[Literal["ora", "prerank", "camera", "fry"]] = Field(
        ["ora", "prerank", "camera", "fry"],
        description="over-representation, preranked GSEA; and on voom's weighted linear models CAMERA (against the "
        "other genes, allowing for correlation) and FRY (the set by itself)",
    )
    collections: list[Collection] = Field([Collection(name="GO", shipped="GO")], description="collections of gene sets")
    min_size: int = Field(5, ge=1, description="smallest number of tested genes in a set")
    max_size: int = Field(500, ge=1, description="largest number of tested genes in a set")
    min_abs_log2_fold_change: float = Field(
        0, ge=0, description="fold change that a gene of an over-representation list must reach"
    )
    camera_correlation: Annotated[float, Field(ge=0, lt=1)] | Literal["estimated"] = Field(
        "estimated",
        description="correlation between the genes of a set in CAMERA: each set's own, or the same for all, such as "
        "limma's preset of 0.01, whose p values are too small where genes of a set go together (docs/calibration.md)",
    )
    fry_standardise: Literal["posterior_sd", "residual_sd", "none"] = Field(
        "posterior_sd", description="by what FRY divides a gene's effects: its moderated standard deviation, its own, 1"
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

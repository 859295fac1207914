"""Options of the evidence: what speaks for an effect, and what else may explain it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from trialseq.naming import collisions
from trialseq.options import Numeric, Options, Text, wrong

MARKERS = "resources/markers/muscle.tsv"


class ScoredSet(Options):
    """A gene set of a collection."""

    collection: Text = Field(description="name of the collection, as under `enrichment.collections`")
    id: Text = Field(description="id of the set in it, such as `GO:0030199`")


class Scores(Numeric):
    """One number a sample for each of some gene sets."""

    method: Literal["ssgsea", "gsva", "mean_z"] = Field(
        "ssgsea",
        description="single-sample GSEA, gene set variation analysis (both by GSEApy), or the plain alternative: the "
        "mean over genes of values standardised over the samples; all on variance-stabilised counts",
    )
    sets: list[ScoredSet] = Field([], description="sets to score beside those of the PDGF panel")
    min_genes: int = Field(2, ge=1, description="a set with fewer genes in the counts has no score")

    @model_validator(mode="after")
    def each_once(self) -> Scores:
        """Ids differ, as columns are named by them."""
        if repeated := collisions(each.id for each in self.sets):
            raise wrong("an id of its own for each of the sets", ", ".join(repeated))
        return self


class SingleCell(Numeric):
    """An annotated single-cell data set, from which markers and proportions of cell types come."""

    file: Text = Field(description="path of the annotated matrix (.h5ad)")
    cell_type: Text = Field(description="column of its cells that holds their types; cells without one are left out")
    symbols: Text | None = Field(
        None, description="column of its genes that holds symbols, if they are not their names"
    )
    layer: Text | None = Field(None, description="layer that holds counts, if they are not the matrix itself")
    genes: int = Field(30, ge=3, le=500, description="marker genes a type, at most")


class Composition(Numeric):
    """How much of an effect is a change of the cells in a biopsy."""

    run: bool = Field(True, description="ask every contrast again with scores of cell types held constant")
    markers: Text = Field(
        MARKERS, description="table of marker genes: tab-separated, with the columns `cell_type` and `gene`"
    )
    single_cell: SingleCell | None = Field(
        None, description="markers from an annotated single-cell data set instead, and proportions of its cell types"
    )
    hold: list[str] = Field(
        ["fibro_adipogenic_progenitor", "pericyte", "endothelium"],
        min_length=1,
        description="cell types of the markers whose scores are held constant",
    )
    headline: list[str] = Field(
        ["PDGFRB", "GO:0048407", "GO:0048008"],
        min_length=1,
        description="gene symbols and ids of sets of the PDGF panel that decide the verdict on a contrast",
    )
    also: list[str] = Field(
        [], description="further gene symbols, and ids of sets of the collections, to ask about beside the PDGF panel"
    )
    min_markers: int = Field(3, ge=2, description="fewest measured markers of a score")
    min_reliability: float = Field(
        0.5,
        gt=0,
        lt=1,
        description="Cronbach's alpha of the markers, given the design, below which a score is not held",
    )

    @model_validator(mode="after")
    def each_once(self) -> Composition:
        """A score cannot be held beside itself."""
        if len(set(self.hold)) < len(self.hold):
            raise wrong("each cell type once", ", ".join(self.hold))
        return self


class Randomisation(Numeric):
    """Whether arms assigned by chance, or flipped signs, give as much as was found."""

    run: bool = Field(True, description="test the scores of every contrast by re-assigned arms or flipped signs")
    estimate: Literal["hodges_lehmann", "mean"] = Field(
        "hodges_lehmann", description="which estimate leads: Hodges-Lehmann, or the mean (its difference between arms)"
    )
    exact_up_to: int = Field(
        10_000_000, ge=1, le=10**9, description="assignments up to which every one is counted; beyond, they are sampled"
    )
    samples: int = Field(100_000, ge=99, le=10**7, description="assignments that are drawn where they are sampled")
    seed: int = Field(1, ge=0, description="seed of these draws")


class Evidence(Options):
    """What speaks for an effect, and what else may explain it."""

    scores: Scores = Field(Scores(), description="scores of samples, in `tables/samples.tsv` and `normalized.h5ad`")
    composition: Composition = Field(Composition(), description="composition of the biopsies")
    randomisation: Randomisation = Field(Randomisation(), description="tests by randomisation")

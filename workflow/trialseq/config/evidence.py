"""Options of the evidence: what speaks for an effect, and what else may explain it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from trialseq.naming import collisions
from trialseq.options import Numeric, Options, Text, wrong


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


class Evidence(Options):
    """What speaks for an effect, and what else may explain it."""

    scores: Scores = Field(Scores(), description="scores of samples, in `tables/samples.tsv` and `normalized.h5ad`")

"""Every option of trialseq: its type, default, range and meaning. The only place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field, TypeAdapter, model_validator

from trialseq.config.analysis import Collection, Enrichment, Figures, Statistics
from trialseq.config.claims import Claim, defects
from trialseq.config.data import Download, GeoNcbiSource, GeoSupplementarySource, Join, Samples, Source, TableSource
from trialseq.config.evidence import Composition, Evidence, Randomisation, ScoredSet, Scores, SingleCell
from trialseq.config.limits import Limits
from trialseq.config.quality import Quality
from trialseq.config.question import Contrast, ExplicitModel, JointTest, Role, Subject, Trial
from trialseq.naming import checked, collisions
from trialseq.options import Name, Options, PathText, wrong

__all__ = [
    "Claim",
    "Collection",
    "Composition",
    "Config",
    "Contrast",
    "Download",
    "Enrichment",
    "Evidence",
    "ExplicitModel",
    "Figures",
    "GeoNcbiSource",
    "GeoSupplementarySource",
    "Join",
    "JointTest",
    "Limits",
    "Quality",
    "Randomisation",
    "Role",
    "Samples",
    "ScoredSet",
    "Scores",
    "SingleCell",
    "Source",
    "Statistics",
    "Subject",
    "TableSource",
    "Trial",
]


class Config(Options):
    """A study."""

    study: Name = Field(description="name of the study, and of its folder in the results")
    title: str | None = Field(None, max_length=200, description="title in figures and tables")
    simulated: bool = Field(False, description="the data are simulated, and every figure and table says so")
    results: PathText = Field("results", description="folder of the results")
    cache: PathText = Field("cache", description="folder of downloaded files, kept between studies")
    source: Source = Field(description="where counts come from")
    samples: Samples = Field(Samples(), description="which samples take part, and what their levels are called")
    download: Download = Field(Download(), description="how files are fetched")
    qc: Quality = Field(Quality(), description="whether these are the right samples, and good ones")
    trial: Trial | None = Field(None, description="roles of columns, from which models and estimands are derived")
    models: list[ExplicitModel] = Field([], description="explicit models, beside the trial or instead of it")
    statistics: Statistics = Field(Statistics(), description="filtering, normalisation and tests")
    enrichment: Enrichment = Field(Enrichment(), description="gene-set tests")
    evidence: Evidence = Field(Evidence(), description="what speaks for an effect, and what else may explain it")
    claims: list[Claim] = Field([], description="what the study expects, written before the answer")
    figures: Figures = Field(Figures(), description="how figures look")
    limits: Limits = Field(Limits(), description="how much of a machine an input may take")

    @model_validator(mode="after")
    def something_asked(self) -> Config:
        """There is a question, and ids of models differ."""
        if self.trial is None and not self.models:
            raise wrong("a trial, or models", "neither", "trial: names the columns of subject, visit and more")
        if repeated := collisions(model.id for model in self.models):
            raise wrong("an id of its own for each of the models", ", ".join(repeated))
        ids = [("", self.study), *(("model", model.id) for model in self.models)]
        ids += [("contrast", contrast.id) for model in self.models for contrast in model.contrasts]
        for kind, name in ids:
            try:
                checked(name, kind)
            except ValueError as error:
                raise wrong(str(error), name) from None
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

    @model_validator(mode="after")
    def claims_can_be_answered(self) -> Config:
        """Ids of claims differ, and the tests that answer them are asked."""
        for defect in defects(self.claims, self.statistics):
            raise defect
        return self

    @model_validator(mode="after")
    def scored_sets_have_a_collection(self) -> Config:
        """Sets that are scored come from collections that there are."""
        names = [collection.name for collection in self.enrichment.collections]
        for each in self.evidence.scores.sets:
            if each.collection not in names:
                hint = f"collections are {', '.join(names)}" if names else "none is given"
                raise wrong("sets to score from a collection of enrichment.collections", each.collection, hint)
        return self

    @classmethod
    def part(cls, groups: Mapping[str, Any]) -> Config:
        """Some groups alone, for a job that reads no others; the rest is default or absent."""
        types: dict[str, Any] = {name: field.annotation for name, field in cls.model_fields.items()}
        return cls.model_construct(
            **{name: TypeAdapter(types[name]).validate_python(value) for name, value in groups.items()}
        )

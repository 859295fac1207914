"""Figures: they read results and compute nothing.

A figure is a function `figure(inputs, options) -> Figure`; the registry names its module.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from anndata import AnnData

    from trialseq.config import Figures

Scope = Literal["study", "model", "contrast", "concordance", "claims"]


@dataclass(frozen=True)
class Record:
    """A figure: its name, what it is drawn for, its caption in `workflow/report`, category, module."""

    name: str
    scope: Scope
    caption: str
    category: str
    module: str


@dataclass(frozen=True)
class StudyInputs:
    """What figures of the samples read.

    data: as `qc.normalise` gives it; associations, distances: `tables.ASSOCIATIONS`, `tables.DISTANCES`; checks,
    identity: `tables.SAMPLE_CHECKS`, `tables.IDENTITY`; roles: role (subject, arm, visit, state, each may be absent) to
    column of obs; levels: role to levels, the reference first.
    """

    data: AnnData
    associations: pd.DataFrame
    distances: pd.DataFrame
    checks: pd.DataFrame
    identity: pd.DataFrame
    roles: dict[str, str]
    levels: dict[str, list[str]]
    title: str


@dataclass(frozen=True)
class ModelInputs:
    """What figures of a fit read: `tables.DISPERSIONS`, and the notes of the fit."""

    model: str
    dispersions: pd.DataFrame
    notes: dict[str, Any]


@dataclass(frozen=True)
class ContrastInputs:
    """What figures of a contrast read.

    genes, enrichment, pdgf: `tables.CONTRAST_GENES`, `tables.ENRICHMENT`, `tables.PDGF`; influence, influence_genes:
    `tables.INFLUENCE`, `tables.INFLUENCE_GENES`, without rows where influence was not asked; running: columns set_id,
    set_name, rank, gene_name, statistic, running_score, in_set; composition: `tables.COMPOSITION`, without rows where
    it was not asked; samples: those that the contrast uses; data, roles,
    levels: as in StudyInputs; asks: what a small p value of a gene speaks for.
    """

    contrast: str
    says: str
    genes: pd.DataFrame
    influence: pd.DataFrame
    influence_genes: pd.DataFrame
    enrichment: pd.DataFrame
    pdgf: pd.DataFrame
    running: pd.DataFrame
    composition: pd.DataFrame
    data: AnnData
    samples: list[str]
    roles: dict[str, str]
    levels: dict[str, list[str]]
    alpha: float
    asks: str


@dataclass(frozen=True)
class ConcordanceInputs:
    """What figures of a second opinion read.

    results: `tables.CONTRAST_GENES` by engine, the default engine first; concordance: `tables.CONCORDANCE`.
    """

    contrast: str
    says: str
    results: dict[str, pd.DataFrame]
    concordance: pd.DataFrame
    alpha: float


@dataclass(frozen=True)
class ClaimsInputs:
    """What figures of the claims read: `tables.CLAIMS`, `tables.CLAIMS_EVIDENCE`."""

    table: pd.DataFrame
    evidence: pd.DataFrame
    title: str


Inputs = StudyInputs | ModelInputs | ContrastInputs | ConcordanceInputs | ClaimsInputs


FIGURES = (
    Record("quality", "study", "quality.rst", "Samples", "trialseq.figures.quality"),
    Record("sample_checks", "study", "sample_checks.rst", "Samples", "trialseq.figures.sample_checks"),
    Record("pca", "study", "pca.rst", "Samples", "trialseq.figures.pca"),
    Record("pca_associations", "study", "pca_associations.rst", "Samples", "trialseq.figures.pca_associations"),
    Record("sample_distances", "study", "sample_distances.rst", "Samples", "trialseq.figures.sample_distances"),
    Record("pdgfrb", "study", "pdgfrb.rst", "PDGF", "trialseq.figures.pdgfrb"),
    Record("dispersions", "model", "dispersions.rst", "Fits", "trialseq.figures.dispersions"),
    Record("ma", "contrast", "ma.rst", "Genes", "trialseq.figures.ma"),
    Record("volcano", "contrast", "volcano.rst", "Genes", "trialseq.figures.volcano"),
    Record("p_values", "contrast", "p_values.rst", "Genes", "trialseq.figures.p_values"),
    Record("influence", "contrast", "influence.rst", "Genes", "trialseq.figures.influence"),
    Record("heatmap", "contrast", "heatmap.rst", "Genes", "trialseq.figures.heatmap"),
    Record("enrichment", "contrast", "enrichment.rst", "Gene sets", "trialseq.figures.enrichment"),
    Record("pdgf", "contrast", "pdgf.rst", "PDGF", "trialseq.figures.pdgf"),
    Record("running_sums", "contrast", "running_sums.rst", "PDGF", "trialseq.figures.running_sums"),
    Record("composition", "contrast", "composition.rst", "PDGF", "trialseq.figures.composition"),
    Record("concordance", "concordance", "concordance.rst", "Second opinion", "trialseq.figures.concordance"),
    Record("claims", "claims", "claims.rst", "Claims", "trialseq.figures.claims"),
)


def of(scope: Scope) -> list[Record]:
    """Figures of a scope."""
    return [record for record in FIGURES if record.scope == scope]


def names(scope: Scope) -> list[str]:
    """Names of the figures of a scope."""
    return [record.name for record in of(scope)]


def draw(scope: Scope, inputs: Inputs, stem_folder: Path, options: Figures, simulated: bool) -> None:
    """Draw each figure of a scope to `<stem_folder>/<name>.<format>`; `simulated` puts that word on each."""
    from trialseq.figures import style

    for record in of(scope):
        with style.applied(options):
            figure = import_module(record.module).figure(inputs, options)
            style.save(figure, stem_folder / record.name, options, simulated)

"""Mixtures of cell types for simulated biopsies: how shares of cells move the expression of every gene.

A gene's mean in a biopsy is the sum over cell types of the type's share times the gene's expression in it. Relative
to the reference composition it is sum_t f_t q_t, where f_t is the part of the gene's transcripts that type t holds
there, and q_t the type's share in the biopsy over its share there. Every number here is chosen, none is estimated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FIBRE, FAP, PERICYTE, ENDOTHELIUM = "fibre", "fibro_adipogenic_progenitor", "pericyte", "endothelium"
SHARES: dict[str, float] = {FIBRE: 0.85, FAP: 0.06, PERICYTE: 0.03, ENDOTHELIUM: 0.06}
# Part of a gene's transcripts that a type holds; what is left is the fibres'.
_MARKER = 0.95
_EXPRESSED: dict[str, dict[str, float]] = {
    **{gene: {FAP: 0.9} for gene in ("PDGFRA", "COL1A1", "COL1A2", "COL3A1", "COL5A1", "COL6A1", "LOX", "PDGFRL")},
    **{gene: {FAP: 0.6, PERICYTE: 0.2} for gene in ("THY1", "CD109", "LRP1", "PDGFD")},
    **{"PDGFRB": {FAP: 0.45, PERICYTE: 0.45}, "CSPG4": {PERICYTE: 0.7}, "COL4A1": {ENDOTHELIUM: 0.6, FAP: 0.3}},
    **{gene: {ENDOTHELIUM: 0.7} for gene in ("PDGFB", "NRP1", "PLAT")},
}
_ELSEWHERE = {FAP: 0.08, PERICYTE: 0.03, ENDOTHELIUM: 0.08}


@dataclass(frozen=True)
class Mixture:
    """Shares of cell types in the biopsies of a trial.

    markers: genes by cell type (of `SHARES`), nearly all of whose transcripts are that type's. shift: log2 fold
    changes of shares at visits after the first, in every arm but the first. subject_sd, visit_sd: standard deviations
    of the natural logarithm of a share between subjects, and between visits of a subject.
    """

    markers: Mapping[str, Sequence[str]]
    shift: Mapping[str, float] = field(default_factory=dict)
    subject_sd: float = 0.25
    visit_sd: float = 0.25


def shares(
    mixture: Mixture, samples: pd.DataFrame, first_visit: str, first_arm: str, rng: np.random.Generator
) -> pd.DataFrame:
    """Share of each type (samples x types) in each biopsy, each row summing to 1.

    The other types than the fibres have effects of their own of the subject and of the subject's visit; biopsies of
    one visit are alike.
    """
    subject, subjects = pd.factorize(samples["subject"])
    visit, visits = pd.factorize(samples["subject"] + " " + samples["visit"])
    treated = ((samples["visit"] != first_visit) & (samples["agent"] != first_arm)).to_numpy()
    parts = pd.DataFrame({FIBRE: SHARES[FIBRE]}, index=samples.index)
    for kind in (FAP, PERICYTE, ENDOTHELIUM):
        logs = mixture.subject_sd * rng.standard_normal(len(subjects))[subject]
        logs += mixture.visit_sd * rng.standard_normal(len(visits))[visit]
        parts[kind] = SHARES[kind] * np.exp(logs) * 2.0 ** (mixture.shift.get(kind, 0.0) * treated)
    return parts.div(parts.sum(axis=1), axis=0)


def parts_of_genes(names: Sequence[str], mixture: Mixture) -> pd.DataFrame:
    """Part of each gene's transcripts (genes x types) that a type holds in the reference composition."""
    marked = {gene: kind for kind, genes in mixture.markers.items() for gene in genes}
    rows = []
    for name in names:
        held = {marked[name]: _MARKER} if name in marked else _EXPRESSED.get(name, _ELSEWHERE)
        rows.append({FIBRE: 1 - sum(held.values()), **held})
    return pd.DataFrame(rows, columns=list(SHARES)).fillna(0.0)


def log_ratios(biopsies: pd.DataFrame, parts: pd.DataFrame) -> Floats:
    """Natural log of each gene's mean over that in the reference composition (samples x genes)."""
    relative = biopsies.to_numpy() / np.array([SHARES[kind] for kind in biopsies.columns])
    return np.asarray(np.log(relative @ parts[list(biopsies.columns)].to_numpy().T))

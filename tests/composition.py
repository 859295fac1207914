"""Simulated trials in which cells, signalling or nothing changes, and what composition says of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import anndata
import pandas as pd

from sheets import TRIAL, study
from trialseq import design, evidence, genesets, qc, simulate
from trialseq.counts import CountMatrix
from trialseq.design.estimands import Plan
from trialseq.evidence.composition import Found
from trialseq.evidence.items import Item, items
from trialseq.evidence.markers import read_markers
from trialseq.mixture import ENDOTHELIUM, FAP, PERICYTE, Mixture
from trialseq.planted import NAMED
from trialseq.simulate import Effects

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "resources" / "markers" / "muscle.tsv"
TERMS = ROOT / "resources" / "genesets" / "pdgf.gmt"
HELD = (FAP, PERICYTE, ENDOTHELIUM)
ROLES = {role: column for role, column in TRIAL.items() if role != "state"}
QUESTION = "difference.NMN_vs_Placebo"
# What changes in the treated arm: verdict, log2 fold change of the fibroblasts' share, factor on the planted effects.
CASES: dict[str, tuple[str, float, float]] = {
    "fibroblasts": ("composition", 1.0, 0.0),
    "signalling": ("signalling", 0.0, 1.0),
    "nothing": ("no_change", 0.0, 0.0),
}


def markers() -> dict[str, tuple[str, ...]]:
    """The shipped markers of what is held."""
    return {kind: genes for kind, genes in read_markers(SHIPPED, "markers").items() if kind in HELD}


def panel() -> list[Item]:
    """What is asked by default."""
    return items(genesets.read_gmt(TERMS), {})


def trial(case: str, seed: int, genes: int = 1500, subjects: Mapping[str, int] = simulate.ARMS) -> simulate.Simulated:
    """Two biopsies of each subject; shares of cells scatter in every case."""
    _, shift, factor = CASES[case]
    names = [*NAMED, *(gene for each in markers().values() for gene in each)]
    names += [gene for item in panel() for gene in item.genes]
    names = list(dict.fromkeys(names))
    names += [f"GENE{number:05d}" for number in range(genes - len(names))]
    return simulate.trial(
        seed=seed,
        genes=names,
        subjects_per_arm=subjects,
        states=("Basal",),
        effects=Effects(treatment=factor),
        mixture=Mixture(markers(), {FAP: shift}),
    )


def prepared(made: simulate.Simulated, **statistics: object) -> tuple[CountMatrix, anndata.AnnData, Plan]:
    """Counts, normalised data and plan, as the rules have them."""
    matrix = CountMatrix(made.counts, made.samples, made.genes)
    config = study(trial=ROLES, statistics=statistics)
    return matrix, qc.normalise(matrix, config.statistics, 1), design.plan(made.samples, config)


def ask(
    made: simulate.Simulated, kinds: Mapping[str, tuple[str, ...]] | None = None, options: Mapping[str, object] = {}
) -> Found:
    """The tables of composition of a trial, by markers of `kinds`, else the shipped ones."""
    matrix, data, plan = prepared(made)
    statistics = study(trial=ROLES).statistics
    return evidence.hold_composition(
        matrix, data, plan, markers() if kinds is None else kinds, panel(), statistics, options, 1
    )


def heading(table: pd.DataFrame, contrast: str = QUESTION) -> pd.Series:
    """The row of a contrast."""
    return table[(table["section"] == "contrast") & (table["id"] == contrast)].iloc[0]


def verdict(case: str, seed: int, genes: int = 1500) -> pd.Series:
    """The row of the difference between arms."""
    return heading(ask(trial(case, seed, genes)).table)

"""Lines of evidence on a claim. Each is a function of the claim and the tables of the run, and a record below.

A line reads what other jobs found and computes no test of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trialseq.tables import ENGINE_NAMES, METHODS

if TYPE_CHECKING:
    from trialseq.config import Claim

NAN = float("nan")


@dataclass(frozen=True)
class Results:
    """Tables of a run, by contrast: `tables.CONTRAST_GENES`, `INFLUENCE_GENES`, `PDGF`, `ENRICHMENT`, `DROPPED_SETS`.

    composition, composition_genes: `tables.COMPOSITION`, `COMPOSITION_GENES`, or none where it was not asked;
    randomisation: `tables.RANDOMISATION`, or none; engines: `tables.CONTRAST_GENES` by engine and contrast, of those
    that were asked.
    """

    genes: Mapping[str, pd.DataFrame]
    influence: Mapping[str, pd.DataFrame]
    pdgf: Mapping[str, pd.DataFrame]
    enrichment: Mapping[str, pd.DataFrame]
    dropped: Mapping[str, pd.DataFrame]
    composition: pd.DataFrame | None = None
    composition_genes: pd.DataFrame | None = None
    randomisation: pd.DataFrame | None = None
    engines: Mapping[str, Mapping[str, pd.DataFrame]] = field(default_factory=dict)

    def gene(self, claim: Claim) -> pd.Series | None:
        """Row of the gene in the contrast: by its symbol, of several the one with the highest mean, else by its id."""
        table = self.genes[claim.contrast]
        for name in ("gene_name", "gene_id"):
            rows = table[table[name] == claim.of]
            if len(rows):
                return rows.sort_values("base_mean", ascending=False, kind="stable").iloc[0]
        return None

    def same_gene(self, table: pd.DataFrame, claim: Claim) -> pd.Series | None:
        """Row of that gene in another table of the contrast."""
        gene = self.gene(claim)
        return None if gene is None else first(table, gene_id=gene["gene_id"])


@dataclass(frozen=True)
class Answer:
    """What a line says: numbers; direction: sign of the effect, or missing; asked: whether it was."""

    p_value: float = NAN
    direction: float = NAN  # 1, -1, 0
    estimate: float = NAN
    ci_low: float = NAN
    ci_high: float = NAN
    note: str = ""
    asked: bool = True
    q_value: float = NAN

    def survives(self, claim: Claim, alpha: float) -> str:
        """Whether the claim holds by this line alone: `yes`, `no`, `no answer`, `not asked`."""
        if not self.asked:
            return "not asked"
        if np.isnan(self.p_value) or np.isnan(self.direction):
            return "no answer"
        return "yes" if self.p_value < alpha and self.direction == sign(claim) else "no"


Answering = Callable[["Claim", Results], Answer]


@dataclass(frozen=True)
class Line:
    """A line of evidence: its name in tables, what it is on, its role (`tables.CLAIMS_EVIDENCE`), words for figures."""

    name: str
    on: str  # `gene` or `set`
    role: str  # `main`, `check` or `beside`
    title: str
    answer: Answering


def sign(claim: Claim) -> int:
    """The sign that is claimed."""
    return 1 if claim.direction == "up" else -1


def first(table: pd.DataFrame, **equal: object) -> pd.Series | None:
    """The first row in which columns have the values given, if there is one."""
    rows = table[np.logical_and.reduce([table[name] == value for name, value in equal.items()])]
    return rows.iloc[0] if len(rows) else None


def _not_asked(why: str) -> Answer:
    return Answer(asked=False, note=why)


def _of_engine(row: pd.Series | None) -> Answer:
    """A gene by an engine: columns of `tables.CONTRAST_GENES`."""
    if row is None:
        return Answer(note="no such gene in the counts")
    if pd.isna(row["p_value"]):
        return Answer(note=f"not tested ({str(row['status']).replace('_', ' ')})")
    effect = row["log2_fold_change"]
    return Answer(row["p_value"], np.sign(effect), effect, row["ci_low"], row["ci_high"], q_value=row["q_value"])


def main_test(claim: Claim, results: Results) -> Answer:
    """The test of the contrast."""
    return _of_engine(results.gene(claim))


def one_subject(claim: Claim, results: Results) -> Answer:
    """The least favourable fold change and the largest p value with one subject left out, each by itself."""
    row = results.same_gene(results.influence[claim.contrast], claim)
    if row is None:
        empty = results.influence[claim.contrast].empty
        return _not_asked("no subject was left out") if empty else Answer(note="not fitted")
    ends = [row["lowest_log2_fold_change"], row["highest_log2_fold_change"]]
    worst = min(ends) if sign(claim) > 0 else max(ends)
    note = f"{ends[0]:+.2f} to {ends[1]:+.2f} with one subject left out; {row['subject']} moves it most"
    return Answer(row["largest_p_value"], np.sign(worst), worst, note=note)


def _held(row: pd.Series, names: Mapping[str, str]) -> Answer:
    """With composition held, and again with the error of the scores allowed for: the claim has to outlast both.

    row: of `tables.COMPOSITION` or `COMPOSITION_GENES`; names: column of the estimate and prefix of its others.
    """
    p_value, effect = row["held_p_value"], row[names["held_"]]
    low, high = row["held_ci_low"], row["held_ci_high"]
    if pd.isna(p_value):
        return Answer(note="composition could not be held")
    corrected, again = row["calibrated_p_value"], row[names["calibrated_"]]
    if pd.isna(corrected):
        return Answer(p_value, np.sign(effect), effect, low, high, "not corrected for the error of the scores")
    note = f"corrected for the error of the scores {again:+.2f}, p = {corrected:.2g}"
    same = np.sign(effect) if np.sign(effect) == np.sign(again) else 0.0
    return Answer(max(p_value, corrected), same, effect, low, high, note)


def composition_of_gene(claim: Claim, results: Results) -> Answer:
    """The gene with scores of cell types held constant."""
    if results.composition_genes is None:
        return _not_asked("composition was not asked")
    table = results.composition_genes
    row = results.same_gene(table[table["contrast"] == claim.contrast], claim)
    if row is None:
        return Answer(note="not fitted")
    if row["status"] == "marker":
        return Answer(note="the gene is a marker of a cell type that is held")
    return _held(row, {each: f"{each}log2_fold_change" for each in ("held_", "calibrated_")})


def second_engine(engine: str, claim: Claim, results: Results) -> Answer:
    """The gene by another engine."""
    if engine not in results.engines:
        return _not_asked("not among statistics.second_opinion")
    return _of_engine(results.same_gene(results.engines[engine][claim.contrast], claim))


def whole_set(method: str, claim: Claim, results: Results) -> Answer:
    """The set by a method: from the PDGF panel, else among the sets of its collection."""
    row = first(results.pdgf[claim.contrast], section="set", id=claim.of)
    tested = _of_collection(method, claim, results)
    if row is None:
        return tested
    return _of_panel(method, claim, row, tested.q_value)


def without_collagens(method: str, claim: Claim, results: Results) -> Answer:
    """The set without its collagens by a method."""
    panel = results.pdgf[claim.contrast]
    row = first(panel, section="set", id=claim.of)
    if row is None:
        return _not_asked("only sets of the PDGF panel are tested without their collagens")
    if row["part"] != "whole":
        return _not_asked("the set is itself a part")
    part = first(panel, section="set", of_set=claim.of, part="without_collagens")
    return _not_asked("the set has no collagens") if part is None else _of_panel(method, claim, part)


def _of_panel(method: str, claim: Claim, row: pd.Series, q_value: float = NAN) -> Answer:
    if method in ("camera", "fry"):
        p_value, direction = row[f"{method}_p_value"], {"up": 1.0, "down": -1.0}.get(row[f"{method}_direction"], NAN)
        note = f"{row['linear_size']:.0f} genes" if pd.notna(row["linear_size"]) else ""
        return Answer(p_value, direction, note=note, q_value=q_value)
    if method == "prerank":
        note = f"normalised enrichment score {row['nes']:+.2f}" if pd.notna(row["nes"]) else "too few tested genes"
        return Answer(row["prerank_p_value"], np.sign(row["nes"]), note=note, q_value=q_value)
    up = claim.direction == "up"
    return _over(row["ora_p_value" if up else "ora_down_p_value"], row[claim.direction], row["size"], claim, q_value)


def _over(p_value: float, overlap: float, size: float, claim: Claim, q_value: float) -> Answer:
    """Over-representation in the list of the direction that is claimed: one-sided, so its sign is given."""
    note = f"{overlap:.0f} of {size:.0f} tested genes {claim.direction}" if pd.notna(overlap) else ""
    return Answer(p_value, sign(claim), note=note, q_value=q_value)


def _of_collection(method: str, claim: Claim, results: Results) -> Answer:
    table = results.enrichment[claim.contrast]
    rows = table[(table["method"] == method) & (table["set_id"] == claim.of)]
    rows = rows[rows["direction"] == claim.direction] if method == "ora" else rows[rows["direction"] != "both"]
    if rows.empty:
        lost = first(results.dropped[claim.contrast], set_id=claim.of)
        if lost is not None:
            return Answer(note=f"not tested: {lost['reason']}")
        return Answer(note="no answer from the method") if method in set(table["method"]) else _not_asked("not asked")
    row = rows.iloc[0]
    if method == "ora":
        return _over(row["p_value"], row["overlap"], row["size"], claim, row["q_value"])
    if method == "prerank":
        note = f"normalised enrichment score {row['nes']:+.2f}"
        return Answer(row["p_value"], np.sign(row["nes"]), note=note, q_value=row["q_value"])
    direction = {"up": 1.0, "down": -1.0}[row["direction"]]
    return Answer(row["p_value"], direction, note=f"{row['size']:.0f} genes", q_value=row["q_value"])


def mean_of_set(claim: Claim, results: Results) -> Answer:
    """The mean of the set's variance-stabilised values, in the model as it is."""
    row, answer = _set_of_composition(claim, results)
    if row is None or pd.isna(row["p_value"]):
        return answer
    return Answer(row["p_value"], np.sign(row["estimate"]), row["estimate"], row["ci_low"], row["ci_high"])


def composition_of_set(claim: Claim, results: Results) -> Answer:
    """The mean of the set with scores of cell types held constant."""
    row, answer = _set_of_composition(claim, results)
    return answer if row is None else _held(row, {each: f"{each}estimate" for each in ("held_", "calibrated_")})


def _set_of_composition(claim: Claim, results: Results) -> tuple[pd.Series | None, Answer]:
    if results.composition is None:
        return None, _not_asked("composition was not asked")
    row = first(results.composition, contrast=claim.contrast, section="set", id=claim.of)
    if row is None:
        return None, _not_asked("not asked: name the set in evidence.composition.also")
    return row, Answer(note="no gene of the set was fitted")


def randomised(claim: Claim, results: Results) -> Answer:
    """The score of the set by re-assigned arms or flipped signs: a p value that assumes no distribution of counts."""
    if results.randomisation is None:
        return _not_asked("randomisation was not asked")
    row = first(results.randomisation, contrast=claim.contrast, set_id=claim.of)
    if row is None:
        return _not_asked("not scored: name the set in evidence.scores.sets")
    if pd.isna(row["p_value"]):
        return Answer(note=str(row["reason"]))
    kind = {"re-assign": "assignments", "sign flip": "choices of signs"}[row["test"]]
    note = (
        f"{row['assignments']:,.0f} {kind}, {'all' if row['exact'] == 'yes' else 'drawn'}; the estimate is of the score"
    )
    return Answer(row["p_value"], np.sign(row["estimate"]), row["estimate"], row["ci_low"], row["ci_high"], note)


ENGINES = {"edger": "edgeR", "limma": "limma-voom", "stock": "PyDESeq2 as it is"}
WORDS = {"ora": "over-representation", "prerank": "preranked GSEA", "camera": "CAMERA", "fry": "FRY"}
ROLES = {"fry": "main", "camera": "beside", "prerank": "beside", "ora": "beside"}


def _of_methods(words: str, suffix: str, roles: Mapping[str, str], answer: Callable[..., Answer]) -> list[Line]:
    return [
        Line(f"{method}{suffix}", "set", roles[method], f"{WORDS[method]}{words}", partial(answer, method))
        for method in sorted(METHODS, key=list(ROLES).index)
    ]


LINES: tuple[Line, ...] = (
    Line("test", "gene", "main", "test of the contrast", main_test),
    Line("one_subject", "gene", "check", "without any one subject", one_subject),
    Line("composition", "gene", "check", "composition held", composition_of_gene),
    *(Line(name, "gene", "check", ENGINES[name], partial(second_engine, name)) for name in ENGINE_NAMES[1:]),
    *_of_methods("", "", ROLES, whole_set),
    *_of_methods(" without collagens", "_without_collagens", {**ROLES, "fry": "check"}, without_collagens),
    Line("mean", "set", "check", "change of the mean", mean_of_set),
    Line("composition", "set", "check", "composition held", composition_of_set),
    Line("randomisation", "set", "check", "randomised score", randomised),
)


def of(kind: str) -> list[Line]:
    """Lines on a gene or a set; the one that decides comes first, those that do not count come last."""
    return sorted(
        (line for line in LINES if line.on == kind), key=lambda each: ("main", "check", "beside").index(each.role)
    )

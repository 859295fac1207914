"""Whose biopsy a sample is, by its genes.

Genes that differ between people more than within them tell people apart. For each of the fifty best of these, the
difference of two samples has a variance of 2 w where both are one person's (w: the variance within a person) and of
2 (w + b) where they are two people's (b: between people). The score of two samples is the sum over genes of the log
ratio of Student's t densities, with 4 degrees of freedom, of the two cases; a few genes that are off weigh little.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from trialseq.qc.row import Floats, Row, not_measured
from trialseq.qc.sex import XIST, Y_GENES

GENES = 50
FREEDOM = 4.0
TRIM = 0.25  # share of the subjects with the largest variance within that does not count: theirs may be a mix-up
FLOOR = 0.25  # quantile over genes of the typical variance within, below which none is taken to be
KNOWN_WEIGHT = 3.0
FEWEST_SUBJECTS, FEWEST_GENES = 5, 300
SMALL_LEAD = 0.4  # of the median lead: strangers lead by less, where chance makes their own subject the best
CLEAR = 10.0  # median advantage of the own subject, below which genes do not tell the subjects apart
OF_SEX = {XIST, "TSIX", *Y_GENES, "ZFY", "TXLNGY", "TXLNG2P", "TTTY14", "TTTY15", "NLGN4Y", "PRKY", "TMSB4Y"}
# Expressed genes that many people lack, or have in alleles that reads tell apart.
KNOWN = frozenset(
    [
        *("GSTM1", "GSTT1", "GSTT2", "GSTT2B", "UGT2B17", "ERAP2", "HLA-A", "HLA-B", "HLA-C", "HLA-DRB1", "HLA-DRB4"),
        *("HLA-DRB5", "HLA-DQA1", "HLA-DQA2", "HLA-DQB1", "CHI3L2", "PSPHP1", "NBPF3", "LRRC37A", "LRRC37A2", "PEX6"),
        *("NQO2", "TIMM10", "PPIL3", "RPS26", "IRF5", "XRRA1", "THNSL2", "CHURC1", "DDT", "UTS2"),
    ]
)


@dataclass(frozen=True)
class Identity:
    """scores: (samples x subjects), as the sheet has them, missing without another sample; rows: the verdicts."""

    rows: list[Row]
    scores: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True)
class _Scored:
    scores: Floats  # samples x subjects
    own: Floats
    best: Floats
    who: np.ndarray  # place of the best other subject

    @property
    def lead(self) -> Floats:
        """How much better the own subject fits than any other (samples)."""
        return self.own - self.best

    @property
    def level(self) -> float:
        """Halfway between what own subjects and strangers score."""
        return float(np.nanmedian(self.own) + np.nanmedian(self.best)) / 2

    @property
    def suspect(self) -> np.ndarray:
        """Samples that fit another subject better, or none."""
        slight = self.lead < SMALL_LEAD * np.nanmedian(self.lead)
        return np.asarray((self.lead < 0) | (slight & (self.own < self.level)))


def check(
    vst: pd.DataFrame, names: Sequence[str], subjects: pd.Series, cells: pd.Series, odd: Collection[str]
) -> Identity:
    """Whether each sample is its subject's.

    vst: variance-stabilised counts of expressed genes (samples x genes); names: symbols of the genes; subjects, cells:
    of the samples that have both, index = samples; odd: samples whose profile is unlike the others. Samples that fit
    another subject better are given to it one at a time, odd ones first, then the clearest, and everything is scored
    anew, so that a mix-up does not make its neighbours look wrong.
    """
    every = [str(name) for name in vst.index]
    usable = ~np.isin(np.asarray(names), sorted(OF_SEX))
    sizes = subjects.value_counts()
    if (sizes > 1).sum() < FEWEST_SUBJECTS:
        says = (
            f"fewer than {FEWEST_SUBJECTS} subjects have two samples" if len(sizes) else "no trial names the subjects"
        )
        return Identity(not_measured(every, "identity", says))
    if usable.sum() < FEWEST_GENES:
        return Identity(not_measured(every, "identity", f"fewer than {FEWEST_GENES} genes are expressed"))
    values, symbols = vst.loc[subjects.index].to_numpy()[:, usable], np.asarray(names)[usable]
    people, given = np.unique(subjects.to_numpy(dtype=str), return_inverse=True)
    of_cells = cells.to_numpy(dtype=str)
    first = _score(values, given, of_cells, symbols, len(people))
    lead = np.nanmedian(first.lead)
    if not lead > CLEAR:
        says = f"its subjects' genes do not tell them apart (a median lead of {lead:.0f})"
        return Identity(not_measured(every, "identity", says))
    doubtful = subjects.index.isin(list(odd))
    moved, last = _reassigned(values, given, of_cells, symbols, doubtful, first)
    found = dict(zip(subjects.index, _rows(subjects.index, people, given, moved, first, last), strict=True))
    rows = [found.get(name, Row(name, "identity", "not measured", says="takes no part in the trial")) for name in every]
    return Identity(rows, pd.DataFrame(first.scores, index=subjects.index, columns=people))


def _reassigned(
    values: Floats, given: np.ndarray, cells: np.ndarray, symbols: np.ndarray, doubtful: np.ndarray, first: _Scored
) -> tuple[np.ndarray, _Scored]:
    """The subject of each sample once those that fit another better are given to it, and the scores then."""
    current, scored = given.copy(), first
    for _ in range(len(given)):
        suspects = np.flatnonzero((current == given) & scored.suspect)
        if not len(suspects):
            break
        place = suspects[np.lexsort((scored.lead[suspects], ~doubtful[suspects]))[0]]
        current[place] = scored.who[place]
        scored = _score(values, current, cells, symbols, first.scores.shape[1])
    return current, scored


def _rows(
    samples: pd.Index, people: np.ndarray, given: np.ndarray, moved: np.ndarray, first: _Scored, last: _Scored
) -> list[Row]:
    stayed = moved == given
    owned = last.own > last.level
    named = np.asarray(samples, dtype=str)
    rows = []
    for place, sample in enumerate(named):
        lead = float(first.lead[place])
        verdict, other, says = "ok", "", ""
        if not stayed[place]:
            verdict = "fail"
            says = f"does not fit {people[given[place]]}, nor any other subject: perhaps a foreign sample"
            if owned[place]:
                other = str(people[moved[place]])
                says = f"fits {other} and not {people[given[place]]}"
        elif first.suspect[place] and len(wrong := _beside(place, given, moved)):
            # Its own subject's other sample was moved, or has moved here: of two, either may be the wrong one.
            verdict = "look"
            others = ", ".join(named[wrong])
            says = f"agrees with {people[given[place]]} only without {others}: either may be the wrong one"
        elif np.isnan(lead):
            verdict, says = "not measured", "its subject has no other sample"
        rows.append(Row(str(sample), "identity", verdict, lead, other=other, says=says))
    return rows


def _beside(place: int, given: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """Places of the samples that were given to or taken from the subject of a sample."""
    return np.flatnonzero((moved != given) & ((given == given[place]) | (moved == given[place])))


def _score(values: Floats, given: np.ndarray, cells: np.ndarray, symbols: np.ndarray, people: int) -> _Scored:
    """Scores of every sample with every subject: the mean over the better half of the subject's other samples."""
    of_subject = [np.flatnonzero(given == person) for person in range(people)]
    adjusted = _without_cells(values, of_subject, cells)
    several = np.array([len(places) > 1 for places in of_subject])
    within = np.array(
        [adjusted[k].var(axis=0, ddof=1) if len(k) > 1 else np.zeros(adjusted.shape[1]) for k in of_subject]
    )
    means = np.array([np.median(adjusted[k], axis=0) if len(k) else np.zeros(adjusted.shape[1]) for k in of_subject])
    floor = max(float(np.quantile(np.median(within[several], axis=0), FLOOR)), 1e-6)
    weights = np.where(np.isin(symbols, sorted(KNOWN)), KNOWN_WEIGHT, 1.0)
    trusted, scored = several.copy(), None
    for _ in range(2):
        pairs = np.full((len(given), len(given)), np.nan)
        for person, places in enumerate(of_subject):
            # Genes are chosen without the subject itself, which would else look like itself by choice.
            used = trusted & (np.arange(people) != person)
            w, b = _variances(within[used], means[used], floor)
            best = np.argsort(-b / w * weights, kind="stable")[:GENES]
            pairs[places] = _likelihoods(adjusted[:, best], places, w[best], b[best])
        scored = _summary(pairs, given, of_subject)
        trusted = _trusted(scored.lead, of_subject, several)
    assert scored is not None  # noqa: S101 - for the type alone
    return scored


def _without_cells(values: Floats, of_subject: list[np.ndarray], cells: np.ndarray) -> Floats:
    """Values less the median, over the samples of a cell, of deviations from the subject's mean."""
    apart = values.copy()
    for places in of_subject:
        apart[places] -= values[places].mean(axis=0) if len(places) else 0
    adjusted = values.copy()
    for cell in np.unique(cells):
        adjusted[cells == cell] -= np.median(apart[cells == cell], axis=0)
    return adjusted


def _variances(within: Floats, means: Floats, floor: float) -> tuple[Floats, Floats]:
    """Variances within (trimmed) and between subjects (without the extremes), a value a gene."""
    kept = len(within) - int(np.ceil(len(within) * TRIM))
    w = np.maximum(np.partition(within, kept, axis=0)[:kept].mean(axis=0), floor)
    ordered = np.sort(means, axis=0)[1:-1]
    return w, np.maximum(ordered.var(axis=0, ddof=1) - w / 2, 0)


def _likelihoods(values: Floats, places: np.ndarray, w: Floats, b: Floats) -> Floats:
    """Scores of some samples with all samples (places x samples)."""
    squares = (values[places][:, None, :] - values[None, :, :]) ** 2
    one, two = 2 * w, 2 * (w + b)
    densities = [
        -(FREEDOM + 1) / 2 * np.log1p(squares / (FREEDOM * variance)) - np.log(variance) / 2 for variance in (one, two)
    ]
    return np.asarray((densities[0] - densities[1]).sum(axis=2))


def _summary(pairs: Floats, given: np.ndarray, of_subject: list[np.ndarray]) -> _Scored:
    scores = np.full((len(given), len(of_subject)), np.nan)
    for person, places in enumerate(of_subject):
        for sample in range(len(given)):
            others = np.sort(pairs[sample, places[places != sample]])[::-1]
            if len(others):
                scores[sample, person] = others[: -(-len(others) // 2)].mean()
    every = np.arange(len(given))
    own, rest = scores[every, given], scores.copy()
    rest[every, given] = np.nan
    return _Scored(scores, own, np.nanmax(rest, axis=1), np.nanargmax(rest, axis=1))


def _trusted(lead: Floats, of_subject: list[np.ndarray], several: np.ndarray) -> np.ndarray:
    """Subjects all of whose samples fit them; at least half of them, and four."""
    worst = np.array([np.nanmin(lead[k]) if many else -np.inf for k, many in zip(of_subject, several, strict=True)])
    best = np.argsort(-worst, kind="stable")[: max(4, -(-len(worst) // 2))]
    return several & ((worst > 0) | np.isin(np.arange(len(worst)), best))

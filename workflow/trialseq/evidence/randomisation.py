"""One number a subject, and whether arms assigned by chance, or signs, give as much.

A contrast of a trial is the mean over subjects of a weighted sum of their own biopsies, or the difference of two arms
in that. Between arms, arms are re-assigned among subjects; within one arm, the signs of the changes are flipped, which
takes the changes for symmetric about 0 if nothing changes. Tests: `assignments`; estimates: `location`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from trialseq.design.estimands import Estimand, Model, Plan
from trialseq.design.roles import Roles
from trialseq.evidence import location
from trialseq.evidence.assignments import Tested, assignments, flip, reassign
from trialseq.tables import RANDOMISATION, SUBJECT_CHANGES

if TYPE_CHECKING:
    from trialseq.config import Randomisation

FEWEST = 2  # subjects of an arm
EXPLICIT = "an explicit model: roles do not say what was assigned in it"
Moment = tuple[str, str]  # visit, state
Weights = dict[Moment, float]


@dataclass(frozen=True)
class Found:
    """subjects: `tables.SUBJECT_CHANGES`; tests: `tables.RANDOMISATION`."""

    subjects: pd.DataFrame
    tests: pd.DataFrame


@dataclass(frozen=True)
class Scored:
    """values: (samples x sets), columns are the sets' ids; names: of the sets, by id."""

    values: pd.DataFrame
    names: Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """A contrast as one number a subject: weights of its biopsies, in an arm and, where two are compared, in another.

    second, first: weights of what comes later and earlier, the number being their difference; labels: what these are.
    """

    arms: tuple[str, ...]
    second: Weights
    first: Weights
    labels: tuple[str, str]


def randomisation(
    scores: Scored, plan: Plan, explicit: Collection[str], options: Randomisation, confidence: float
) -> Found:
    """Of every contrast, the change of each subject in each score, and the randomisation tests of these.

    explicit: ids of the models that are not derived from roles. A contrast without a test has rows that say why.
    """
    subjects, tests = [SUBJECT_CHANGES.empty()], [RANDOMISATION.empty()]
    for model, estimand in plan.estimands.values():
        rows = pd.DataFrame(
            {"contrast": estimand.id, "set_id": list(scores.names), "set_name": list(scores.names.values())}
        )
        asked = EXPLICIT if model.id in explicit else question(estimand, plan)
        if isinstance(asked, str):
            tests.append(_without(rows, asked))
            continue
        numbers = _Numbers(scores.values, model, estimand, plan, asked)
        if len(rows):
            subjects.append(pd.concat(numbers.table(name) for name in scores.names).assign(contrast=estimand.id))
        tests.append(numbers.tested(rows, options, confidence))
    filled = [[each for each in parts if len(each)] or parts for parts in (subjects, tests)]
    return Found(
        SUBJECT_CHANGES.conform(pd.concat(filled[0], ignore_index=True)),
        RANDOMISATION.conform(
            pd.concat([each.reindex(columns=RANDOMISATION.names) for each in filled[1]], ignore_index=True)
        ),
    )


def question(estimand: Estimand, plan: Plan) -> Question | str:
    """A contrast of a trial as one number a subject, or why it is none."""
    cells = _cells(plan)
    by_arm: dict[str, Weights] = {}
    for name, weight in estimand.weights.items():
        arm, *moment = cells[name]
        by_arm.setdefault(arm, {})[moment[0], moment[1]] = weight
    (_, weights), *others = by_arm.items()
    opposite = {moment: -weight for moment, weight in weights.items()}
    if len(others) > 1 or any(other != opposite for _, other in others):
        return "not a change in one arm, nor a difference of two arms in one number a subject"
    if not others and abs(sum(weights.values())) > 0:
        return "biopsies of one arm that are not compared with each other"
    visits = [visit for visit in plan.levels["visit"] if any(visit == each for each, _ in weights)]
    states = [state for state in plan.levels.get("state", [""]) if any(state == each for _, each in weights)]
    if len(visits) > 1:
        early = {moment: -weight for moment, weight in weights.items() if moment[0] == visits[0]}
        late = {moment: weight for moment, weight in weights.items() if moment[0] != visits[0]}
        effect = f"{states[1]} vs {states[0]}, " if len(states) > 1 else ""
        return Question(tuple(by_arm), late, early, (f"{effect}{visits[0]}", f"{effect}{visits[1]}"))
    if len(states) > 1:
        (low,), (high,) = ([moment for moment in weights if moment[1] == state] for state in states)
        return Question(tuple(by_arm), {high: weights[high]}, {low: -weights[low]}, (states[0], states[1]))
    return Question(tuple(by_arm), weights, {}, ("", visits[0]))


def _cells(plan: Plan) -> dict[str, tuple[str, str, str]]:
    """Arm, visit and state of every cell."""
    arms, visits, states = (plan.levels.get(role, [""]) for role in ("arm", "visit", "state"))
    return {Roles.cell(*each): each for each in product(arms, visits, states)}


class _Numbers:
    """The numbers of the subjects of one contrast.

    subjects: those with every biopsy; arms: of these; left_out: the other subjects of the contrast.
    """

    def __init__(self, scores: pd.DataFrame, model: Model, estimand: Estimand, plan: Plan, asked: Question) -> None:
        cells, used = _cells(plan), set(estimand.samples)
        biopsies: dict[str, dict[Moment, str]] = {}
        arm_of: dict[str, str] = {}
        for sample, cell, subject in zip(model.samples, model.cells, model.subjects, strict=True):
            arm, visit, state = cells[cell]
            if sample in used:
                biopsies.setdefault(subject, {})[visit, state] = sample
                arm_of[subject] = arm
        needed = asked.first.keys() | asked.second.keys()
        self.subjects = [subject for subject, taken in biopsies.items() if needed <= taken.keys()]
        self.left_out = [subject for subject in biopsies if subject not in set(self.subjects)]
        self.arms = np.array([arm_of[subject] for subject in self.subjects], dtype=object)
        self._asked, self._contrast = asked, estimand.id
        taken = [biopsies[subject] for subject in self.subjects]
        self._first, self._second = (
            sum(
                (weight * scores.loc[[each[moment] for each in taken]].to_numpy() for moment, weight in side.items()),
                np.zeros((len(taken), scores.shape[1])),
            )
            for side in (asked.first, asked.second)
        )
        self._columns = list(scores.columns)
        self.values = self._second - self._first

    def table(self, name: str) -> pd.DataFrame:
        """Rows of one score."""
        at = self._columns.index(name)
        return pd.DataFrame(
            {
                "set_id": name,
                "subject": self.subjects,
                "arm": self.arms,
                "first_at": self._asked.labels[0],
                "second_at": self._asked.labels[1],
                "first": self._first[:, at] if self._asked.first else np.nan,
                "second": self._second[:, at],
                "change": self.values[:, at],
            }
        )

    def tested(self, rows: pd.DataFrame, options: Randomisation, confidence: float) -> pd.DataFrame:
        """Tests of all scores; `rows` names them."""
        sizes = [int((self.arms == arm).sum()) for arm in self._asked.arms]
        about: dict[str, Any] = {"arm": self._asked.arms[0], "n_arm": sizes[0], "left_out": " ".join(self.left_out)}
        if len(sizes) > 1:
            about |= {"other_arm": self._asked.arms[1], "n_other_arm": sizes[1]}
        rows = rows.assign(**about)
        if min(sizes) < FEWEST:
            return _without(rows, f"fewer than {FEWEST} subjects with every biopsy in an arm")
        treated = self.arms == self._asked.arms[0] if len(sizes) > 1 else None
        known = pd.Series(np.isfinite(self.values).all(axis=0), index=rows.index)
        values = self.values[:, known.to_numpy()]
        tests: pd.DataFrame = rows[known].assign(
            **dict(self._estimates(values, treated, options.estimate, confidence)),
            **_of_test(_test(values, treated, options), treated),
            test="sign flip" if treated is None else "re-assign",
            estimator=options.estimate,
        )
        return pd.concat([tests, _without(rows[~known], "the score is missing")]) if not known.all() else tests

    def _estimates(
        self, values: np.ndarray, treated: np.ndarray | None, leading: str, confidence: float
    ) -> Iterator[tuple[str, np.ndarray]]:
        number = _number(len(values), treated)
        ranks = location.hodges_lehmann(values, treated, confidence, "exact")
        if 2 / number > 1 - confidence:
            # The widest interval that ranks allow does not reach the level.
            nothing = np.full(values.shape[1], np.nan)
            ranks = location.Located(ranks.estimate, nothing, nothing)
        strata = np.zeros(len(values))
        mean = (
            location.mean(values, confidence)
            if treated is None
            else location.difference(values, treated, strata, confidence)
        )
        for prefix, each in zip(
            ("", "other_"), (ranks, mean) if leading == "hodges_lehmann" else (mean, ranks), strict=True
        ):
            yield f"{prefix}estimate", each.estimate
            yield f"{prefix}ci_low", each.low
            yield f"{prefix}ci_high", each.high


def _number(subjects: int, treated: np.ndarray | None) -> int:
    return 2**subjects if treated is None else assignments([subjects], [int(treated.sum())])


def _test(values: np.ndarray, treated: np.ndarray | None, options: Randomisation) -> Tested:
    if treated is None:
        return flip(values, options.exact_up_to, options.samples, options.seed)
    strata = np.zeros(len(values))
    return reassign(values, treated, strata, options.exact_up_to, options.samples, options.seed)


def _of_test(tested: Tested, treated: np.ndarray | None) -> dict[str, Any]:
    # The mirror image of an assignment is another one only where arms are of one size; a draw counts the trial's own.
    mirrored = treated is None or 2 * int(treated.sum()) == len(treated)
    return {
        "smallest_p_value": (2 if mirrored else 1) / tested.assignments
        if tested.exact
        else 1 / (tested.assignments + 1),
        "p_value": tested.p_values,
        "p_value_error": tested.errors,
        "assignments": tested.assignments,
        "exact": "yes" if tested.exact else "no",
    }


def _without(rows: pd.DataFrame, reason: str) -> pd.DataFrame:
    return rows.assign(test="none", reason=reason)

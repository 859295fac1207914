"""From the roles of a trial to its models and estimands.

Biopsies of one subject share that subject, and those of one visit share that visit. A change is therefore
estimated within subjects, one state at a time; an effect of the state within a subject's visit; and arms at
baseline between subjects, with one biopsy each. Milliken and Johnson, Analysis of Messy Data, vol. 1, on
split-plot and repeated-measures designs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trialseq.design.estimands import Estimand, Joint, Model, Plan
from trialseq.design.roles import Roles
from trialseq.naming import file_name

FEWEST = 2  # subjects (or blocks) behind an estimated cell
FEW_BETWEEN, FEW_WITHIN = 8, 5  # subjects an arm below which simulated trials show that most effects stay unfound
# What a joint test of all estimands of a kind asks; estimands are named kind.<arm>.<state>
ANY = {
    "change": "changes at all from the reference visit, in any arm and at any visit",
    "difference": "changes differently in any of the arms, at any visit",
    "response": "answers to the state at all, in any arm and at any visit",
    "response_change": "answers to the state differently at another visit, in any arm",
    "response_difference": "changes its answer to the state differently in any of the arms, at any visit",
    "baseline": "differs between any of the arms at the reference visit",
}


def derive(roles: Roles) -> Plan:
    """Models and estimands that a trial's sheet supports."""
    notes: list[str] = []
    models = [
        *(_changes(roles, state, notes) for state in roles.states),
        _responses(roles, notes),
        *(_baseline(roles, state, notes) for state in roles.states),
    ]
    return Plan(
        tuple(model for model in models if model is not None and model.estimands),
        roles.columns,
        roles.levels,
        tuple(notes),
    )


@dataclass(frozen=True)
class _Blocked:
    """Samples that have a partner in their block, and a full-rank design for them."""

    frame: pd.DataFrame  # columns stratum, level, block, cell
    matrix: pd.DataFrame
    effects: dict[tuple[str, str], str]  # (stratum, level): column of that level against the reference
    dropped: dict[str, str]


def _blocked(frame: pd.DataFrame, reference: str, partner: str) -> _Blocked:
    """One column a block, and one for each stratum's level that blocks link to the reference level.

    frame: index = samples, columns `block`, `stratum`, `level`; at most one sample a block and level.
    """
    dropped: dict[str, str] = {}
    for stratum, part in frame.groupby("stratum", sort=False):
        linked = _linked(part, reference)
        for sample, level in part["level"].items():
            if level not in linked:
                dropped[str(sample)] = f"no {partner} links {level} to {reference}{_where(str(stratum))}"
    kept = frame.drop(index=list(dropped))
    alone = kept.groupby("block")["level"].transform("size") < FEWEST
    dropped |= {str(sample): f"no partner within the {partner}" for sample in kept.index[alone]}
    kept = kept[~alone]
    for stratum, part in kept.groupby("stratum", sort=False):
        if part["block"].nunique() < FEWEST:
            dropped |= {str(s): f"fewer than {FEWEST} complete blocks{_where(str(stratum))}" for s in part.index}
    kept = kept.drop(index=[sample for sample in kept.index if sample in dropped])
    columns = {f"block[{block}]": kept["block"] == block for block in dict.fromkeys(kept["block"])}
    effects = {}
    for stratum, level in dict.fromkeys(zip(kept["stratum"], kept["level"], strict=True)):
        if level != reference:
            name = f"{stratum}:{level}" if stratum else level
            effects[stratum, level] = name
            columns[name] = (kept["stratum"] == stratum) & (kept["level"] == level)
    return _Blocked(kept, pd.DataFrame(columns, index=kept.index).astype(float), effects, dropped)


def _linked(part: pd.DataFrame, reference: str) -> set[str]:
    """Levels that a chain of blocks links to the reference."""
    blocks = part.groupby("block")["level"].agg(set).tolist()
    linked, before = {reference}, -1
    while len(linked) > before:
        before = len(linked)
        for levels in blocks:
            if levels & linked:
                linked |= levels
    return linked


def _changes(roles: Roles, state: str, notes: list[str]) -> Model | None:
    """Within subjects, in one state: the change in each arm and its difference between arms."""
    frame = roles.frame[roles.frame["state"] == state].copy()
    frame["block"], frame["stratum"], frame["level"] = frame["subject"], frame["arm"], frame["visit"]
    fit = _blocked(frame, roles.visits[0], "subject")
    writer = _Writer(roles, fit.frame, fit.matrix, fit.dropped, frame)
    estimands: list[Estimand] = []
    inside = _where(state=state)
    for visit in roles.visits[1:]:
        for arm in roles.arms:
            where = _where(arm=arm, state=state)
            if (arm, visit) not in fit.effects:
                notes.append(f"No change from {roles.visits[0]} to {visit}{where}: no {FEWEST} pairs.")
                continue
            estimands.append(
                writer.estimand(
                    ("change", arm, state, roles.versus_visit(visit, arm, state)),
                    f"Expression at visit {visit} relative to visit {roles.visits[0]}, within subjects{where}; "
                    f"positive means higher at visit {visit}.",
                    {fit.effects[arm, visit]: 1},
                    {(arm, visit, state): 1, (arm, roles.visits[0], state): -1},
                )
            )
        for arm in roles.arms[1:]:
            control = roles.arms[0]
            if (arm, visit) in fit.effects and (control, visit) in fit.effects:
                estimands.append(
                    writer.estimand(
                        ("difference", f"{arm}_vs_{control}", state, roles.versus_visit(visit, arm, state)),
                        f"Change from {roles.visits[0]} to {visit} in {arm} beyond that in {control}{inside}; "
                        f"positive means a larger rise, or a smaller fall, in {arm}.",
                        {fit.effects[arm, visit]: 1, fit.effects[control, visit]: -1},
                        {
                            (arm, visit, state): 1,
                            (arm, roles.visits[0], state): -1,
                            (control, visit, state): -1,
                            (control, roles.visits[0], state): 1,
                        },
                    )
                )
    return writer.model(("change", state), "subject", estimands)


def _responses(roles: Roles, notes: list[str]) -> Model | None:
    """Within a subject's visit: the effect of the state, its change, and the difference in that."""
    if len(roles.states) < FEWEST:
        return None
    frame = roles.frame.copy()
    frame["block"] = frame["subject"] + " at " + frame["visit"]
    frame["stratum"] = frame["arm"].where(frame["arm"] == "", frame["arm"] + ".") + frame["visit"]
    frame["level"] = frame["state"]
    basal, first = roles.states[0], roles.visits[0]
    fit = _blocked(frame, basal, "subject's visit")
    writer = _Writer(roles, fit.frame, fit.matrix, fit.dropped, frame)

    def effect(arm: str, visit: str, state: str) -> str | None:
        return fit.effects.get((f"{arm}.{visit}" if arm else visit, state))

    def cells(arm: str, visit: str, state: str, weight: float) -> dict[tuple[str, str, str], float]:
        return {(arm, visit, state): weight, (arm, visit, basal): -weight}

    estimands: list[Estimand] = []
    for state in roles.states[1:]:
        versus = roles.versus_state(state)
        for arm in roles.arms:
            for visit in roles.visits:
                column = effect(arm, visit, state)
                if column is None:
                    notes.append(f"No effect of {state} at {visit}{_where(arm=arm)}: no {FEWEST} pairs.")
                    continue
                estimands.append(
                    writer.estimand(
                        ("response", arm, visit, versus),
                        f"Expression in {state} relative to {basal}, within a subject's visit, at visit {visit}"
                        f"{_where(arm=arm)}; positive means higher in {state}.",
                        {column: 1},
                        cells(arm, visit, state, 1),
                    )
                )
        for visit in roles.visits[1:]:
            changes = {arm: (effect(arm, visit, state), effect(arm, first, state)) for arm in roles.arms}
            for arm, (late, early) in changes.items():
                where = _where(arm=arm)
                if late and early:
                    estimands.append(
                        writer.estimand(
                            ("response_change", arm, roles.versus_visit(visit, arm, "also"), versus),
                            f"Effect of {state} (against {basal}) at visit {visit} beyond that at visit {first}"
                            f"{where}; positive means that the effect moved upwards.",
                            {late: 1, early: -1},
                            cells(arm, visit, state, 1) | cells(arm, first, state, -1),
                        )
                    )
            control, (control_late, control_early) = next(iter(changes.items()))
            for arm, (late, early) in list(changes.items())[1:]:
                if late and early and control_late and control_early:
                    estimands.append(
                        writer.estimand(
                            (
                                "response_difference",
                                f"{arm}_vs_{control}",
                                roles.versus_visit(visit, arm, "also"),
                                versus,
                            ),
                            f"Change of the effect of {state} (against {basal}) from {first} to {visit} in {arm} "
                            f"beyond that in {control}; positive means that it moved further upwards in {arm}.",
                            {late: 1, early: -1, control_late: -1, control_early: 1},
                            cells(arm, visit, state, 1)
                            | cells(arm, first, state, -1)
                            | cells(control, visit, state, -1)
                            | cells(control, first, state, 1),
                        )
                    )
    return writer.model(("response",), "subject's visit", estimands)


def _baseline(roles: Roles, state: str, notes: list[str]) -> Model | None:
    """Between subjects, at the reference visit: arms against the reference arm."""
    visit, control = roles.visits[0], roles.arms[0]
    frame = roles.frame[(roles.frame["state"] == state) & (roles.frame["visit"] == visit)]
    sizes = frame["arm"].value_counts()
    arms = [arm for arm in roles.arms if sizes.get(arm, 0) >= FEWEST]
    if len(roles.arms) < FEWEST or control not in arms or len(arms) < FEWEST:
        if len(roles.arms) >= FEWEST:
            notes.append(f"No comparison of arms at {visit}{_where(state=state)}: fewer than {FEWEST} subjects an arm.")
        return None
    dropped = {str(s): f"fewer than {FEWEST} subjects in the arm" for s in frame.index[~frame["arm"].isin(arms)]}
    kept = frame[frame["arm"].isin(arms)]
    columns = {"Intercept": pd.Series(True, index=kept.index)} | {arm: kept["arm"] == arm for arm in arms[1:]}
    writer = _Writer(roles, kept, pd.DataFrame(columns).astype(float), dropped, frame)
    estimands = [
        writer.estimand(
            ("baseline", f"{arm}_vs_{control}", state),
            f"Expression in {arm} relative to {control} at visit {visit}, between subjects{_where(state=state)}; "
            f"positive means higher in {arm}.",
            {arm: 1},
            {(arm, visit, state): 1, (control, visit, state): -1},
        )
        for arm in arms[1:]
    ]
    return writer.model(("baseline", state), "", estimands)


@dataclass(frozen=True)
class _Writer:
    """Writes down the estimands of one design, with who takes part."""

    roles: Roles
    kept: pd.DataFrame
    matrix: pd.DataFrame
    dropped: dict[str, str]
    frame: pd.DataFrame  # all samples that the design might have used

    def estimand(
        self,
        parts: Sequence[str],
        says: str,
        columns: dict[str, float],
        cells: dict[tuple[str, str, str], float],
    ) -> Estimand:
        names = {self.roles.cell(*cell): weight for cell, weight in cells.items()}
        used = self.kept[self.kept["cell"].isin(names)]
        outside = self.roles.dropped | self.dropped
        concerned = set(self.frame.index[self.frame["cell"].isin(names)]) | set(self.roles.dropped)
        vector = tuple(float(columns.get(column, 0)) for column in self.matrix.columns)
        return Estimand(
            file_name(*(part for part in parts if part)),
            says,
            vector,
            names,
            tuple(used.index),
            tuple(dict.fromkeys(used["subject"])),
            {sample: why for sample, why in outside.items() if sample in concerned},
            _few(used),
        )

    def model(self, parts: Sequence[str], block: str, estimands: list[Estimand]) -> Model | None:
        if self.matrix.empty:
            return None
        rows = tuple(tuple(row) for row in self.matrix.to_numpy().tolist())
        return Model(
            file_name(*(part for part in parts if part)),
            tuple(self.matrix.index),
            tuple(self.kept["cell"]),
            tuple(self.matrix.columns),
            rows,
            block,
            tuple(estimands),
            tuple(_joint(estimands, "".join(parts[1:]))),
            tuple(self.kept["subject"]),
        )


def _few(used: pd.DataFrame) -> tuple[str, ...]:
    """What to beware of where few subjects take part: shares of strong effects found in docs/calibration.md."""
    by_arm = used.groupby("arm", observed=True)["subject"].nunique()
    fewest = int(by_arm.min())
    if len(by_arm) > 1 and fewest < FEW_BETWEEN:
        return (
            f"With {fewest} subjects in an arm most differences between arms stay unfound, strong ones too: a gene "
            "that is not called may differ all the same.",
        )
    if fewest < FEW_WITHIN:
        return (
            f"With {fewest} subjects about half of the strong effects stay unfound: a gene that is not called may "
            "change all the same.",
        )
    return ()


def _joint(estimands: Sequence[Estimand], state: str) -> Iterator[Joint]:
    """For each kind of which a model has several estimands, the test of all at once."""
    for kind, question in ANY.items():
        several = [each for each in estimands if each.id.split(".")[0] == kind]
        if len(several) >= FEWEST:
            says = (
                f"Whether expression {question}{_where(state=state)}: at least one of "
                f"{', '.join(each.id for each in several)} is not 0. A small p value says that one is, not which."
            )
            yield Joint.of(file_name(f"any_{kind}", *filter(None, [state])), says, several)


def _where(arm: str = "", state: str = "") -> str:
    """`, in NMN, Basal`: the parts that the trial has."""
    parts = [part for part in (arm, state) if part]
    return f", in {', '.join(parts)}" if parts else ""


def residual_degrees(plan: Plan) -> Iterator[tuple[Model, int]]:
    """Each model with its samples beyond its columns."""
    for model in plan.models:
        yield model, len(model.samples) - int(np.linalg.matrix_rank(np.array(model.rows)))

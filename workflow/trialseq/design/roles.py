"""The roles of a trial, read from a sample sheet."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from trialseq.config import Role, Trial
from trialseq.problems import InputError, Problem, closest, listing

FEWEST_LEVELS = 2


@dataclass(frozen=True)
class Roles:
    """Who was biopsied when, in which arm and state.

    frame: index = samples, columns `subject`, `arm`, `visit`, `state`, `cell`, all text; `arm` and `state` are
    empty where the trial has none.
    """

    frame: pd.DataFrame
    columns: dict[str, str]
    levels: dict[str, list[str]]
    dropped: dict[str, str]

    @property
    def arms(self) -> list[str]:
        """Arms, the reference first; one empty name where there are none."""
        return self.levels.get("arm", [""])

    @property
    def visits(self) -> list[str]:
        """Visits, the reference first."""
        return self.levels["visit"]

    @property
    def states(self) -> list[str]:
        """States, the reference first; one empty name where there are none."""
        return self.levels.get("state", [""])

    @staticmethod
    def cell(arm: str, visit: str, state: str) -> str:
        """Name of a cell, such as `NMN.after.Basal`."""
        return ".".join(part for part in (arm, visit, state) if part)

    def versus_visit(self, visit: str, *others: str) -> str:
        """`week10_vs_before` where the id needs it: more than two visits, or nothing else in it."""
        needed = len(self.visits) > FEWEST_LEVELS or not any(others)
        return f"{visit}_vs_{self.visits[0]}" if needed else ""

    def versus_state(self, state: str) -> str:
        """`Insulin_vs_Basal` where there are more than two states."""
        return f"{state}_vs_{self.states[0]}" if len(self.states) > FEWEST_LEVELS else ""


def read_roles(samples: pd.DataFrame, trial: Trial) -> Roles:
    """Find subjects, arms, visits and states in a sample sheet.

    Raises InputError with every misspelt column and level, subjects in two arms, and repeated biopsies.
    """
    given = {name: role for name in ("arm", "visit", "state") if (role := getattr(trial, name)) is not None}
    problems = [
        Problem(f"trial.{name}", "a column of the sample sheet", column, closest(column, samples.columns))
        for name, column in [
            ("subject.column", trial.subject.column),
            *(("subject.within", each) for each in trial.subject.within),
            *((f"{name}.column", role.column) for name, role in given.items()),
        ]
        if column not in samples
    ]
    levels = {
        name: _levels(f"trial.{name}", text(samples[role.column]), role, problems)
        for name, role in given.items()
        if role.column in samples
    }
    if problems:
        raise InputError(problems)

    frame = pd.DataFrame({"subject": text(samples[trial.subject.column])}, index=samples.index)
    for column in reversed(trial.subject.within):
        frame["subject"] = text(samples[column]) + ":" + frame["subject"]
    dropped: dict[str, str] = {}
    for name in ("arm", "visit", "state"):
        frame[name] = text(samples[given[name].column]) if name in given else ""
    for name in given:
        for sample, level in frame[name][~frame[name].isin(levels[name])].items():
            dropped.setdefault(str(sample), f"{name} {level} is not among the levels" if level else f"no {name} given")
    missing = text(samples[trial.subject.column]) == ""
    dropped |= {str(sample): "no subject given" for sample in frame.index[missing]}
    frame = frame.drop(index=list(dropped))
    frame["cell"] = [Roles.cell(*cell) for cell in frame[["arm", "visit", "state"]].itertuples(index=False, name=None)]
    problems = [*_two_arms(frame, trial), *_repeated(frame)]
    if problems:
        raise InputError(problems)
    columns = {"subject": trial.subject.column} | {name: role.column for name, role in given.items()}
    return Roles(frame, columns, levels, dropped)


def text(values: pd.Series) -> pd.Series:
    """Labels as text: whole numbers without a point, missing values empty."""

    def label(value: object) -> str:
        if value is None or (not isinstance(value, str) and pd.isna(value)):  # type: ignore[call-overload]
            return ""
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)

    return values.astype(object).map(label)


def _levels(entry: str, values: pd.Series, role: Role, problems: list[Problem]) -> list[str]:
    found = [level for level in dict.fromkeys(values) if level]
    wanted = role.levels or found
    where = f"a level of column {role.column}"
    problems += [
        Problem(f"{entry}.{key}", where, level, closest(level, found))
        for key, level in [("reference", role.reference), *(("levels", level) for level in role.levels or ())]
        if level not in found
    ]
    if role.reference in found and role.reference not in wanted:
        problems.append(Problem(f"{entry}.levels", f"the reference {role.reference} among the levels", listing(wanted)))
    elif role.reference in found and len(set(wanted)) < FEWEST_LEVELS:
        hint = "leave the role out, or check the filter of samples" if entry != "trial.visit" else ""
        problems.append(Problem(entry, f"at least two levels in column {role.column}", listing(wanted), hint))
    return [role.reference, *(level for level in dict.fromkeys(wanted) if level != role.reference)]


def _two_arms(frame: pd.DataFrame, trial: Trial) -> list[Problem]:
    arms = frame.groupby("subject", sort=False)["arm"].agg(lambda column: sorted(set(column)))
    both = arms[arms.map(len) > 1]
    if both.empty or trial.arm is None:
        return []
    shown = listing(f"{subject} in {' and '.join(names)}" for subject, names in both.items())
    hint = (
        f"one subject takes part in one arm; where numbers repeat between groups and mean different people, write "
        f"subject: {{column: {trial.subject.column}, within: [{trial.arm.column}]}}"
    )
    return [Problem("trial.subject", "each subject in one arm", shown, hint)]


def _repeated(frame: pd.DataFrame) -> list[Problem]:
    groups = frame.groupby(["subject", "visit", "state"], sort=False)
    repeated = [f"{subject}: {', '.join(map(str, part.index))}" for (subject, *_), part in groups if len(part) > 1]
    if not repeated:
        return []
    return [
        Problem(
            "trial.subject",
            "one sample of a subject at each visit and state",
            listing(repeated, 5),
            "sum technical replicates before, exclude one, or name the groups in subject.within where numbers repeat",
        )
    ]

"""Explicit models: a formula, a full-rank matrix, contrasts of cell means."""

from __future__ import annotations

import re
from itertools import product
from math import prod
from typing import Any

import numpy as np
import pandas as pd

from trialseq.config import Contrast, ExplicitModel, JointTest
from trialseq.design.estimands import Estimand, Joint, Model
from trialseq.design.grammar import Formula, GrammarError, parse_contrast, parse_formula, resolve_cell
from trialseq.design.roles import text
from trialseq.naming import file_name
from trialseq.problems import InputError, Problem, closest, listing
from trialseq.sources.filters import keep

TOLERANCE = 1e-8
FEWEST = 2  # samples in a cell
WIDEST = 5000  # columns of a design that is built before its rank is known


def model(samples: pd.DataFrame, options: ExplicitModel, subject: str | None, entry: str) -> Model:
    """Build one explicit model.

    samples: sample sheet. subject: the column of subjects where a trial names one. Raises InputError with
    unknown columns and levels, entangled terms, cells of one sample, and contrasts that are none.
    """
    try:
        formula = parse_formula(options.formula)
    except GrammarError as error:
        raise InputError(Problem(f"{entry}.formula", str(error), options.formula)) from None
    frame, dropped = _frame(samples, formula, options, entry)
    levels = _levels(frame, options, entry)
    _refuse_wide(frame, formula, levels, entry)
    design = _Design(frame, formula, levels)
    _refuse_entangled(design.matrix, entry, options.formula)

    problems: list[Problem] = []
    asked = {f"{entry}.contrasts.{index}.expression": each for index, each in enumerate(options.contrasts)}
    asked |= _of_joint_tests(options, entry)
    cells: dict[str, list[tuple[dict[str, str], float]]] = {}
    for where, contrast in asked.items():
        try:
            cells[where] = _cells(contrast, levels)
        except GrammarError as error:
            known = [level for values in levels.values() for level in values]
            problems.append(Problem(where, str(error), contrast.expression, f"levels are {listing(known)}"))
    named = {factor for each in cells.values() for cell, _ in each for factor in cell}
    factors = [factor for factor in levels if factor in named]
    of_sample = frame[factors].agg(".".join, axis=1) if factors else pd.Series("", index=frame.index)
    estimands: dict[str, Estimand] = {}
    for where, weights in cells.items():
        takes_part = pd.Series(False, index=frame.index)
        for cell, _ in weights:
            members = (frame[list(cell)] == pd.Series(cell)).all(axis=1)
            takes_part |= members
            if members.sum() < FEWEST:
                found = f"{'.'.join(cell.values())}: {members.sum()}"
                place = where.removesuffix(".expression")
                problems.append(Problem(place, f"at least {FEWEST} samples in each cell", found))
        used = frame.index[takes_part]
        vector = sum(weight * design.mean(cell) for cell, weight in weights)
        subjects = tuple(dict.fromkeys(text(samples.loc[used, subject]))) if subject in samples else ()
        contrast = asked[where]
        estimands[contrast.id] = Estimand(
            file_name(*contrast.id.split(".")) if contrast in options.contrasts else contrast.id,
            contrast.says or f"{contrast.expression}; positive means that this is above zero.",
            tuple(np.asarray(vector, dtype=float).tolist()),
            {".".join(cell.values()): weight for cell, weight in weights},
            tuple(used),
            subjects,
            dropped,
        )
    if len(frame) - design.matrix.shape[1] < 1:
        found = f"{len(frame)} samples, {design.matrix.shape[1]} columns"
        problems.append(Problem(f"{entry}.formula", "more samples than columns of the design", found))
    if problems:
        raise InputError(problems)
    rows = tuple(tuple(row) for row in design.matrix.to_numpy().tolist())
    return Model(
        file_name(options.id),
        tuple(frame.index),
        tuple(of_sample),
        tuple(design.matrix.columns),
        rows,
        "",
        tuple(estimands[contrast.id] for contrast in options.contrasts),
        tuple(_joint(test, [estimands[name] for name in test.contrasts]) for test in options.joint),
        tuple(text(samples.loc[frame.index, subject])) if subject in samples else (),
    )


def _of_joint_tests(options: ExplicitModel, entry: str) -> dict[str, Contrast]:
    """Contrasts that only joint tests name, by where they stand: an expression is its own id."""
    ids = {contrast.id for contrast in options.contrasts}
    return {
        f"{entry}.joint.{index}.contrasts.{place}": Contrast.model_construct(id=name, expression=name)
        for index, test in enumerate(options.joint)
        for place, name in enumerate(test.contrasts)
        if name not in ids
    }


def _joint(test: JointTest, estimands: list[Estimand]) -> Joint:
    says = test.says or (
        f"Whether at least one of {', '.join(each.id for each in estimands)} is not 0. "
        "A small p value says that one is, not which."
    )
    return Joint.of(file_name(*test.id.split(".")), says, estimands)


def _frame(
    samples: pd.DataFrame, formula: Formula, options: ExplicitModel, entry: str
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Columns of the formula for the samples that take part, and who does not, with the reason."""
    wanted = [(f"{entry}.formula", name) for name in formula.columns]
    wanted += [(f"{entry}.reference", name) for name in options.reference]
    wanted += [(f"{entry}.categorical", name) for name in options.categorical]
    problems = [
        Problem(where, "a column of the sample sheet", name, closest(name, samples.columns))
        for where, name in wanted
        if name not in samples
    ]
    if problems:
        raise InputError(problems)
    dropped = {}
    if options.subset:
        kept = keep(samples, options.subset, f"{entry}.subset")
        dropped = {str(sample): f"not in {options.subset}" for sample in samples.index[~kept]}
        samples = samples[kept]
    columns = {}
    for name in formula.columns:
        column = samples[name]
        numeric = pd.api.types.is_numeric_dtype(column) and name not in {*options.categorical, *options.reference}
        columns[name] = column.astype(float) if numeric else text(column).replace("", None)
    frame = pd.DataFrame(columns, index=samples.index)
    incomplete = frame.isna()
    dropped |= {str(s): f"no {listing(row.index[row])} given" for s, row in incomplete.iterrows() if row.any()}
    frame = frame[~incomplete.any(axis=1)]
    if frame.empty:
        raise InputError(Problem(entry, "samples with every column of the formula", "none"))
    # Centred, so that cell means are those of a sample with average covariates.
    for name in frame.columns[[pd.api.types.is_numeric_dtype(dtype) for dtype in frame.dtypes]]:
        frame[name] -= frame[name].mean()
    return frame, dropped


def _levels(frame: pd.DataFrame, options: ExplicitModel, entry: str) -> dict[str, list[str]]:
    levels, problems = {}, []
    for name in frame.columns:
        if pd.api.types.is_numeric_dtype(frame[name]):
            continue
        found = list(dict.fromkeys(frame[name]))
        reference = options.reference.get(name, found[0])
        if reference not in found:
            where = f"{entry}.reference.{name}"
            problems.append(Problem(where, f"a level of column {name}", reference, closest(reference, found)))
        elif len(found) == 1:
            problems.append(Problem(f"{entry}.formula", f"at least two levels in column {name}", found[0]))
        levels[name] = [reference, *(level for level in found if level != reference)]
    for name in frame.columns.difference(list(levels)):
        if np.allclose(frame[name], 0):
            problems.append(Problem(f"{entry}.formula", f"a column {name} that varies", "one value"))
    if problems:
        raise InputError(problems)
    return levels


def _cells(contrast: Contrast, levels: dict[str, list[str]]) -> list[tuple[dict[str, str], float]]:
    weights = parse_contrast(contrast.expression)
    if abs(sum(weights.values())) > TOLERANCE:
        raise GrammarError(f"weights that sum to 0, not {sum(weights.values()):g}")
    return [(resolve_cell(cell, levels), weight) for cell, weight in weights.items()]


class _Design:
    """A model matrix in treatment coding, and the mean of any cell as weights on its columns."""

    def __init__(self, frame: pd.DataFrame, formula: Formula, levels: dict[str, list[str]]) -> None:
        from formulaic import Formula as Formulaic

        # Columns get names of ours, so that no name of a user's is ever read as a formula.
        self._alias = {name: f"f{index}" for index, name in enumerate(formula.columns)}
        terms = [":".join(self._alias[name] for name in term) for term in formula.terms]
        self._levels = levels
        matrix = Formulaic(" + ".join(["1" if formula.intercept else "0", *terms])).get_model_matrix(self._coded(frame))
        self._spec = matrix.model_spec
        self.matrix = pd.DataFrame(matrix).astype(float)
        self.matrix.columns = [self._readable(column) for column in self.matrix.columns]

    def _readable(self, column: str) -> str:
        """`f0[T.L1]:f1` as `time[post]:age`."""
        names = {alias: name for name, alias in self._alias.items()}

        def factor(match: re.Match[str]) -> str:
            name = names[match[1]]
            return f"{name}[{self._levels[name][int(match[2])]}]" if match[2] else name

        return re.sub(r"(f\d+)(?:\[(?:T\.)?L(\d+)\])?", factor, column) if column != "Intercept" else column

    def _coded(self, frame: pd.DataFrame) -> pd.DataFrame:
        columns: dict[str, Any] = {}
        for name, alias in self._alias.items():
            if name in self._levels:
                levels = self._levels[name]
                codes = [levels.index(level) for level in frame[name]]
                safe = pd.Index([f"L{code}" for code in range(len(levels))])
                columns[alias] = pd.Categorical.from_codes(codes, categories=safe)
            else:
                columns[alias] = frame[name]
        return pd.DataFrame(columns, index=frame.index)

    def mean(self, cell: dict[str, str]) -> np.ndarray:
        """Weights on the columns that give a cell's mean: other factors averaged over their levels equally."""
        grid = [[cell[name]] if name in cell else self._levels[name] for name in self._levels]
        rows = pd.DataFrame(list(product(*grid)), columns=list(self._levels))
        for name in self._alias:
            if name not in self._levels:
                rows[name] = 0.0
        weights: np.ndarray = np.asarray(self._spec.get_model_matrix(self._coded(rows)), dtype=float).mean(axis=0)
        return weights


def _refuse_wide(frame: pd.DataFrame, formula: Formula, levels: dict[str, list[str]], entry: str) -> None:
    """Raise InputError where a design would be far wider than it is long, before it takes memory."""
    width = sum(prod(len(levels.get(name, "1")) for name in term) for term in formula.terms)
    if width > max(10 * len(frame), WIDEST):
        expected = f"terms of at most {max(10 * len(frame), WIDEST):,} columns"
        raise InputError(Problem(f"{entry}.formula", expected, f"{width:,} combinations of levels"))


def _refuse_entangled(matrix: pd.DataFrame, entry: str, formula: str) -> None:
    """Raise InputError where columns of a design are combinations of others, with their names."""
    independent: list[str] = []
    tangles = []
    for name in matrix.columns:
        column = matrix[name].to_numpy()
        basis = matrix[independent].to_numpy()
        weights, *_ = np.linalg.lstsq(basis, column, rcond=None) if independent else (np.zeros(0),)
        left = column - (basis @ weights if independent else 0)
        if np.linalg.norm(left) > TOLERANCE * max(1.0, float(np.linalg.norm(column))):
            independent.append(name)
        else:
            partners = [each for each, weight in zip(independent, weights, strict=True) if abs(weight) > TOLERANCE]
            tangles.append([name, *partners])
    if tangles:
        terms = dict.fromkeys(
            part.partition("[")[0] for tangle in tangles for name in tangle for part in name.split(":")
        )
        names = [term for term in terms if term != "Intercept"]
        found = (
            f"{' and '.join(names)} are entangled" if len(names) > 1 else f"{names[0]} is constant or repeats itself"
        )
        hint = "samples that differ in one also differ in the other: leave one out of the formula"
        raise InputError(Problem(f"{entry}.formula", f"terms of {formula} that can be told apart", found, hint))

"""Sample sheets: types of columns, and the options of `samples`."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from trialseq.config import Samples
from trialseq.problems import InputError, Problem, closest
from trialseq.sources.filters import keep
from trialseq.sources.readers import MISSING

# A number with a leading zero (007), or with more digits than a float tells apart, is a label.
_INTEGER = re.compile(r"-?\d+")
_NUMBER = re.compile(r"-?((0|[1-9]\d{0,14})(\.\d*)?|\.\d+)([eE][-+]?\d{1,2})?")


def missing_as_nan(sheet: pd.DataFrame) -> pd.DataFrame:
    """Text with NaN in place of what stands for a missing value."""
    return sheet.where(~sheet.isin(MISSING), np.nan).astype(object)


def recoded(sheet: pd.DataFrame, recode: Mapping[str, Mapping[str, str]]) -> tuple[pd.DataFrame, list[Problem]]:
    """Give levels other names, and types to all other columns: int64 or float64 where every value is a number.

    sheet: text, with NaN where a value is missing. Returns the sheet, and a problem for each unknown column or
    level.
    """
    problems = []
    columns: dict[object, pd.Series] = {name: sheet[name] if name in recode else _typed(sheet[name]) for name in sheet}
    for name, names in recode.items():
        entry = f"samples.recode.{name}"
        if name not in sheet:
            problems.append(Problem(entry, "a column of the sample sheet", name, closest(name, sheet.columns)))
            continue
        known = sheet[name].dropna().unique()
        problems += [
            Problem(entry, f"levels of column {name}", level, closest(level, known))
            for level in names
            if level not in known
        ]
        columns[name] = pd.Series([names.get(level, level) for level in sheet[name]], sheet.index, dtype=object)
    return pd.DataFrame(columns, index=sheet.index), problems


def _typed(values: pd.Series) -> pd.Series:
    present = values.dropna()
    if present.empty or not all(_NUMBER.fullmatch(each) for each in present):
        return values
    if len(present) == len(values) and all(_INTEGER.fullmatch(each) for each in present):
        return values.astype("int64")
    return values.astype("float64")


def subset(sheet: pd.DataFrame, options: Samples, problems: list[Problem]) -> pd.DataFrame:
    """The samples that the filter keeps; its problems are added to `problems`."""
    if not options.subset:
        return sheet
    try:
        return sheet[keep(sheet, options.subset, "samples.subset")]
    except InputError as error:
        problems += error.problems
        return sheet

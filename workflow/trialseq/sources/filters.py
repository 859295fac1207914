"""The small language of filters on samples. Nothing is ever evaluated as code.

filter    := condition {"and" condition}
condition := column ("==" | "!=") value | column ["not"] "in" "[" value {"," value} "]"
column, value := a bare word, or text in "double", 'single' or `back` quotes
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from trialseq.problems import InputError, Problem, closest

LONGEST = 2000
_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>"[^"]*"|'[^']*'|`[^`]*`)|(?P<mark>==|!=|[\[\],])|(?P<word>[^\s=!,\[\]"'`]+))"""
)


@dataclass(frozen=True)
class Condition:
    """A column, and the levels that it must (or must not) have."""

    column: str
    levels: tuple[str, ...]
    within: bool


class FilterError(ValueError):
    """What was expected where a filter does not follow the grammar."""


def keep(samples: pd.DataFrame, expression: str, entry: str) -> pd.Series[bool]:
    """Which samples satisfy a filter such as `disease == DM1 and time in [pre, post]`.

    samples: sample sheet; values are compared as text, and a missing value satisfies no condition. entry: the
    option that holds the filter. Returns booleans in the sheet's index. Raises InputError with a broken filter,
    or with every column and level that the sheet does not have.
    """
    try:
        conditions = parse(expression)
    except FilterError as error:
        hint = "such as `disease == DM1 and time in [pre, post]`; names with spaces go in quotes"
        raise InputError(Problem(entry, str(error), expression, hint)) from None
    problems: list[Problem] = []
    kept = pd.Series(True, index=samples.index, dtype=bool)
    for condition in conditions:
        if condition.column not in samples:
            hint = closest(condition.column, samples.columns)
            problems.append(Problem(entry, "a column of the sample sheet", condition.column, hint))
            continue
        column = labels(samples[condition.column])
        known = [level for level in dict.fromkeys(column) if level]
        problems += [
            Problem(entry, f"a level of column {condition.column}", value, closest(value, known))
            for value in condition.levels
            if value not in known
        ]
        kept &= (column.isin(condition.levels) == condition.within) & (column != "")
    if problems:
        raise InputError(problems)
    return kept


def labels(values: pd.Series) -> pd.Series:
    """Values as a user writes them: whole numbers without a point, missing values empty."""

    def label(value: object) -> str:
        if isinstance(value, float):
            return "" if value != value else str(int(value)) if value.is_integer() else str(value)
        return "" if value is None or value is pd.NA else str(value)

    return values.astype(object).map(label)


def parse(expression: str) -> list[Condition]:
    """Conditions of a filter, all of which must hold. Raises FilterError."""
    tokens = _tokens(expression)
    conditions = [_condition(tokens)]
    while tokens:
        if tokens.pop(0) != ("word", "and"):
            raise FilterError("`and` between two conditions")
        conditions.append(_condition(tokens))
    return conditions


def _tokens(text: str) -> list[tuple[str, str]]:
    if len(text) > LONGEST:
        raise FilterError(f"at most {LONGEST} characters")
    tokens, at, text = [], 0, text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise FilterError(f"a known mark at `{text[at : at + 20].strip()}`")
        value = match[match.lastgroup]
        tokens.append((match.lastgroup, value[1:-1] if match.lastgroup == "quoted" else value))
        at = match.end()
    return tokens


def _condition(tokens: list[tuple[str, str]]) -> Condition:
    column = _name(tokens, "a column")
    sign = tokens.pop(0) if tokens else ("", "")
    if sign in {("mark", "=="), ("mark", "!=")}:
        return Condition(column, (_name(tokens, "a value"),), sign[1] == "==")
    within = sign != ("word", "not")
    if not within:
        sign = tokens.pop(0) if tokens else ("", "")
    if sign != ("word", "in"):
        raise FilterError(f"==, !=, in or not in after {column}")
    values, mark = [], "["
    _take(tokens, "[")
    while mark != "]":
        values.append(_name(tokens, "a value"))
        mark = _take(tokens, ",", "]")
    return Condition(column, tuple(values), within)


def _name(tokens: list[tuple[str, str]], what: str) -> str:
    if not tokens or tokens[0][0] == "mark" or tokens[0] in {("word", each) for each in ("and", "in", "not")}:
        raise FilterError(f"{what} {f'before `{tokens[0][1]}`' if tokens else 'at the end'}")
    return tokens.pop(0)[1]


def _take(tokens: list[tuple[str, str]], *marks: str) -> str:
    if not tokens or tokens[0] not in {("mark", each) for each in marks}:
        raise FilterError(f"{' or '.join(marks)} {f'before `{tokens[0][1]}`' if tokens else 'at the end'}")
    return tokens.pop(0)[1]

"""Roles that go with how samples were processed: then the one cannot be told from the other. Needs no counts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from trialseq.config import Config, Quality
from trialseq.design.roles import text
from trialseq.problems import InputError, Problem, closest, listing
from trialseq.qc.sex import UNKNOWN, WORDS

USUAL = re.compile(r"(?i)(?:^|[^a-z])(?:batch|plate|lane|flow_?cell|rin|run|centre|center)(?:[^a-z]|$)")


def technical(sheet: pd.DataFrame, options: Quality) -> list[str]:
    """Technical columns: as the options have them, or by their usual names."""
    if options.technical is not None:
        return list(options.technical)
    return [str(name) for name in sheet if USUAL.search(str(name))]


def check_columns(sheet: pd.DataFrame, options: Quality) -> None:
    """Raise InputError where the options name columns that are not in the sheet, or a sex that is no word for one."""
    asked = [(f"qc.technical.{place}", name) for place, name in enumerate(options.technical or ())]
    asked += [("qc.sex_column", options.sex_column)] if options.sex_column else []
    problems = [
        Problem(entry, "a column of the sample sheet", name, closest(name, sheet.columns))
        for entry, name in asked
        if name not in sheet
    ]
    if options.sex_column in sheet:
        found = {value.strip().lower() for value in text(sheet[options.sex_column])}
        if odd := sorted(found - set(WORDS) - UNKNOWN):
            hint = "give levels other names in samples.recode"
            problems.append(Problem("qc.sex_column", f"one of {', '.join(WORDS)}", listing(odd), hint))
    if problems:
        raise InputError(problems)


def warnings(sheet: pd.DataFrame, config: Config) -> Iterator[str]:
    """A sentence for each role and technical column that go together beyond `qc.entangled`, with the number."""
    trial = config.trial
    roles: dict[str, str] = {}
    if trial is not None:
        given = {"arm": trial.arm, "visit": trial.visit, "state": trial.state}
        roles = {role.column: name for name, role in given.items() if role is not None}
    for model in config.models:
        roles |= {
            column: "a factor of a model" for column in model.reference if column in sheet and column not in roles
        }
    subject = text(sheet[trial.subject.column]) if trial is not None else pd.Series(sheet.index, index=sheet.index)
    for column in technical(sheet, config.qc):
        for role in [name for name in roles if name != column]:
            # Biopsies of one subject that were processed alike count once: they say the same.
            each = pd.DataFrame({"subject": subject, "role": text(sheet[role]), "technical": sheet[column]})
            each = each[each["role"] != ""].drop_duplicates()
            name, value = association(each["role"], each["technical"])
            if value >= config.qc.entangled:
                yield (
                    f"{roles[role]} ({role}) goes with the technical column {column} ({name} = {value:.2f}): effects "
                    f"of {role} and of {column} cannot be told apart well."
                )


def association(groups: pd.Series, values: pd.Series) -> tuple[str, float]:
    """How far groups go with a technical column, from 0 to 1, corrected for what chance alone would give.

    Text: Cramer's V with the correction of Bergsma 2013 (J Korean Stat Soc 42:323). Numbers: epsilon squared (Kelley
    1935), the R squared of a one-way analysis of variance, adjusted. 0 where one of the two does not vary.
    """
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        given = values.notna().to_numpy()
        numbers, codes = values.to_numpy(dtype=float)[given], pd.factorize(groups[given])[0]
        n, k = len(numbers), len(set(codes))
        total = float(((numbers - numbers.mean()) ** 2).sum()) if n else 0.0
        if k < 2 or n <= k or total == 0:
            return "adjusted R²", 0.0
        within = sum(float(((part - part.mean()) ** 2).sum()) for part in (numbers[codes == c] for c in set(codes)))
        return "adjusted R²", max(0.0, 1 - within / total * (n - 1) / (n - k))
    labels = text(values)
    table = pd.crosstab(groups[labels != ""], labels[labels != ""]).to_numpy(dtype=float)
    n = table.sum()
    if min(table.shape, default=0) < 2 or n < 2:
        return "Cramér's V", 0.0
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / n
    r, c = table.shape
    phi = max(0.0, float(((table - expected) ** 2 / expected).sum()) / n - (r - 1) * (c - 1) / (n - 1))
    least = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
    return "Cramér's V", min(1.0, float(np.sqrt(phi / least))) if least > 0 else 0.0

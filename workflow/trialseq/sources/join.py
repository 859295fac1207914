"""What names and titles say of a sample, beside what the series matrix says."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialseq.config import Join
from trialseq.problems import InputError, Problem, listing
from trialseq.sources.patterns import Search


def groups(pattern: str, texts: pd.Series, entry: str) -> pd.DataFrame:
    """Named groups of a pattern searched in texts: a row for each text that matches, NaN for a group without.

    entry: the option that holds the pattern. Raises InputError where it takes too long.
    """
    search = Search(pattern, entry)
    found = {label: match.groupdict() for label, text in texts.items() if (match := search(str(text)))}
    columns = list(search.pattern.groupindex)
    frame = pd.DataFrame(list(found.values()), columns=columns, dtype=object)
    return frame.where(frame.notna(), np.nan).set_axis(pd.Index(list(found), dtype=object), axis=0)


def titled(series: pd.DataFrame, pattern: str, entry: str) -> tuple[pd.DataFrame, list[str]]:
    """Samples of a series whose titles match, with the groups as columns; and notices.

    Raises InputError where no title matches.
    """
    fields = groups(pattern, series["title"].fillna(""), entry)
    if fields.empty:
        raise InputError(Problem(entry, "a pattern that is found in titles of the series", listing(series["title"])))
    left = series["title"].drop(index=fields.index)
    notices = []
    if len(left):
        shown = listing((f"{gsm} ({title})" for gsm, title in left.items()), len(left))
        notices.append(f"Samples of the series whose titles do not match {entry} were left out: {shown}.")
    sheet, said = _beside(fields, series.loc[fields.index])
    return sheet, notices + said


def joined(fields: pd.DataFrame, series: pd.DataFrame, options: Join) -> tuple[pd.DataFrame, list[str]]:
    """The sample sheet of a file's columns, and notices.

    fields: groups of each column's name, index = columns. series: as `read_series_matrix` gives it. Where several
    samples of the series agree with a column, only characteristics that do not differ between them are joined.
    Raises InputError with the columns that no sample of the series agrees with.
    """
    keys = pd.DataFrame({"gsm": series.index}, index=series.index)
    if options.pattern:
        keys = (
            groups(options.pattern, series["title"].fillna(""), "source.join.pattern")
            .drop(columns="gsm", errors="ignore")
            .join(keys)
        )
    keys = keys[options.by].dropna()
    members: dict[tuple[str, ...], list[str]] = {}
    for gsm, *key in keys.itertuples(name=None):
        members.setdefault(tuple(key), []).append(gsm)
    wanted = [tuple(key) for key in fields[options.by].itertuples(index=False, name=None)]
    alone = [
        f"{name} ({_said(options.by, key)})"
        for name, key in zip(fields.index, wanted, strict=True)
        if key not in members
    ]
    if alone:
        hint = f"the series has {listing(_said(options.by, key) for key in members) or 'none'}; see source.join"
        raise InputError(
            Problem("source.join", "a sample of the series for every column of counts", listing(alone), hint)
        )

    matched = [members[key] for key in wanted]
    described = series.drop(columns="title")
    if all(len(each) == 1 for each in matched):
        described = series.assign(gsm=series.index)
    columns, notices = _agreed(described, matched, listing(options.by))
    unused = series.index.difference([gsm for each in matched for gsm in each], sort=False)
    if len(unused):
        notices.append(f"Samples of the series without counts in the file: {listing(unused, len(unused))}.")
    sheet, said = _beside(fields, columns.set_axis(fields.index, axis=0))
    return sheet, notices + said


def _agreed(described: pd.DataFrame, matched: list[list[str]], by: str) -> tuple[pd.DataFrame, list[str]]:
    """What all samples of the series that match a column say alike, a row for each column; and notices."""
    columns: dict[str, list[object]] = {}
    varying, filled = [], []
    for name in described.columns:
        said = [described[name].loc[each] for each in matched]
        values = [each.dropna().unique() for each in said]
        partly = any(each.hasnans and each.notna().any() for each in said)
        # What is said of some samples alone, and is everywhere the same, tells samples apart and not subjects.
        if any(len(each) > 1 for each in values) or (partly and len({each[0] for each in values if len(each)}) == 1):
            varying.append(name)
            continue
        columns[name] = [each[0] if len(each) else np.nan for each in values]
        if partly:
            filled.append(name)
    notices = []
    if varying:
        notices.append(
            f"Several samples of the series agree with a column in {by}. Characteristics that differ between those "
            f"were left out: {listing(varying, len(varying))}."
        )
    if filled:
        notices.append(
            f"Characteristics that the series gives for some only of the samples that agree in {by} were taken for all "
            f"of those: {listing(filled, len(filled))}."
        )
    return pd.DataFrame(columns, index=range(len(matched)), dtype=object), notices


def _beside(fields: pd.DataFrame, described: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Groups, then characteristics of other names; and a notice of those that a group replaces."""
    clash = [name for name in described if name in fields and not described[name].equals(fields[name])]
    notices = []
    if clash:
        shown = listing(clash, len(clash))
        notices.append(f"Left out, because a named group of the pattern has the same name: characteristics {shown}.")
    return pd.concat([fields, described.drop(columns=[n for n in described if n in fields])], axis=1), notices


def _said(names: list[str], values: tuple[str, ...]) -> str:
    return ", ".join(f"{name} {value}" for name, value in zip(names, values, strict=True))

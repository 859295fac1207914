"""From what a source has read to one checked count matrix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from trialseq import limits
from trialseq.config import Samples
from trialseq.counts import CountMatrix
from trialseq.naming import odd
from trialseq.problems import InputError, Problem, closest, listing
from trialseq.sources import checks, samples

Result = TypeVar("Result")
FEWEST = 2
# What htseq-count (__no_feature) and STAR (N_unmapped) write among the genes.
_SUMMARY = r"__[a-z_]+|N_(?:unmapped|multimapping|noFeature|ambiguous)"
# Names that a column of an annotated matrix cannot have.
_RESERVED = ("", "_index")


@dataclass
class Parts:
    """What a source has read.

    counts: genes x samples as written (see `readers.parse`), index = gene ids, both may repeat.
    genes: same rows, columns `gene_name` and `biotype`.
    sheet: text with NaN for missing values, index = sample names, which may repeat.
    entry, sheet_entry: the options that name the files, with the paths.
    published: the file is somebody else's: repeated genes are summed and rows without a gene left out, with a
    notice, where a file of the user's own is refused.
    """

    counts: pd.DataFrame
    genes: pd.DataFrame
    sheet: pd.DataFrame
    entry: str
    sheet_entry: str
    published: bool = False
    round_fractions: bool = False
    notices: list[str] = field(default_factory=list)


class Problems(list[Problem]):
    """Problems so far."""

    def attempt(self, action: Callable[[], Result]) -> Result | None:
        """The result of an action; or None, with its problems added."""
        try:
            return action()
        except InputError as error:
            self.extend(error.problems)
            return None

    def stop(self) -> None:
        """Raise InputError where there are any."""
        if self:
            raise InputError(self)


def assemble(parts: Parts, options: Samples) -> CountMatrix:
    """Check counts, samples and genes, and apply the options of `samples`.

    All samples that are not excluded are checked, also those that the filter leaves out. Raises InputError with
    every problem at once.
    """
    problems, notices = Problems(), list(parts.notices)
    problems += _excluded(parts, options.exclude)
    problems += _repeated(parts.counts.columns, parts.entry, "a name of its own above each column")
    problems += _repeated(parts.sheet.index, parts.sheet_entry, "one row for each sample")
    counts = parts.counts.loc[:, ~(parts.counts.columns.duplicated() | parts.counts.columns.isin(options.exclude))]
    sheet = parts.sheet[~parts.sheet.index.duplicated()]
    sheet, misnamed = samples.recoded(sheet, options.recode)
    problems += misnamed
    sheet = sheet[~sheet.index.isin(options.exclude)]
    longest = limits.current().name
    problems += odd(counts.columns, parts.entry, longest) + odd(sheet.index, parts.sheet_entry, longest)
    problems += odd((name for name in sheet.columns if name != ""), parts.sheet_entry, longest)
    problems += odd({*parts.genes.index, *parts.genes["gene_name"], *parts.genes["biotype"]}, parts.entry, longest)
    if reserved := [name for name in sheet.columns if name in _RESERVED]:
        shown = listing(repr(name) for name in reserved)
        problems.append(Problem(parts.sheet_entry, "a name other than _index above each column", shown))
    problems += _unmatched(counts.columns, sheet.index, parts)
    sheet = sheet[sheet.index.isin(counts.columns)]

    rows = _rows(parts, problems, notices)
    genes = parts.genes[rows]
    numbers, found, said = checks.counts(
        counts.loc[rows, sheet.index], parts.entry, round_fractions=parts.round_fractions
    )
    problems += found
    notices += said
    # After a misspelt level the filter would only repeat the complaint.
    kept = sheet if misnamed else samples.subset(sheet, options, problems)
    if len(kept) < FEWEST and (len(sheet) or parts.sheet.empty):
        problems.append(Problem("samples", f"at least {FEWEST} samples with counts", listing(kept.index) or "none"))
    problems.stop()

    if not genes.index.is_unique:
        numbers, genes, sentence = _summed(numbers, genes)
        notices.append(sentence)
    genes.index.name = sheet.index.name = None
    matrix = pd.DataFrame(numbers[sheet.index.isin(kept.index)], index=kept.index, columns=genes.index)
    return CountMatrix(matrix, kept, genes, tuple(notices))


def _excluded(parts: Parts, names: list[str]) -> list[Problem]:
    known = parts.sheet.index.union(parts.counts.columns, sort=False)
    return [
        Problem("samples.exclude", "names of samples", name, closest(name, known))
        for name in names
        if name not in known
    ]


def _repeated(names: pd.Index, entry: str, expected: str) -> list[Problem]:
    repeated = names[names.duplicated()].unique()
    return [Problem(entry, expected, f"more than one {listing(repeated)}")] if len(repeated) else []


def _unmatched(columns: pd.Index, names: pd.Index, parts: Parts) -> list[Problem]:
    """Samples without counts, and counts without a sample."""
    problems = []
    without, extra = names.difference(columns, sort=False), columns.difference(names, sort=False)
    if len(without):
        hint = f"{without[0]}: {closest(without[0], extra)}; or " if len(extra) else ""
        hint += "name samples that have none in samples.exclude"
        found = f"no column {listing(without)}"
        problems.append(Problem(parts.sheet_entry, "counts for every sample of the sheet", found, hint))
    if len(extra):
        hint = "add them to the sheet; or name samples in samples.exclude, other columns in source.ignore_columns"
        found = f"columns that the sheet does not name: {listing(extra)}"
        problems.append(Problem(parts.entry, "a row of the sheet for every column of counts", found, hint))
    return problems


def _rows(parts: Parts, problems: Problems, notices: list[str]) -> npt.NDArray[np.bool_]:
    """Rows that are genes."""
    ids = parts.counts.index.to_series()
    summary = ids.str.fullmatch(_SUMMARY)
    if summary.any():
        notices.append(f"Rows that sum up the counting were left out: {listing(ids[summary])}.")
    blank = ids == ""
    if parts.published:
        # One gene may be called NA; several rows of that name have none.
        blank |= (ids == "NA") & ids.duplicated(keep=False)
        if blank.any():
            notices.append(f"{blank.sum()} rows without a gene were left out.")
    else:
        if blank.any():
            problems.append(Problem(parts.entry, "a gene id in every row", f"none in {blank.sum()} rows"))
        genes = ids[~(blank | summary)]
        hint = "sum or rename them; or name a column of unique ids in source.gene_column"
        problems += [
            Problem(each.entry, each.expected, each.found, hint)
            for each in _repeated(pd.Index(genes), parts.entry, "each gene id once")
        ]
    kept = ~(summary | blank).to_numpy(dtype=bool)
    if not kept.any():
        problems.append(Problem(parts.entry, "genes in rows", "no gene"))
    return kept


def _summed(numbers: checks.Integers, genes: pd.DataFrame) -> tuple[checks.Integers, pd.DataFrame, str]:
    """Rows of one gene added, in the order of its first row; and a notice."""
    codes, _ = pd.factorize(genes.index)
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    repeated = int((np.bincount(codes) > 1).sum())
    rows = int(genes.index.duplicated(keep=False).sum())
    sentence = f"{rows} rows that repeat {repeated} gene ids were summed, a row for each gene."
    summed: checks.Integers = np.add.reduceat(numbers[:, order], starts, axis=1)
    return summed, genes[~genes.index.duplicated()], sentence

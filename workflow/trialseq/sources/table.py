"""A count matrix and a sample sheet of the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from trialseq.config import Config, TableSource
from trialseq.problems import InputError, Problem, closest, listing

if TYPE_CHECKING:
    import pandas as pd

    from trialseq.sources.assemble import Parts


def files(config: Config) -> dict[str, str]:
    """The count matrix and the sample sheet."""
    source = config.source
    assert isinstance(source, TableSource)  # noqa: S101 - the registry chose this module by the type
    return {"counts": source.counts, "samples": source.samples}


def read(config: Config, paths: Mapping[str, Path]) -> Parts:
    """Read the matrix and the sheet. Raises InputError with the problems of both."""
    from trialseq.sources.assemble import Parts, Problems
    from trialseq.sources.readers import read_table

    source = config.source
    assert isinstance(source, TableSource)  # noqa: S101 - the registry chose this module by the type
    problems = Problems()
    entry = f"source.counts ({paths['counts']})"
    sheet_entry = f"source.samples ({paths['samples']})"
    named = {
        "gene_column": source.gene_column,
        "symbol_column": source.symbol_column,
        "biotype_column": source.biotype_column,
    }
    text = [name for name in named.values() if name is not None]
    frame = problems.attempt(
        lambda: read_table(
            paths["counts"], entry, sheet=source.counts_sheet, sheet_entry="source.counts_sheet", text=text
        )
    )
    sheet = problems.attempt(lambda: _sheet(source, paths["samples"], sheet_entry))
    if frame is not None and sheet is not None:
        _refuse_transposed(frame, sheet.index, entry)
    if frame is None:
        raise InputError(problems)
    wanted = [*named.items(), *(("ignore_columns", name) for name in source.ignore_columns)]
    problems += [
        Problem(f"source.{option}", "a column of the count matrix", name, closest(name, frame.columns))
        for option, name in wanted
        if name is not None and name not in frame
    ]
    problems.stop()
    assert sheet is not None  # noqa: S101 - its problems would have stopped us

    place = frame.columns.get_loc(source.gene_column) if source.gene_column else 0
    if not isinstance(place, int):
        raise InputError(Problem("source.gene_column", "one such column", f"several {source.gene_column}"))
    genes = _genes(frame, place, source)
    no_samples = frame.columns.isin([*text, *source.ignore_columns])
    no_samples[place] = True
    counts = frame.loc[:, ~no_samples].set_axis(genes.index, axis=0)
    return Parts(counts, genes, sheet, entry, sheet_entry, round_fractions=source.round_fractions)


def _genes(frame: pd.DataFrame, place: int, source: TableSource) -> pd.DataFrame:
    """Symbols and biotypes in the order of the rows, index = gene ids."""
    import pandas as pd

    ids = frame.iloc[:, place]
    name = ids if source.symbol_column is None else frame[source.symbol_column]
    biotype = pd.Series("", index=ids.index) if source.biotype_column is None else frame[source.biotype_column]
    return pd.DataFrame({"gene_name": name, "biotype": biotype}).set_axis(pd.Index(ids, dtype=object), axis=0)


def _sheet(source: TableSource, path: Path, entry: str) -> pd.DataFrame:
    """The sample sheet as text, index = names of samples."""
    from trialseq.sources.readers import column, read_table
    from trialseq.sources.samples import missing_as_nan

    sheet = read_table(path, entry, sheet=source.samples_sheet, sheet_entry="source.samples_sheet")
    repeated = sheet.columns[sheet.columns.duplicated()]
    if len(repeated):
        raise InputError(Problem(entry, "a name of its own for each column", f"more than one {listing(repeated)}"))
    name = column(sheet, source.sample_column, "source.sample_column")
    without = int((sheet[name] == "").sum())
    if without:
        raise InputError(Problem(entry, "the name of a sample in every row", f"none in {without} rows"))
    sheet = sheet.set_index(name)
    return missing_as_nan(sheet)


def _refuse_transposed(frame: pd.DataFrame, names: pd.Index, entry: str) -> None:
    """Raise InputError where the samples of the sheet stand in the rows of the matrix."""
    inside = int(names.isin(frame.iloc[:, 0]).sum())
    if inside > max(len(names) / 2, names.isin(frame.columns).sum()):
        found = f"{inside} names of the sheet in the first column: genes are in columns"
        raise InputError(Problem(entry, "genes in rows, samples in columns", found, "transpose the table"))

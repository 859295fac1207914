"""The series matrix of GEO: what depositors say of each sample."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from trialseq import limits
from trialseq.problems import InputError, Problem
from trialseq.sources.readers import MISSING, read_bytes

ACCESSION = "!Sample_geo_accession"
TITLE = "!Sample_title"
CHARACTERISTICS = "!Sample_characteristics_ch1"


def read_series_matrix(path: Path, entry: str) -> pd.DataFrame:
    """Titles and characteristics of the samples of a series.

    Returns text with NaN where nothing is given, index = GSM accessions, columns `title` and one for each key of a
    characteristic, in the order of their first mention; a characteristic without a key stands in column
    `characteristics`, and one named `title` or `gsm` in `characteristic title` or `characteristic gsm`. Raises
    InputError where the file is not a series matrix.
    """
    try:
        lines = _sample_lines(read_bytes(path, entry).decode("utf-8", errors="replace"))
    except csv.Error as error:
        raise InputError(Problem(entry, "a series matrix", f"a line that is no row of cells ({error})")) from None
    accessions = next((cells for key, cells in lines if key == ACCESSION), None)
    if accessions is None:
        hint = "its name ends in _series_matrix.txt.gz; family.soft and miniml files are other forms"
        raise InputError(Problem(entry, f"a series matrix, with a line {ACCESSION}", "no such line", hint))
    if accessions and (repeated := len(accessions) - len({each.strip() for each in accessions})):
        raise InputError(Problem(entry, "an accession of its own for each sample", f"{repeated} repeated ones"))
    wrong = [key for key, cells in lines if len(cells) != len(accessions)]
    if wrong:
        found = f"{wrong[0]} with {len(dict(lines)[wrong[0]])}"
        raise InputError(Problem(entry, f"{len(accessions)} cells in each line of samples", found))
    values: dict[str, dict[int, list[str]]] = {}
    for key, cells in lines:
        for sample, cell in enumerate(cells):
            if key == TITLE:
                name, value = "title", cell.strip()
            elif key == CHARACTERISTICS:
                name, value = _characteristic(cell)
            else:
                continue
            kept = values.setdefault(name, {}).setdefault(sample, [])
            if value not in MISSING and value not in kept:
                kept.append(value)
    limits.check("cells", entry, len(values) * len(accessions), "cells, each key a column and each sample a row")
    index = pd.Index([each.strip() for each in accessions], dtype=object)
    columns = {name: _joined(cells, len(index)) for name, cells in values.items() if name}
    columns.setdefault("title", [np.nan] * len(index))
    frame = pd.DataFrame(columns, index=index, dtype=object)
    return frame[["title", *frame.columns.drop("title")]]


def _sample_lines(text: str) -> list[tuple[str, list[str]]]:
    lines = []
    for line in text.replace("\r", "").split("\n"):
        if line.startswith("!series_matrix_table_begin"):
            break
        if line.startswith("!Sample_"):
            key, *cells = next(csv.reader([line], delimiter="\t"))
            lines.append((key, cells))
    return lines


def _characteristic(cell: str) -> tuple[str, str]:
    """`key: value`, where the value may hold further colons; the key is empty where the cell is."""
    key, colon, value = (part.strip() for part in cell.partition(":"))
    if not colon:
        return ("characteristics" if key else "", key)
    return (f"characteristic {key}" if key in {"title", "gsm"} else key), value


def _joined(cells: Mapping[int, list[str]], samples: int) -> list[object]:
    return ["; ".join(cells[sample]) if cells.get(sample) else np.nan for sample in range(samples)]

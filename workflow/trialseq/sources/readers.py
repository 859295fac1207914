"""Reading a table that somebody else wrote: delimited text, xlsx or parquet, plain or gzipped."""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Collection, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from trialseq import limits
from trialseq.problems import InputError, Problem, closest
from trialseq.sources.forms import HEAD, is_html
from trialseq.sources.unpacking import GZIP, ZIP, check_zip, gunzip, regular_bytes

MISSING = frozenset({"", "NA", "N/A", "#N/A", "NaN", "nan", "NULL", "null"})
MOST_ROWS = 2**20  # of a worksheet


def read_bytes(path: Path, entry: str) -> bytes:
    """Content of a file, decompressed where it is gzip.

    Raises InputError where there is no such file, it is empty, too big, a page of HTML, or a truncated or broken gzip.
    """
    try:
        data = regular_bytes(path, entry)
    except FileNotFoundError:
        folder = path.parent
        beside = [each.name for each in folder.iterdir() if each.is_file()] if folder.is_dir() else []
        hint = closest(path.name, sorted(beside)) if folder.is_dir() else f"there is no folder {folder}"
        raise InputError(Problem(entry, "a file", "no such file", hint)) from None
    except OSError as error:
        raise InputError(Problem(entry, "a file that can be read", error.strerror or str(error))) from None
    return unpack(data, path.name, entry)


def unpack(data: bytes, name: str, entry: str) -> bytes:
    """Decompress gzip data, and refuse what is no data at all. Raises InputError."""
    if data.startswith(GZIP):
        try:
            data = gunzip(data, entry)
        except EOFError:
            hint = "it was cut off on its way: fetch or copy it again"
            raise InputError(Problem(entry, "a whole gzip file", "a truncated gzip file", hint)) from None
        except (OSError, zlib.error) as error:
            raise InputError(Problem(entry, "a whole gzip file", f"a broken gzip file ({error})")) from None
    elif is_html(data):
        hint = "a server's message was saved in place of the file: open it to read what it says"
        raise InputError(Problem(entry, "a table", "a page of HTML", hint))
    elif name.lower().endswith(".gz") and data:
        raise InputError(Problem(entry, "a gzip file, as its name says", f"it starts with {data[:8]!r}"))
    if not data[:HEAD].strip():
        raise InputError(Problem(entry, "a table", "an empty file"))
    return data


def read_table(
    path: Path, entry: str, *, sheet: str | None = None, sheet_entry: str = "", text: Collection[str] | None = None
) -> pd.DataFrame:
    """Read a table with a header row; see `parse`."""
    return parse(read_bytes(path, entry), path.name, entry, sheet=sheet, sheet_entry=sheet_entry, text=text)


def parse(
    data: bytes,
    name: str,
    entry: str,
    *,
    sheet: str | None = None,
    sheet_entry: str = "",
    text: Collection[str] | None = None,
    header: bool = True,
    quotes: bool = True,
) -> pd.DataFrame:
    """Read a table from decompressed data; the ending of its name says how it is delimited.

    sheet: worksheet of an xlsx, the first where None; sheet_entry: the option that names it. text: columns that
    stay as they are written, as the first column always does; None for all of them. header: without one, columns
    are named 1, 2, 3. quotes: whether fields may stand in double quotes.

    Columns come in the file's order and may repeat. Columns of text hold "" for an empty cell. All other columns
    are int64 or float64 with NaN where every cell is a number or missing, and text where not. Raises InputError.
    """
    ending = Path(name.lower().removesuffix(".gz")).suffix
    if data.startswith(ZIP):
        frame = _xlsx(data, entry, sheet, sheet_entry, text, header)
    elif data.startswith(b"PAR1"):
        frame = _parquet(data, entry, text)
    elif ending in {".xlsx", ".parquet"}:
        raise InputError(
            Problem(entry, f"a file of the form {ending}, as its name says", f"it starts with {data[:8]!r}")
        )
    else:
        frame = _delimited(data, ending, entry, text, header, quotes)
    unnamed = [i for i, name in enumerate(frame.columns) if i and name == "" and _blank(frame.iloc[:, i]).all()]
    if unnamed:
        frame = frame.loc[:, [i not in unnamed for i in range(frame.shape[1])]]
    candidates = frame[frame.iloc[:, 0] == ""]
    if len(candidates):
        frame = frame.drop(index=candidates.index[_blank(candidates).all(axis=1)]).reset_index(drop=True)
    if frame.empty:
        raise InputError(Problem(entry, "rows below the header", "none"))
    return frame


def _blank(cells: Any) -> Any:  # noqa: ANN401 - a column or a frame
    return cells.isna() | (cells == "")


def column(frame: pd.DataFrame, name: str | None, entry: str) -> str:
    """The name of a column that must be there; of the first one where None. Raises InputError."""
    if name is None:
        return str(frame.columns[0])
    if name not in frame.columns:
        raise InputError(Problem(entry, "a column of the table", name, closest(name, frame.columns)))
    return name


def _delimited(
    data: bytes, ending: str, entry: str, text: Collection[str] | None, header: bool, quotes: bool
) -> pd.DataFrame:
    if b"\r" in data[:HEAD] and b"\n" not in data[:HEAD]:
        data = data.replace(b"\r", b"\n")
    try:
        names, start, mark = _header(data, ending, entry, header, quotes)
        limits.check("cells", entry, len(names) * (_lines(data, start) + 1), "cells")
        kept = range(len(names)) if text is None else [i for i, name in enumerate(names) if i == 0 or name in text]
        missing: Any = {i: sorted(MISSING) for i in range(len(names)) if i not in set(kept)}
        types: Any = dict.fromkeys(kept, str)
        frame = pd.read_csv(
            io.BytesIO(data[start:]),
            sep=mark,
            header=None,
            names=list(range(len(names))),
            dtype=types,
            keep_default_na=False,
            na_values=missing,
            quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE,
            low_memory=False,
            encoding="utf-8-sig",
        )
    except UnicodeDecodeError:
        hint = "save it as text in UTF-8 (in a spreadsheet: CSV UTF-8)"
        raise InputError(Problem(entry, "text in UTF-8", "bytes that are not UTF-8", hint)) from None
    except pd.errors.EmptyDataError:
        raise InputError(Problem(entry, "rows below the header", "none")) from None
    except csv.Error as error:
        raise InputError(Problem(entry, "names of columns in the first row", f"no such row ({error})")) from None
    except pd.errors.ParserError as error:
        found = str(error).removeprefix("Error tokenizing data. C error: ")
        raise InputError(Problem(entry, f"rows of {len(names)} fields, as the header", found)) from None
    return _as_text(frame, names, kept)


def _lines(data: bytes, start: int) -> int:
    """Ends of lines from a byte on. A header of many names above short rows makes a table larger than its file."""
    return max(data.count(b"\n", start), data.count(b"\r", start))


def _header(data: bytes, ending: str, entry: str, header: bool, quotes: bool) -> tuple[list[str], int, str]:
    """Names of the columns, the byte at which the rows begin, and the delimiter."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:HEAD]:
        hint = "save it as text in UTF-8 (in a spreadsheet: CSV UTF-8)"
        raise InputError(Problem(entry, "text in UTF-8", "UTF-16, or no text at all", hint))
    lines = _two_lines(data)
    first = lines[0][1]
    mark = "," if ending == ".csv" or (ending not in {".tsv", ".tab", ".txt"} and "\t" not in first) else "\t"

    def fields(line: str) -> list[str]:
        return next(csv.reader([line], delimiter=mark, quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE), [])

    # Programs put the command that they ran into a comment above the header.
    while len(lines) > 1 and lines[0][1].startswith("#") and len(fields(lines[0][1])) < len(fields(lines[1][1])):
        lines = _two_lines(data, lines[1][0])
    names = [name.strip() for name in fields(lines[0][1])]
    if not header:
        return [str(number + 1) for number in range(len(names))], lines[0][0], mark
    if len(lines) == 1:
        return names, len(data), mark
    below = fields(lines[1][1])
    if len(names) == len(below) == 1:
        other = next((each for each in "\t,;" if each != mark and each in lines[0][1]), "")
        hint = f"fields seem to be divided by {other!r}: name it .tsv for tabs, .csv for commas" if other else ""
        raise InputError(Problem(entry, f"columns divided by {mark!r}", "a single column", hint))
    # R writes row names without a header of their own.
    if len(below) == len(names) + 1:
        names = ["", *names] if below[-1] else [*names, ""]
    if len(below) > len(names):
        raise InputError(Problem(entry, f"rows of {len(names)} fields, as the header", f"a row of {len(below)}"))
    return names, lines[1][0], mark


def _two_lines(data: bytes, start: int = 0) -> list[tuple[int, str]]:
    """The first two lines with anything in them from a byte on, each with the byte at which it begins."""
    lines: list[tuple[int, str]] = []
    stream = io.BytesIO(data)
    stream.seek(start)
    while len(lines) < 2:
        at = stream.tell()
        line = stream.readline()
        if not line:
            break
        if line.strip():
            lines.append((at, line.decode("utf-8-sig").rstrip("\r\n")))
    return lines


def _xlsx(
    data: bytes, entry: str, sheet: str | None, sheet_entry: str, text: Collection[str] | None, header: bool
) -> pd.DataFrame:
    rows, title = _cells(data, entry, sheet, sheet_entry)
    if not rows:
        raise InputError(Problem(entry, "a table", f"an empty worksheet {title}"))
    top = list(rows.pop(0)) if header else []
    while top and top[-1] is None:
        top.pop()
    width = max((_width(row) for row in rows), default=0)
    columns = [as_text(name) for name in top] if header else [str(number + 1) for number in range(width)]
    if width == len(columns) + 1:
        columns = ["", *columns]
    if width > len(columns):
        found = f"a row of {width} cells below a header of {len(columns)}"
        raise InputError(Problem(entry, "a name above each column", found))
    padded = (tuple(row[: len(columns)]) + (None,) * (len(columns) - len(row)) for row in rows)
    kept = [i for i, name in enumerate(columns) if text is None or i == 0 or name in text]
    return _of_cells(zip(*padded, strict=True), columns, set(kept))


def _cells(data: bytes, entry: str, sheet: str | None, sheet_entry: str) -> tuple[list[tuple[Any, ...]], str]:
    """Rows of a worksheet that are not empty, and its name. Links to other files are not followed."""
    import openpyxl

    try:
        check_zip(data, entry)
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        names = [each.title for each in book.worksheets]
        if sheet is not None and sheet not in names:
            raise InputError(Problem(sheet_entry, "a worksheet of the file", sheet, closest(sheet, names)))
        page = book[sheet or names[0]]
        page.reset_dimensions()  # some programs write a wrong range, and rows would be cut to it
        rows, cells = [], 0
        for number, row in enumerate(page.iter_rows(values_only=True), start=1):
            # A row may say that it is the billionth; what lies between comes as empty rows.
            if number > MOST_ROWS:
                raise InputError(Problem(entry, f"at most {MOST_ROWS:,} rows, as a spreadsheet has", "more"))
            if any(cell is not None for cell in row):
                cells += len(row)
                limits.check("cells", entry, cells, "cells")
                rows.append(row)
    except (InputError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - a broken file makes openpyxl fail in any way
        raise InputError(Problem(entry, "an xlsx file", f"a broken one ({_reason(error)})")) from None
    return rows, page.title


def _reason(error: Exception) -> str:
    """What a library says of a broken file."""
    return f"{type(error).__name__}: {error}".rstrip(": ")


def _width(row: tuple[Any, ...]) -> int:
    return max((i + 1 for i, cell in enumerate(row) if cell is not None), default=0) if row[-1] is None else len(row)


def _parquet(data: bytes, entry: str, text: Collection[str] | None) -> pd.DataFrame:
    from pyarrow import parquet

    try:
        inside = parquet.read_metadata(io.BytesIO(data))
        limits.check("cells", entry, inside.num_rows * max(inside.num_columns, 1), "cells")
        groups = range(inside.num_row_groups)
        limits.unpacked(entry, sum(inside.row_group(i).total_byte_size for i in groups))
        frame = pd.read_parquet(io.BytesIO(data))
    except (InputError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - a broken file makes pyarrow fail in any way
        raise InputError(Problem(entry, "a parquet file", f"a broken one ({_reason(error)})")) from None
    if not isinstance(frame.index, pd.RangeIndex):
        frame = frame.reset_index()
    names = [str(name) for name in frame.columns]
    kept = {i for i, name in enumerate(names) if text is None or i == 0 or name in text}
    return _of_cells((frame.iloc[:, i] for i in range(len(names))), names, kept)


def _of_cells(columns: Iterable[Any], names: list[str], kept: set[int]) -> pd.DataFrame:
    """A frame of cells that have types already."""
    result = {}
    for i, cells in enumerate(columns):
        values = pd.Series(cells, dtype=object if i in kept else None)
        number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
        if i in kept or not number:
            values = values.map(as_text).astype(object)
        elif values.isna().any():
            values = values.astype("float64")
        result[i] = values
    return _as_text(pd.DataFrame(result), names, [])


def _as_text(frame: pd.DataFrame, names: list[str], kept: Iterable[int]) -> pd.DataFrame:
    """Name columns; text without spaces around it, and "" for what a short row leaves out."""
    for i in kept:
        frame[i] = frame[i].fillna("").str.strip()
    truths = frame.select_dtypes(bool)
    frame[truths.columns] = truths.astype(str)
    frame.columns = pd.Index(names, dtype=object)
    return frame


def as_text(value: object) -> str:
    """A cell as a reader sees it: whole numbers without a point, days without an hour, nothing as ""."""
    if isinstance(value, str):
        return value.strip()
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)

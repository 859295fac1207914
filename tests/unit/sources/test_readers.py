"""Tables as people write them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest

from trialseq.problems import InputError
from trialseq.sources.readers import read_table

TABLE = pd.DataFrame({"gene": ["A", "NA", "007"], "S1": [1, 2, 3], "S2": [4, 5, 60000]})


def _excel(frame: pd.DataFrame, path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "notes"
    page = book.create_sheet("counts")
    for row in [list(frame), *frame.itertuples(index=False)]:
        page.append(list(row))
    book.save(path)


WRITERS: dict[str, Callable[[pd.DataFrame, Path], object]] = {
    ".tsv": lambda frame, path: frame.to_csv(path, sep="\t", index=False),
    ".txt": lambda frame, path: frame.to_csv(path, sep="\t", index=False),
    ".csv": lambda frame, path: frame.to_csv(path, index=False),
    ".xlsx": _excel,
    ".parquet": lambda frame, path: frame.to_parquet(path, index=False),
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("ending", WRITERS)
def test_a_table_reads_the_same_in_every_form(tmp_path: Path, ending: str, packed: bool) -> None:
    path = tmp_path / f"table{ending}"
    WRITERS[ending](TABLE, path)
    if packed:
        whole = path.read_bytes()
        path = path.with_name(f"{path.name}.gz")
        path.write_bytes(gzip.compress(whole))
    sheet = "counts" if ending == ".xlsx" else None
    frame = read_table(path, "source.counts", sheet=sheet, text=["gene"])
    pd.testing.assert_frame_equal(frame, TABLE)
    assert read_table(path, "source.counts", sheet=sheet)["S2"].tolist() == ["4", "5", "60000"]


def _read(path: Path, text: str | bytes) -> pd.DataFrame:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_table(path, "source.counts", text=[])


@pytest.mark.parametrize(
    "text",
    [
        "S1\tS2\nA\t1\t2\nB\t3\t4\n",  # as write.table of R gives it
        '"S1"\t"S2"\n"A"\t1\t2\n"B"\t3\t4\n',
        "\tS1\tS2\r\nA\t1\t2\r\nB\t3\t4\r\n",
        "\ufeff\tS1\tS2\nA\t1\t2\nB\t3\t4\n",
        "\tS1\tS2\rA\t1\t2\rB\t3\t4\r",
        '# Program:featureCounts v2.0.1; Command:"featureCounts"\n\tS1\tS2\n\nA\t1\t2\nB\t3\t4\n\t\t\n',
        "\tS1\tS2\nA\t1\t2\t\nB\t3\t4\t\n",
        "\tS1\tS2\t\nA\t1\t2\t\nB\t3\t4\t\n",
        "\t S1 \tS2\n A\t1\t2\nB \t3\t4",
    ],
)
def test_habits_of_programs_are_understood(tmp_path: Path, text: str) -> None:
    frame = _read(tmp_path / "counts.tsv", text)
    assert list(frame) == ["", "S1", "S2"]
    assert frame.iloc[:, 0].tolist() == ["A", "B"]
    assert frame[["S1", "S2"]].to_numpy().tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("name", "text", "expected", "found"),
    [
        ("counts.tsv", "", "a table", "empty"),
        ("counts.tsv", "\n \n", "a table", "empty"),
        ("counts.tsv.gz", gzip.compress(b""), "a table", "empty"),
        ("counts.tsv", "gene\tS1\tS2\n", "rows below", "none"),
        ("counts.tsv.gz", gzip.compress(TABLE.to_csv().encode())[:-9], "a whole gzip", "truncated"),
        ("counts.tsv.gz", gzip.compress(b"a\tb\n1\t2\n" * 99)[:-8] + b"\0" * 8, "a whole gzip", "broken"),
        ("counts.tsv.gz", b"gene\tS1\nA\t1\n", "a gzip file, as its name says", "gene"),
        ("counts.tsv", "<!DOCTYPE html>\n<html></html>", "a table", "a page of HTML"),
        ("counts.tsv.gz", "\n <HTML lang='en'>", "a table", "a page of HTML"),
        ("counts.tsv", "gene\tProbe\xe9\nA\t1\n".encode("latin-1"), "text in UTF-8", "not UTF-8"),
        ("counts.tsv", "gene\tS1\nA\t1\nProb\xe9\t1\n".encode("latin-1"), "text in UTF-8", "not UTF-8"),
        ("counts.tsv", "gene\tS1\nA\t1\n".encode("utf-16"), "text in UTF-8", "UTF-16"),
        ("counts.tsv", "gene,S1\nA,1\n", "divided by '\\t'", "a single column"),
        ("counts.csv", "gene;S1\nA;1\n", "divided by ','", "a single column"),
        ("counts.tsv", "gene\tS1\tS2\nA\t1\t2\nB\t1\t2\t3\t4\n", "rows of 3 fields", "saw 5"),
        ("counts.tsv", "gene\tS1\nA\t1\t2\t3\t4\n", "rows of 2 fields", "5"),
        ("counts.xlsx", "gene,S1\n", "as its name says", "gene"),
        ("counts.xlsx", b"PK\x03\x04 and then nothing", "an xlsx file", "broken"),
        ("counts.parquet", b"PAR1 and then nothing", "a parquet file", "broken"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, name: str, text: str | bytes, expected: str, found: str) -> None:
    with pytest.raises(InputError) as caught:
        _read(tmp_path / name, text)
    (problem,) = caught.value.problems
    assert problem.entry == "source.counts"
    assert expected in problem.expected
    assert found in problem.found


def test_a_missing_file_is_named_with_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "counts.tsv").touch()
    with pytest.raises(InputError, match=r"did you mean counts\.tsv\?"):
        read_table(tmp_path / "count.tsv", "source.counts")
    with pytest.raises(InputError, match="there is no folder"):
        read_table(tmp_path / "data" / "counts.tsv", "source.counts")
    with pytest.raises(InputError, match="directory"):
        read_table(tmp_path, "source.counts")


def test_a_missing_worksheet_is_named_with_its_neighbour(tmp_path: Path) -> None:
    _excel(TABLE, tmp_path / "counts.xlsx")
    with pytest.raises(InputError, match=r"source\.counts_sheet(.|\n)*did you mean counts\?"):
        read_table(tmp_path / "counts.xlsx", "source.counts", sheet="Count", sheet_entry="source.counts_sheet")
    with pytest.raises(InputError, match="an empty worksheet notes"):
        read_table(tmp_path / "counts.xlsx", "source.counts")


def test_cells_of_a_spreadsheet_read_as_they_look(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "id": [1.0, "x ", None, 3, None],
            "day": [datetime(2020, 9, 2), datetime(2020, 9, 2, 8, 30), None, "soon", None],
            "yes": [True, False, None, 0.5, 7],
        },
        dtype=object,
    )
    _excel(frame, tmp_path / "sheet.xlsx")
    read = read_table(tmp_path / "sheet.xlsx", "source.samples", sheet="counts")
    assert read["id"].tolist() == ["1", "x", "3", ""]  # the row without a cell is none
    assert read["day"].tolist() == ["2020-09-02", "2020-09-02 08:30:00", "soon", ""]
    assert read["yes"].tolist() == ["TRUE", "FALSE", "0.5", "7"]


def test_a_spreadsheet_that_says_it_is_smaller_is_read_whole(tmp_path: Path) -> None:
    _excel(TABLE, tmp_path / "right.xlsx")
    with ZipFile(tmp_path / "right.xlsx") as right, ZipFile(tmp_path / "counts.xlsx", "w") as wrong:
        for name in right.namelist():
            wrong.writestr(name, re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:B2"', right.read(name)))
    frame = read_table(tmp_path / "counts.xlsx", "source.counts", sheet="counts", text=["gene"])
    pd.testing.assert_frame_equal(frame, TABLE)


def test_columns_keep_their_order_and_their_repeats(tmp_path: Path) -> None:
    frame = _read(tmp_path / "counts.csv", "gene,S1,S1,S2\nA,1,2,x\nB,3,4,\n")
    assert list(frame) == ["gene", "S1", "S1", "S2"]
    assert frame.iloc[:, 2].tolist() == [2, 4]


def test_a_row_that_ends_early_lacks_its_last_cells(tmp_path: Path) -> None:
    frame = _read(tmp_path / "counts.csv", "gene,S1,S2\nA,1,2\nB,3\n")
    assert frame["S1"].tolist() == [1, 3]
    assert frame["S2"].isna().tolist() == [False, True]

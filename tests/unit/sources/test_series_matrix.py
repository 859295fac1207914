"""The series matrix of GEO."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest

from geo import write_series_matrix
from trialseq.problems import InputError
from trialseq.sources.series_matrix import read_series_matrix


def _read(path: Path) -> pd.DataFrame:
    return read_series_matrix(path, "source.series_matrix")


def test_characteristics_are_found_on_whatever_line_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "GSE1_series_matrix.txt.gz"
    write_series_matrix(
        path,
        {"GSM1": "Subject 1, before", "GSM2": "Subject 1, after", "GSM3": "Subject 2"},
        [
            ["agent: NMN", "tissue: muscle", "agent: Placebo"],
            ["tissue: muscle", "agent: NMN", ""],
            ["time: 10:30: day 1", "Sex: F", "age: NA"],
            ["vastus lateralis", "title: mine", "empty:"],
        ],
    )
    frame = _read(path)
    assert list(frame.index) == ["GSM1", "GSM2", "GSM3"]
    columns = ["title", "agent", "tissue", "time", "Sex", "age", "characteristics", "characteristic title", "empty"]
    assert list(frame) == columns
    assert frame["title"].tolist() == ["Subject 1, before", "Subject 1, after", "Subject 2"]
    assert frame["agent"].tolist() == ["NMN", "NMN", "Placebo"]
    assert frame["tissue"].isna().tolist() == [False, False, True]
    assert frame.loc["GSM1", "time"] == "10:30: day 1"
    assert frame.loc["GSM2", "Sex"] == "F"
    assert frame.loc["GSM1", "characteristics"] == "vastus lateralis"
    assert frame.loc["GSM2", "characteristic title"] == "mine"
    assert frame["age"].isna().all()
    assert frame["empty"].isna().all()


def test_a_key_that_repeats_for_a_sample_keeps_both_values(tmp_path: Path) -> None:
    path = tmp_path / "matrix.txt.gz"
    write_series_matrix(path, {"GSM1": "a", "GSM2": "b"}, [["drug: x", "drug: x"], ["drug: y", "drug: x"]])
    assert _read(path)["drug"].tolist() == ["x; y", "x"]


def test_a_table_below_and_letters_that_are_not_utf8_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "matrix.txt"
    lines = [
        b'!Series_contributor\t"Andr\xe9"',
        b'!Sample_title\t"one"\t"two"',
        b'!Sample_geo_accession\t"GSM1"\t"GSM2"',
        b"!series_matrix_table_begin",
        b'"ID_REF"\t"GSM1"\t"GSM2"',
        b'"!Sample_title"\t1\t2',
        b"!series_matrix_table_end",
    ]
    path.write_bytes(b"\r\n".join(lines))
    assert _read(path)["title"].to_dict() == {"GSM1": "one", "GSM2": "two"}


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "GSE1_family.soft"
    path.write_text("^SERIES = GSE1\n")
    with pytest.raises(InputError, match=r"a series matrix, with a line !Sample_geo_accession"):
        _read(path)


def test_lines_of_different_lengths_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "matrix.txt"
    path.write_text('!Sample_title\t"one"\n!Sample_geo_accession\t"GSM1"\t"GSM2"\n')
    with pytest.raises(InputError, match=r"!Sample_title with 1"):
        _read(path)


def test_a_cut_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "matrix.txt.gz"
    write_series_matrix(path, {f"GSM{i}": f"title {i}" for i in range(500)}, [])
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError, match="truncated"):
        _read(path)
    path.write_bytes(gzip.compress(b""))
    with pytest.raises(InputError, match="empty"):
        _read(path)

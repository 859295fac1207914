"""Supplementary files of GEO: a spreadsheet in GSE157988's form, and a tar with a table for each sample."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from conftest import ROOT
from geo import write_gse157988, write_series_matrix
from trialseq import sources
from trialseq.config import Config
from trialseq.counts import CountMatrix
from trialseq.problems import InputError, Problem
from trialseq.simulate import trial
from trialseq.validation import parse

GENES = ["PDGFRB", "SEPTIN2", "SEPTIN14", "MARCHF5", "MARCHF1", "MTARC1", "DELEC1", *(f"GENE{i}" for i in range(60))]


def _gse157988(**source: object) -> Config:
    raw: dict[str, Any] = yaml.safe_load((ROOT / "config" / "gse157988.yaml").read_text())
    raw["source"] |= source
    return parse(raw)


def _served(folder: Path) -> dict[str, Path]:
    """The files of the headline study where the helper put them."""
    series = folder / "geo" / "series" / "GSE157nnn" / "GSE157988"
    return {
        "counts": series / "suppl" / "GSE157988_NMN_all_gene_counts.xlsx",
        "series_matrix": series / "matrix" / "GSE157988_series_matrix.txt.gz",
    }


@pytest.mark.parametrize("missing", [0, 9])
def test_the_headline_study_reads_as_it_was_written(tmp_path: Path, missing: int) -> None:
    made = trial(seed=3, genes=GENES, missing=missing)
    columns = write_gse157988(tmp_path, made.counts, made.samples, made.genes)
    matrix = sources.read(_gse157988(), _served(tmp_path))
    assert len(columns) == 92 - missing
    assert matrix.samples.index.tolist() == columns
    assert matrix.genes["gene_name"].tolist() == GENES
    assert matrix.counts.to_numpy().tolist() == made.counts.to_numpy().tolist()
    for column in ("agent", "visit", "state"):
        assert matrix.samples[column].tolist() == made.samples[column].tolist()
    assert matrix.samples["subject"].tolist() == [int(subject[1:]) for subject in made.samples["subject"]]
    assert set(matrix.samples) == {"subject", "visit", "state", "agent", "tissue"}


def test_everything_that_was_changed_is_said(tmp_path: Path) -> None:
    made = trial(seed=3, genes=GENES)
    write_gse157988(tmp_path, made.counts, made.samples, made.genes)
    notices = " ".join(sources.read(_gse157988(), _served(tmp_path)).notices)
    assert "not in their names: Length." in notices
    for change in ("2020-09-02 to SEPTIN2", "2020-09-14 to SEPTIN14", "5-Mar to MARCHF5", "1-Mar to MARCHF1"):
        assert change in notices
    assert "left out: clamp, time point." in notices  # they differ between the biopsies of a woman
    assert "4 rows that repeat 2 gene ids were summed" in notices  # rows 7 and 57 of the helper


def test_dates_stay_where_they_are_not_wanted_as_symbols(tmp_path: Path) -> None:
    made = trial(seed=3, genes=GENES)
    write_gse157988(tmp_path, made.counts, made.samples, made.genes)
    matrix = sources.read(_gse157988(symbols_from_spreadsheet=False), _served(tmp_path))
    assert {"2020-09-02", "5-Mar"} <= set(matrix.counts.columns)
    assert matrix.counts["2020-09-02"].tolist() == made.counts["SEPTIN2"].tolist()


@pytest.mark.parametrize(
    ("source", "entry", "words"),
    [
        ({"gene_column": "symbol"}, "source.gene_column", "did you mean Symbol?"),
        ({"sheet": "count"}, "source.sheet", "did you mean counts?"),
        (
            {"sample_pattern": r"^(?P<subject>\d+)(?P<visit>[AC])(?P<state>)$"},
            "source.sample_pattern",
            "L1_Basal_1A_S1",
        ),
        (
            {"join": {"by": ["subject"], "pattern": r"Patient (?P<subject>\d+)"}},
            "source.join",
            "L1_Basal_1A_S1 (subject 1)",
        ),
        (
            {"join": {"by": ["subject"], "pattern": r"(?P<subject>Subject)"}},
            "source.join",
            "the series has subject Subject",
        ),
    ],
)
def test_a_guess_that_does_not_fit_shows_what_the_files_hold(
    tmp_path: Path, source: dict[str, object], entry: str, words: str
) -> None:
    made = trial(seed=3, genes=GENES)
    write_gse157988(tmp_path, made.counts, made.samples, made.genes)
    with pytest.raises(InputError) as caught:
        sources.read(_gse157988(**source), _served(tmp_path))
    (problem,) = caught.value.problems
    assert problem.entry == entry
    assert words in str(problem)


# A tar, and other joins -----------------------------------------------------------------


def _tar(path: Path, members: Mapping[str, bytes]) -> Path:
    with tarfile.open(path, "w") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def _member(counts: pd.Series, header: bool = True) -> bytes:
    table = pd.DataFrame({"length": 1000, "count": counts}).rename_axis("gene")
    return gzip.compress(table.to_csv(sep="\t", header=header).encode())


def _series(path: Path, *lines: list[str]) -> Path:
    write_series_matrix(path, {"GSM1": "S1 pre", "GSM2": "S1 post", "GSM3": "S2 pre", "GSM4": "Control"}, lines)
    return path


COUNTS = pd.DataFrame({"GSM1_Pre-S1": [5, 0, 7], "GSM2_Post-S1": [1, 2, 3]}, index=["A", "B", "NA"])


def _config(**source: object) -> Config:
    return parse(
        {
            "study": "x",
            "source": {
                "type": "geo_supplementary",
                "accession": "GSE1",
                "file": "GSE1_RAW.tar",
                "sample_pattern": r"^(?P<gsm>GSM\d+)_(?P<visit>Pre|Post)-S(?P<subject>\d+)",
                **source,
            },
            "trial": {"subject": "subject", "visit": {"column": "visit", "reference": "Pre"}},
        }
    )


def _read(config: Config, counts: Path, series: Path) -> CountMatrix:
    return sources.read(config, {"counts": counts, "series_matrix": series})


def _problem(config: Config, counts: Path, series: Path) -> Problem:
    with pytest.raises(InputError) as caught:
        _read(config, counts, series)
    (problem,) = caught.value.problems
    return problem


def test_tables_of_a_tar_become_samples_joined_by_accession(tmp_path: Path) -> None:
    tar = _tar(
        tmp_path / "GSE1_RAW.tar",
        {
            "GSM2_Post-S1.counts.txt.gz": _member(COUNTS["GSM2_Post-S1"].iloc[::-1]),
            "folder/GSM1_Pre-S1.counts.txt.gz": _member(COUNTS["GSM1_Pre-S1"]),
            "._GSM1_Pre-S1.counts.txt.gz": b"a copy that macOS makes",
            "GSM4_Control.counts.txt.gz": b"no sample by its name",
        },
    )
    series = _series(
        tmp_path / "matrix.txt.gz", ["agent: x", "agent: y", "agent: x", ""], ["visit: 0", "visit: 1", "", ""]
    )
    matrix = _read(_config(), tar, series)
    names = ["GSM2_Post-S1.counts", "GSM1_Pre-S1.counts"]
    assert matrix.counts.index.tolist() == names
    assert matrix.counts[["A", "B", "NA"]].to_numpy().tolist() == [[1, 2, 3], [5, 0, 7]]
    assert matrix.samples["gsm"].tolist() == ["GSM2", "GSM1"]
    assert matrix.samples["title"].tolist() == ["S1 post", "S1 pre"]
    assert matrix.samples["agent"].tolist() == ["y", "x"]
    assert matrix.samples["visit"].tolist() == ["Post", "Pre"]
    notices = " ".join(matrix.notices)
    assert "not in their names: GSM4_Control.counts.txt.gz." in notices
    assert "same name: characteristics visit." in notices
    assert "without counts in the file: GSM3, GSM4." in notices


def test_tables_without_a_header_and_another_column(tmp_path: Path) -> None:
    tar = _tar(
        tmp_path / "GSE1_RAW.tar",
        {f"{name}.tab": gzip.decompress(_member(COUNTS[name], header=False)) for name in COUNTS},
    )
    series = _series(tmp_path / "matrix.txt.gz")
    matrix = _read(_config(header=False), tar, series)
    assert matrix.counts.to_numpy().tolist() == COUNTS.T.to_numpy().tolist()
    lengths = _read(_config(header=False, count_column="2"), tar, series)
    assert (lengths.counts == 1000).all(axis=None)
    problem = _problem(_config(), tar, series)
    assert "header: false" in problem.hint


def test_genes_of_all_tables_are_the_same_or_refused(tmp_path: Path) -> None:
    tar = _tar(
        tmp_path / "GSE1_RAW.tar",
        {
            "GSM1_Pre-S1.txt.gz": _member(COUNTS["GSM1_Pre-S1"]),
            "GSM2_Post-S1.txt.gz": _member(COUNTS["GSM2_Post-S1"][:2]),
        },
    )
    problem = _problem(_config(), tar, _series(tmp_path / "matrix.txt.gz"))
    assert "GSM2_Post-S1.txt.gz" in problem.entry
    assert problem.found == "1 that one of them lacks: NA"


@pytest.mark.parametrize("cut", [700, 40])
def test_a_broken_tar_is_refused(tmp_path: Path, cut: int) -> None:
    tar = _tar(tmp_path / "GSE1_RAW.tar", {f"{name}.txt.gz": _member(COUNTS[name]) for name in COUNTS})
    tar.write_bytes(tar.read_bytes()[:cut])
    assert "tar" in _problem(_config(), tar, _series(tmp_path / "matrix.txt.gz")).expected


def test_a_member_that_is_cut_is_named(tmp_path: Path) -> None:
    members = {f"{name}.txt.gz": _member(COUNTS[name]) for name in COUNTS}
    members["GSM2_Post-S1.txt.gz"] = members["GSM2_Post-S1.txt.gz"][:-6]
    problem = _problem(_config(), _tar(tmp_path / "a.tar", members), _series(tmp_path / "matrix.txt.gz"))
    assert "GSM2_Post-S1.txt.gz" in problem.entry
    assert "truncated" in problem.found


def _table(path: Path, names: list[str], genes: list[str]) -> Path:
    frame = pd.DataFrame(1, index=genes, columns=names).cumsum()
    path.write_bytes(gzip.compress(frame.rename_axis("gene").to_csv().encode()))
    return path


BY_SUBJECT = {
    "file": "GSE1_counts.csv.gz",
    "sample_pattern": r"^S(?P<subject>\d)(?P<visit>[AC])$",
    "join": {"by": ["subject"], "pattern": r"S(?P<subject>\d)"},
}


def test_what_a_subject_shares_is_joined_and_what_differs_is_not(tmp_path: Path) -> None:
    counts = _table(tmp_path / "GSE1_counts.csv.gz", ["S1A", "S1C", "S2A"], ["G", "H"])
    series = _series(
        tmp_path / "matrix.txt.gz",
        ["agent: NMN", "", "agent: Placebo", "agent: none"],
        ["clamp: yes", "", "", ""],
        ["day: 0", "day: 70", "day: 0", "day: 0"],
    )
    matrix = _read(_config(**BY_SUBJECT), counts, series)
    assert list(matrix.samples) == ["subject", "visit", "agent"]
    assert matrix.samples["agent"].tolist() == ["NMN", "NMN", "Placebo"]
    notices = " ".join(matrix.notices)
    assert "left out: clamp, day." in notices
    assert "taken for all of those: agent." in notices


def test_a_column_without_a_partner_is_refused_unless_it_is_excluded(tmp_path: Path) -> None:
    counts = _table(tmp_path / "GSE1_counts.csv.gz", ["S1A", "S1C", "S7A"], ["G", "H"])
    series = _series(tmp_path / "matrix.txt.gz")
    assert "S7A (subject 7)" in _problem(_config(**BY_SUBJECT), counts, series).found
    config = _config(**BY_SUBJECT)
    config = config.model_copy(update={"samples": config.samples.model_copy(update={"exclude": ["S7A"]})})
    assert _read(config, counts, series).counts.index.tolist() == ["S1A", "S1C"]


def test_rows_without_a_gene_are_left_out_and_repeated_ones_summed(tmp_path: Path) -> None:
    counts = _table(tmp_path / "GSE1_counts.csv.gz", ["S1A", "S1C"], ["G", "", "NA", "H", "NA", "G"])
    matrix = _read(_config(**BY_SUBJECT), counts, _series(tmp_path / "matrix.txt.gz"))
    assert matrix.counts.loc["S1A"].to_dict() == {"G": 1 + 6, "H": 4}
    assert "3 rows without a gene were left out." in matrix.notices
    assert "2 rows that repeat 1 gene ids were summed, a row for each gene." in matrix.notices


def test_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    counts = _table(tmp_path / "GSE1_counts.csv.gz", ["S1A", "S1C", "S1C"], ["G", "H"])
    problem = _problem(_config(**BY_SUBJECT), counts, _series(tmp_path / "matrix.txt.gz"))
    assert problem.found == "more than one S1C"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"file": "../../x.tsv"}, "without a folder"),
        ({"sample_pattern": "(?P<gsm>GSM"}, "a regular expression"),
        ({"sample_pattern": r"S(?P<subject>\d)"}, "?P<gsm>"),
        ({"join": {"by": ["visit"], "pattern": "x"}}, "?P<visit>"),
    ],
)
def test_a_source_that_cannot_work_is_refused_before_anything_is_read(source: dict[str, object], words: str) -> None:
    with pytest.raises(InputError) as caught:
        _config(**source)
    assert words in str(caught.value)


def test_addresses_follow_the_folders_of_geo() -> None:
    addresses = {
        accession: sources.files(_config(accession=accession))["series_matrix"] for accession in ("GSE7", "GSE1234")
    }
    assert {accession: getattr(file, "address", "") for accession, file in addresses.items()} == {
        "GSE7": "https://ftp.ncbi.nlm.nih.gov/geo/series/GSEnnn/GSE7/matrix/GSE7_series_matrix.txt.gz",
        "GSE1234": "https://ftp.ncbi.nlm.nih.gov/geo/series/GSE1nnn/GSE1234/matrix/GSE1234_series_matrix.txt.gz",
    }

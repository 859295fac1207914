"""The user's own matrix and sheet: what comes out, and everything that is refused."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trialseq import sources
from trialseq.config import Config
from trialseq.counts import CountMatrix
from trialseq.problems import InputError, Problem
from trialseq.validation import parse

COUNTS = pd.DataFrame(
    np.arange(1, 41).reshape(10, 4) * 7,
    index=[f"ENSG{i:05d}" for i in range(10)],
    columns=["S1", "S2", "S3", "S4"],
)
SHEET = pd.DataFrame(
    {
        "subject": ["1", "1", "2", "2"],
        "visit": ["pre", "post", "pre", "post"],
        "age": ["61.5", "61.5", "70", ""],
        "plate": ["007", "010", "007", "010"],
        "note": ["NA", "fine", "NA", 'odd, see "log"'],
    },
    index=["S1", "S2", "S3", "S4"],
)


def _config(folder: Path, source: dict[str, Any] | None = None, samples: dict[str, Any] | None = None) -> Config:
    return parse(
        {
            "study": "mine",
            "source": {
                "type": "table",
                "counts": str(folder / "counts.tsv"),
                "samples": str(folder / "samples.tsv"),
                **(source or {}),
            },
            "samples": samples or {},
            "trial": {"subject": "subject", "visit": {"column": "visit", "reference": "pre"}},
        }
    )


def _read(config: Config) -> CountMatrix:
    return sources.read(config, {name: Path(str(path)) for name, path in sources.files(config).items()})


def _write(folder: Path, counts: pd.DataFrame = COUNTS, sheet: pd.DataFrame = SHEET) -> None:
    counts.rename_axis("gene").to_csv(folder / "counts.tsv", sep="\t")
    sheet.rename_axis("sample").to_csv(folder / "samples.tsv", sep="\t")


def _problems(config: Config) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        _read(config)
    return list(caught.value.problems)


def _problem(config: Config) -> Problem:
    (problem,) = _problems(config)
    return problem


def test_counts_come_out_by_sample_in_the_order_of_the_sheet(tmp_path: Path) -> None:
    _write(tmp_path, COUNTS[["S3", "S1", "S4", "S2"]])
    matrix = _read(_config(tmp_path))
    pd.testing.assert_frame_equal(matrix.counts, COUNTS.T, check_names=False)
    assert matrix.samples.index.tolist() == ["S1", "S2", "S3", "S4"]
    assert matrix.genes["gene_name"].tolist() == COUNTS.index.tolist()
    assert matrix.genes["biotype"].tolist() == [""] * 10
    assert matrix.notices == ()


def test_numbers_of_the_sheet_are_numbers_and_labels_are_text(tmp_path: Path) -> None:
    _write(tmp_path)
    samples = _read(_config(tmp_path)).samples
    assert samples["subject"].tolist() == [1, 1, 2, 2]
    assert samples["subject"].dtype == "int64"
    np.testing.assert_equal(samples["age"].to_numpy(), [61.5, 61.5, 70, np.nan])
    assert samples["plate"].tolist() == ["007", "010", "007", "010"]
    assert samples["note"].isna().tolist() == [True, False, True, False]


def test_a_gene_and_a_sample_called_na_stay(tmp_path: Path) -> None:
    counts = COUNTS.rename({"ENSG00003": "NA"}).rename(columns={"S2": "NA"})
    _write(tmp_path, counts, SHEET.rename({"S2": "NA"}))
    matrix = _read(_config(tmp_path))
    assert matrix.counts.loc["NA", "NA"] == COUNTS.loc["ENSG00003", "S2"]


def test_columns_beside_the_counts_have_their_roles(tmp_path: Path) -> None:
    counts = COUNTS.assign(
        length=99.5, symbol=[f"G{i}" for i in range(9)] + ["NA"], kind="protein_coding", id=range(10)
    )
    _write(tmp_path, counts[["S1", "length", "S2", "symbol", "S3", "kind", "S4", "id"]])
    source = {"gene_column": "id", "symbol_column": "symbol", "biotype_column": "kind"}
    matrix = _read(_config(tmp_path, {**source, "ignore_columns": ["length", "gene"]}))
    assert matrix.counts.columns.tolist() == [str(i) for i in range(10)]
    assert matrix.counts.to_numpy().tolist() == COUNTS.T.to_numpy().tolist()
    assert matrix.genes.loc["9"].tolist() == ["NA", "protein_coding"]


def test_lines_that_sum_up_the_counting_are_no_genes(tmp_path: Path) -> None:
    _write(tmp_path, COUNTS.rename({"ENSG00008": "__no_feature", "ENSG00009": "N_multimapping"}))
    matrix = _read(_config(tmp_path))
    assert matrix.counts.shape == (4, 8)
    assert "__no_feature, N_multimapping" in matrix.notices[0]


def test_levels_are_recoded_samples_left_out_and_a_subset_taken(tmp_path: Path) -> None:
    _write(tmp_path)
    samples = {
        "recode": {"visit": {"pre": "before"}, "subject": {1: "x"}},
        "exclude": ["S4"],
        "subset": "visit == before",
    }
    matrix = _read(_config(tmp_path, samples=samples))
    assert matrix.samples.index.tolist() == ["S1", "S3"]
    assert matrix.samples["visit"].tolist() == ["before", "before"]
    assert matrix.samples["subject"].tolist() == ["x", "2"]
    assert matrix.counts.index.tolist() == ["S1", "S3"]


def test_levels_can_be_swapped(tmp_path: Path) -> None:
    _write(tmp_path)
    matrix = _read(_config(tmp_path, samples={"recode": {"visit": {"pre": "post", "post": "pre"}}}))
    assert matrix.samples["visit"].tolist() == ["post", "pre", "post", "pre"]


def test_an_excluded_sample_may_be_wrong_in_any_way(tmp_path: Path) -> None:
    counts = COUNTS.astype(object)
    counts.loc["ENSG00002", "S4"] = "bad"
    _write(tmp_path, counts.drop(columns="S3"), SHEET)
    matrix = _read(_config(tmp_path, samples={"exclude": ["S3", "S4"]}))
    assert matrix.counts.index.tolist() == ["S1", "S2"]


def test_a_sample_outside_the_subset_is_checked_all_the_same(tmp_path: Path) -> None:
    counts = COUNTS.copy()
    counts.loc["ENSG00002", "S2"] = -4
    _write(tmp_path, counts)
    assert "-4" in _problem(_config(tmp_path, samples={"subset": "visit == pre"})).found


def _set(value: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def change(counts: pd.DataFrame) -> pd.DataFrame:
        counts = counts.astype(object)
        counts.loc["ENSG00004", "S2"] = value
        counts.loc["ENSG00007", "S3"] = value
        return counts

    return change


@pytest.mark.parametrize(
    ("change", "found", "hint"),
    [
        (_set(-3), "negative numbers in 2 cells, first -3 for gene ENSG00004 in sample S2", "raw counts"),
        (_set(1.5), "fractions in 2 cells, first 1.5 for gene ENSG00004 in sample S2", "round_fractions"),
        (_set(""), "missing values in 2 cells, first gene ENSG00004 in sample S2", "has 0"),
        (_set("NA"), "missing values in 2 cells, first gene ENSG00004 in sample S2", "has 0"),
        (_set("many"), "no numbers in 2 cells, first 'many' for gene ENSG00004 in sample S2", "ignore_columns"),
        (_set("1,000"), "no numbers in 2 cells, first '1,000' for gene ENSG00004", ""),
        (_set("TRUE"), "no numbers in 2 cells, first 'TRUE' for gene ENSG00004", ""),
        (_set("inf"), "infinite values in 2 cells, first inf for gene ENSG00004", ""),
        (_set(2**53 + 2), "numbers above 2^53", ""),
        (_set(10**25), "numbers above 2^53", ""),
        (lambda counts: counts.assign(S2=0), "no count at all in S2", "samples.exclude"),
        (lambda counts: counts / counts.sum() * 1e6, "TPM or CPM", "raw counts"),
        (lambda counts: np.log2(counts + 1), "log-transformed", "raw counts"),
        (lambda counts: np.log2(counts) - np.log2(counts).mean(), "log-transformed", "raw counts"),
        (lambda counts: counts.rename({"ENSG00004": "ENSG00003"}), "more than one ENSG00003", "gene_column"),
        (lambda counts: counts.rename({"ENSG00004": ""}), "none in 1 rows", ""),
        (lambda counts: counts.T, "4 names of the sheet in the first column", "transpose"),
        (lambda counts: counts.assign(S9=1), "columns that the sheet does not name: S9", "ignore_columns"),
        (lambda counts: counts.set_axis(["S1", "S2", "S3", "S3"], axis=1).assign(S4=1), "more than one S3", ""),
        (lambda counts: counts.set_axis([f"__{letter}" for letter in "abcdefghij"]), "no gene", ""),
    ],
)
def test_wrong_counts_are_refused(
    tmp_path: Path, change: Callable[[pd.DataFrame], pd.DataFrame], found: str, hint: str
) -> None:
    _write(tmp_path, change(COUNTS))
    problem = _problem(_config(tmp_path))
    assert problem.entry == f"source.counts ({tmp_path / 'counts.tsv'})"
    assert found in problem.found
    assert hint in problem.hint


def test_one_odd_fraction_among_small_counts_is_not_called_a_logarithm(tmp_path: Path) -> None:
    counts = (COUNTS % 5).astype(float)
    counts.iloc[0, 0] = 2.5
    _write(tmp_path, counts)
    assert "fractions in one cell, first 2.5" in _problem(_config(tmp_path)).found


def test_fractions_are_rounded_half_to_even_where_asked(tmp_path: Path) -> None:
    counts = COUNTS.astype(float)
    counts["S1"] = [0.5, 1.5, 2.5, 3.4999, 3.5001, 0, 1, 2, 100.5, 101.5]
    _write(tmp_path, counts)
    matrix = _read(_config(tmp_path, {"round_fractions": True}))
    assert matrix.counts.loc["S1"].tolist() == [0, 2, 2, 3, 4, 0, 1, 2, 100, 102]
    assert matrix.notices == ("7 counts that were fractions were rounded to integers.",)


@pytest.mark.parametrize(
    ("change", "word"),
    [(lambda c: c / c.sum() * 1e6, "TPM"), (lambda c: np.log2(c + 1), "log"), (_set(-0.5), "negative")],
)
def test_rounding_is_no_way_in_for_normalised_values(
    tmp_path: Path, change: Callable[[pd.DataFrame], pd.DataFrame], word: str
) -> None:
    _write(tmp_path, change(COUNTS))
    assert word in _problem(_config(tmp_path, {"round_fractions": True})).found


@pytest.mark.parametrize(
    ("change", "entry", "found", "hint"),
    [
        (lambda sheet: sheet.rename({"S2": "S2x"}).drop("S1"), "source.samples", "no column S2x", "did you mean S2?"),
        (lambda sheet: sheet.rename({"S2": "S1"}), "source.samples", "more than one S1", ""),
        (lambda sheet: sheet.rename({"S2": ""}), "source.samples", "none in 1 rows", ""),
        (lambda sheet: sheet.rename(columns={"age": "plate"}), "source.samples", "more than one plate", ""),
        (lambda sheet: sheet.iloc[:0], "source.samples", "none", ""),
    ],
)
def test_a_wrong_sheet_is_refused(
    tmp_path: Path, change: Callable[[pd.DataFrame], pd.DataFrame], entry: str, found: str, hint: str
) -> None:
    _write(tmp_path, COUNTS, change(SHEET))
    problem = _problems(_config(tmp_path))[0]
    assert problem.entry.startswith(f"{entry} (")
    assert found in problem.found
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("source", "samples", "entry", "hint"),
    [
        ({"gene_column": "Gene"}, {}, "source.gene_column", "did you mean gene?"),
        ({"symbol_column": "symbol"}, {}, "source.symbol_column", "there is: gene"),
        ({"biotype_column": "genes"}, {}, "source.biotype_column", "did you mean gene?"),
        ({"ignore_columns": ["s1"]}, {}, "source.ignore_columns", "did you mean S1?"),
        ({"sample_column": "Sample"}, {}, "source.sample_column", "did you mean sample?"),
        ({}, {"exclude": ["S11"]}, "samples.exclude", "did you mean S1?"),
        ({}, {"recode": {"vist": {"pre": "before"}}}, "samples.recode.vist", "did you mean visit?"),
        ({}, {"recode": {"visit": {"Pre": "before"}}}, "samples.recode.visit", "did you mean pre?"),
        ({}, {"subset": "visit == Post"}, "samples.subset", "did you mean post?"),
        ({}, {"subset": "plate == 007 and visit == post"}, "samples", ""),
    ],
)
def test_wrong_options_are_refused_with_the_likely_spelling(
    tmp_path: Path, source: dict[str, Any], samples: dict[str, Any], entry: str, hint: str
) -> None:
    _write(tmp_path)
    problem = _problem(_config(tmp_path, source, samples))
    assert problem.entry == entry
    assert hint in problem.hint


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    counts = COUNTS.astype(object).rename({"ENSG00001": "ENSG00000"}).rename(columns={"S4": "S5"})
    counts.loc["ENSG00002", "S1"] = "x"
    counts.loc["ENSG00003", "S2"] = -1
    counts.loc["ENSG00004", "S3"] = 0.5
    _write(tmp_path, counts)
    samples = {"exclude": ["S7"], "recode": {"visit": {"PRE": "before"}}}
    said = [problem.found for problem in _problems(_config(tmp_path, samples=samples))]
    words = ["S7", "PRE", "no column S4", "does not name: S5", "more than one ENSG00000", "'x'", "-1", "0.5"]
    assert len(said) == len(words)
    for word in words:
        assert any(word in each for each in said), word


def test_two_missing_files_are_both_named(tmp_path: Path) -> None:
    assert [problem.found for problem in _problems(_config(tmp_path))] == ["no such file", "no such file"]


def test_real_quadriceps_counts_read_in_seconds(public_data: Path) -> None:
    folder = public_data / "GSE184951"
    source = {"counts": str(folder / "GSE184951_gene_counts.tsv.gz"), "samples": str(folder / "samples.tsv")}
    config = _config(folder, {**source, "symbol_column": "symbol"}, {"subset": "disease != healthy"})
    start = time.perf_counter()
    matrix = _read(config)
    assert time.perf_counter() - start < 4  # 0.4 s by itself; other tests may run beside it
    assert matrix.counts.shape == (22, 63677)
    # zcat GSE184951_gene_counts.tsv.gz | awk -F'\t' '$2=="PDGFRB"' | cut -f1,2,13,24
    assert matrix.genes.index[matrix.genes["gene_name"] == "PDGFRB"].tolist() == ["ENSG00000113721"]
    assert matrix.counts.loc["GSM5602358_Post-S1", "ENSG00000113721"] == 10721
    assert matrix.counts.loc["GSM5602369_Pre-S1", "ENSG00000113721"] == 1379
    assert matrix.samples["subject"].dtype == "int64"


def test_published_size_factors_come_with_the_counts_of_gse140261(public_data: Path) -> None:
    folder = public_data / "GSE140261"
    counts = folder / "GSE140261_year2_genecounts.csv.gz"
    matrix = _read(_config(folder, {"counts": str(counts), "samples": str(folder / "samples.tsv")}))
    assert matrix.counts.shape == (35, 30718)
    # Median of ratios over genes without a zero, as Anders and Huber (2010) define it.
    logs = np.log(matrix.counts.to_numpy()[:, (matrix.counts > 0).all(axis=0)])
    factors = np.exp(np.median(logs - logs.mean(axis=0), axis=1))
    np.testing.assert_allclose(factors, matrix.samples["published_sizefactor"], rtol=1e-6)

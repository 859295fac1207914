"""What is written reads as itself again, whatever it holds; parsers give what enumeration says."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trialseq.design.grammar import GrammarError, parse_contrast, parse_formula, resolve_cell
from trialseq.genesets import read_gmt
from trialseq.io import read_table as read_result
from trialseq.io import write_table
from trialseq.sources.filters import keep
from trialseq.sources.readers import parse
from trialseq.sources.series_matrix import read_series_matrix
from trialseq.sources.symbols import restore

FILES = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
QUICK = settings(deadline=None)
LETTERS = st.characters(codec="utf-8", categories=["L", "N", "P", "S"], exclude_characters='"')
TEXT = st.text(LETTERS, min_size=1, max_size=12).filter(lambda text: text[0] not in "=@#!")
WORDS = st.from_regex(r"[a-z]{1,8}", fullmatch=True).filter(lambda word: word not in {"and", "in", "not"})


@FILES
@given(sets=st.dictionaries(TEXT, st.lists(TEXT, min_size=1, unique=True), min_size=1, max_size=6))
def test_gene_sets_that_are_written_read_as_themselves(tmp_path: Path, sets: dict[str, list[str]]) -> None:
    path = tmp_path / "sets.gmt"
    lines = ["\t".join([name, f"name of {name}", *genes]) for name, genes in sets.items()]
    path.write_text("\n".join(lines), encoding="utf-8")
    found = read_gmt(path)
    assert {name: list(each.genes) for name, each in found.items()} == sets
    assert all(each.name == f"name of {name}" for name, each in found.items())


@FILES
@given(
    ids=st.lists(st.integers(1, 10**7).map("GSM{}".format), min_size=1, max_size=5, unique=True),
    keys=st.lists(WORDS.filter(lambda word: word not in {"title", "gsm"}), min_size=1, max_size=4, unique=True),
    data=st.data(),
)
def test_a_series_matrix_gives_what_was_said_of_each_sample(
    tmp_path: Path, ids: list[str], keys: list[str], data: st.DataObject
) -> None:
    said = {key: [f"v {data.draw(TEXT)}" if data.draw(st.booleans()) else "" for _ in ids] for key in ["title", *keys]}
    said["title"] = [value or "v" for value in said["title"]]

    def line(key: str, cells: list[str]) -> str:
        return "\t".join([key, *(f'"{cell}"' for cell in cells)])

    lines = [line("!Sample_title", said["title"]), line("!Sample_geo_accession", ids)]
    lines += [
        line("!Sample_characteristics_ch1", [f"{key}: {value}" if value else "" for value in said[key]]) for key in keys
    ]
    path = tmp_path / "x_series_matrix.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    found = read_series_matrix(path, "source").fillna("")
    assert list(found.index) == ids
    for key in found.columns:
        assert list(found[key]) == said[key]
    assert set(said) - set(found.columns) <= {key for key in keys if not any(said[key])}


@QUICK
@given(
    genes=st.lists(WORDS, min_size=1, max_size=6, unique=True),
    samples=st.lists(WORDS.map("s_{}".format), min_size=1, max_size=4, unique=True),
    form=st.sampled_from(["tsv", "csv", "xlsx", "parquet"]),
    data=st.data(),
)
def test_counts_read_from_each_form_are_those_that_were_written(
    genes: list[str], samples: list[str], form: str, data: st.DataObject
) -> None:
    most = 2**53 if form == "xlsx" else 2**62  # a spreadsheet's numbers are doubles
    row = st.lists(st.integers(0, most), min_size=len(samples), max_size=len(samples))
    counts = [data.draw(row) for _ in genes]
    table = pd.DataFrame(counts, columns=samples).assign(gene=genes)[["gene", *samples]]
    stream = io.BytesIO()
    match form:
        case "xlsx":
            table.to_excel(stream, index=False)
        case "parquet":
            table.to_parquet(stream, index=False)
        case _:
            stream.write(table.to_csv(index=False, sep="\t" if form == "tsv" else ",").encode())
    found = parse(stream.getvalue(), f"counts.{form}", "source.counts", text=["gene"])
    assert list(found.columns) == ["gene", *samples]
    assert list(found["gene"]) == genes
    assert found[samples].to_numpy().tolist() == counts


@FILES
@given(
    names=st.lists(TEXT, min_size=1, max_size=6, unique=True),
    numbers=st.lists(st.floats(-1e300, 1e300) | st.just(float("nan")), min_size=6, max_size=6),
    form=st.sampled_from(["tsv", "tsv.gz", "parquet"]),
)
def test_a_table_of_results_reads_as_it_was_written(
    tmp_path: Path, names: list[str], numbers: list[float], form: str
) -> None:
    frame = pd.DataFrame({"gene_id": names, "p_value": numbers[: len(names)]})
    write_table(frame, tmp_path / f"x.{form}")
    found = read_result(tmp_path / f"x.{form}")
    assert list(found["gene_id"]) == names
    assert list(found["p_value"]) == pytest.approx(list(frame["p_value"]), rel=1e-9, nan_ok=True)


@QUICK
@given(st.dictionaries(WORDS, st.integers(-64, 64).filter(bool).map(lambda n: n / 8), min_size=1, max_size=6))
def test_a_contrast_has_the_weights_that_it_was_made_of(weights: dict[str, float]) -> None:
    plain = " + ".join(f"{weight} * {cell}" for cell, weight in weights.items())
    grouped = " - ".join(f"({cell} * ({-weight}) / 2) * 2" for cell, weight in weights.items())
    assert parse_contrast(plain) == pytest.approx(weights)
    assert parse_contrast(f"-(0 * {next(iter(weights))} - ({plain}))") == pytest.approx(weights)
    first = next(iter(weights))
    assert parse_contrast(grouped) == pytest.approx({**weights, first: -weights[first]})


@QUICK
@given(st.lists(WORDS, min_size=1, max_size=5, unique=True))
def test_a_formula_names_the_columns_that_it_was_made_of(columns: list[str]) -> None:
    formula = parse_formula(f"~ {' + '.join(columns)}")
    assert list(formula.columns) == columns


@QUICK
@given(TEXT.filter(lambda text: not set(text) & set(".[]")), st.sampled_from(["before", "after"]))
def test_a_cell_is_the_levels_that_it_joins(level: str, visit: str) -> None:
    levels = {"agent": [level, "other"], "visit": ["before", "after"]}
    try:
        found = resolve_cell(f"{level}.{visit}", levels)
    except GrammarError:
        assert level in {"before", "after"}  # a level of two factors
        return
    assert found == {"agent": level, "visit": visit}


@QUICK
@given(st.lists(TEXT.map(lambda text: text.replace("'", "’")), min_size=2, max_size=6))
def test_a_filter_keeps_the_samples_that_have_the_value(values: list[str]) -> None:
    samples = pd.DataFrame({"group": values}, index=[f"s{number}" for number in range(len(values))])
    wanted = values[0]
    assert list(keep(samples, f"group == '{wanted}'", "samples.subset")) == [each == wanted for each in values]
    assert list(keep(samples, f"group not in ['{wanted}']", "samples.subset")) == [each != wanted for each in values]


@QUICK
@given(st.lists(st.from_regex(r"[A-Z]{2,6}[0-9]{0,2}", fullmatch=True), max_size=8))
def test_symbols_that_are_no_dates_stay(names: list[str]) -> None:
    months = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
    plain = [name for name in names if not name.startswith(months)]
    assert restore(plain) == (plain, [])

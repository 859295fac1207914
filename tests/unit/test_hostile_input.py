"""Input that is made to hurt ends in a sentence, within time and memory."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gene_tables import contrast_genes, linear_genes
from sheets import TRIAL, sheet, study
from trialseq import de, design, enrichment, limits, simulate
from trialseq.config import Enrichment, GeoSupplementarySource, Limits, Samples
from trialseq.counts import CountMatrix
from trialseq.design.grammar import GrammarError, parse_contrast, parse_formula, resolve_cell
from trialseq.genesets import read_gmt
from trialseq.naming import checked, file_name, odd
from trialseq.problems import InputError, Problem, closest
from trialseq.sources import checks
from trialseq.sources.archive import read_archive
from trialseq.sources.assemble import Parts, assemble
from trialseq.sources.filters import FilterError
from trialseq.sources.filters import parse as parse_filter
from trialseq.sources.patterns import Search
from trialseq.sources.readers import parse, read_table, unpack
from trialseq.sources.series_matrix import read_series_matrix
from trialseq.validation import parse as parse_configuration
from workflow_runner import ROOT

SMALL = Limits(unpacked_mb=5, cells=100_000, members=10, sets=100, name=50, pattern_seconds=0.2)


def _file(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def _refused(action: object, words: str) -> None:
    with limits.applied(SMALL), pytest.raises(InputError, match=words):
        action()  # type: ignore[operator]


def test_a_gzip_bomb_is_refused_as_table_and_as_gene_sets(tmp_path: Path) -> None:
    path = _file(tmp_path, "bomb.tsv.gz", gzip.compress(bytes(50_000_000)))
    _refused(lambda: read_table(path, "source.counts"), "limits.unpacked_mb")
    _refused(lambda: read_gmt(path), "limits.unpacked_mb")


def test_a_gzip_bomb_takes_no_more_memory_than_its_limit(tmp_path: Path) -> None:
    path = _file(tmp_path, "bomb.gmt.gz", gzip.compress(bytes(1_500_000_000), 1))
    code = f"""
import resource; resource.setrlimit(resource.RLIMIT_AS, (600_000_000, 600_000_000))
from trialseq import limits; from trialseq.config import Limits
from trialseq.genesets import read_gmt; from trialseq.problems import InputError
with limits.applied(Limits(unpacked_mb=50)):
    try: read_gmt({str(path)!r})
    except InputError as error: print(error)
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "workflow")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert "limits.unpacked_mb" in done.stdout, done.stderr


def test_a_device_is_no_file() -> None:
    _refused(lambda: read_table(Path("/dev/zero"), "source.counts"), "a device or a pipe")


def test_a_wide_header_above_short_rows_is_refused() -> None:
    data = ("g\t" + "\t".join(f"s{i}" for i in range(2000)) + "\n" + "a\n" * 2000).encode()
    _refused(lambda: parse(data, "counts.tsv", "source.counts"), "limits.cells")


def test_a_series_matrix_with_a_key_for_every_cell_is_refused(tmp_path: Path) -> None:
    names = "\t".join(f"GSM{i}" for i in range(2000))
    keys = "\t".join(f"key{i}: x" for i in range(2000))
    text = f"!Sample_geo_accession\t{names}\n!Sample_characteristics_ch1\t{keys}\n"
    path = _file(tmp_path, "x_series_matrix.txt", text.encode())
    _refused(lambda: read_series_matrix(path, "source.series_matrix"), "limits.cells")


def test_a_cell_of_a_series_matrix_that_is_too_long_for_csv_is_refused(tmp_path: Path) -> None:
    path = _file(tmp_path, "x_series_matrix.txt", b"!Sample_geo_accession\t" + b"G" * 200_000 + b"\n")
    with pytest.raises(InputError, match="a line that is no row of cells"):
        read_series_matrix(path, "source.series_matrix")


def _xlsx(rows: str, prolog: str = "") -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    book = io.BytesIO()
    pd.DataFrame({"gene": ["a"], "s": [1]}).to_excel(book, index=False)
    changed = io.BytesIO()
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("sheet1.xml"):
                data = f'{prolog}<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'.encode()
            new.writestr(name, data)
    return changed.getvalue()


@pytest.mark.parametrize(
    ("rows", "prolog", "words"),
    [
        ('<row r="999999999999"><c r="A999999999999"><v>1</v></c></row>', "", "1,048,576 rows"),
        ("".join(f'<row r="{i}"><c r="XFD{i}"><v>1</v></c></row>' for i in range(1, 50)), "", "limits.cells"),
        ("<row><c>&b;</c></row>", '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;', "a broken one"),
        (" " * 20_000_000, "", "limits.unpacked_mb"),
    ],
    ids=["a row far below", "cells far to the right", "entities", "a zip bomb"],
)
def test_a_hostile_xlsx_is_refused(rows: str, prolog: str, words: str) -> None:
    data = _xlsx(rows, prolog)
    _refused(lambda: parse(data, "counts.xlsx", "source.counts"), words)


def test_a_tar_with_links_absolute_paths_and_a_bomb_writes_nothing(tmp_path: Path) -> None:
    given = {"type": "geo_supplementary", "accession": "GSE1", "file": "x.tar", "sample_pattern": "(?P<gsm>S)"}
    source = GeoSupplementarySource.model_validate(given)
    outside = tmp_path / "outside"

    def packed(size: int) -> Path:
        path = tmp_path / "x.tar.gz"
        with tarfile.open(path, "w:gz") as tar:
            link = tarfile.TarInfo("S_link")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(link)
            for name in (str(outside), "../S1.tsv"):
                member = tarfile.TarInfo(name)
                data = b"gene\tcount\nA\t1\n" + b" " * size
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
        return path

    counts, _, others = read_archive(source, packed(0), "source.file")
    assert list(counts.columns) == ["S1"]
    assert others == ["outside"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.tar.gz"]
    _refused(lambda: read_archive(source, packed(20_000_000), "source.file"), "limits.unpacked_mb")


def test_a_member_of_a_plain_tar_that_says_it_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    given = {"type": "geo_supplementary", "accession": "GSE1", "file": "x.tar", "sample_pattern": "(?P<gsm>S)"}
    member = tarfile.TarInfo("S1.tsv")
    member.size = 10**12  # and nothing follows
    path = _file(tmp_path, "x.tar", member.tobuf(tarfile.GNU_FORMAT) + b"gene\tcount\n" * 100)
    source = GeoSupplementarySource.model_validate(given)
    _refused(lambda: read_archive(source, path, "source.file"), "limits.unpacked_mb")


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*$", "((a{0,30}){0,30}){0,30}$"])
def test_a_pattern_that_backtracks_for_ever_is_stopped(pattern: str) -> None:
    _refused(lambda: Search(pattern, "source.sample_pattern")("a" * 60 + "b"), "limits.pattern_seconds")


def test_a_yaml_bomb_of_aliases_is_refused() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{n}: &{n} [{', '.join(['*' + o] * 9)}]" for o, n in zip("abcdefgh", "bcdefghi", strict=True)]
    with pytest.raises(InputError, match="at most 200,000 values"):
        parse_configuration(yaml.safe_load("\n".join(lines)))


@pytest.mark.parametrize("path", ["{contrast}", "$(touch x)", "a;b", "a`b`", "a\nb", "a\x1bb", "x" * 2000])
def test_paths_that_snakemake_or_a_shell_would_read_as_more_are_refused(path: str) -> None:
    with pytest.raises(InputError, match=r"source\.counts"):
        study(trial=TRIAL, source={"type": "table", "counts": path, "samples": "s.tsv"})


@given(st.text(max_size=150))
def test_what_is_checked_is_one_safe_part_of_a_path(name: str) -> None:
    try:
        checked(name, "contrast")
    except ValueError:
        return
    assert name == Path(name).name
    assert name.isascii()
    assert not set(name) & set("/\\ $;&|<>`'\"*?{}\n")


@pytest.mark.parametrize("name", ["..", ".", "a..b", "a.", ".a", "-a", "a/b", "a\\b", "", "a\n", "x" * 101, "\u00e9"])
def test_names_that_leave_a_folder_or_hide_in_it_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="at most 100 letters"):
        checked(name)


@pytest.mark.parametrize("level", ["enrichment", "pdgf", "running"])
def test_a_level_that_makes_an_id_of_another_kind_of_file_is_refused(level: str) -> None:
    with pytest.raises(InputError, match=rf"contrast change\.NMN\.{level}"):
        design.plan(sheet({"NMN": 2, "Placebo": 2}, states=("Basal", level)), study(trial=TRIAL))


@settings(deadline=None)
@given(st.lists(st.text(min_size=1, max_size=40), min_size=2, max_size=2, unique=True))
def test_levels_of_a_trial_reach_ids_through_the_checked_function(arms: list[str]) -> None:
    samples = sheet(dict.fromkeys(arms, 2))
    try:
        plan = design.plan(samples, study(trial={**TRIAL, "arm": {"column": "agent", "reference": arms[0]}}))
    except InputError:
        return
    for name in [model.id for model in plan.models] + list(plan.estimands):
        assert checked(name) == name == file_name(*name.split("."))


def test_odd_names_are_named() -> None:
    problems = odd(["ok", "=1+1", "a\nb", "x" * 60, "@SUM"], "source.counts", 50)
    assert [each.found for each in problems] == ["=1+1, @SUM", "a\\nb", "x" * 60]


def test_a_message_steers_no_terminal_and_has_an_end() -> None:
    text = str(Problem("a\x1b[2J", "b\nc", "x" * 10_000))
    assert text.count("\n") == 2
    assert "\x1b" not in text
    assert len(text) < 6000
    assert closest("x" * 10_000, ["x" * 9999] * 1000).startswith("there is")


@given(st.text(alphabet='abNM.+-*/()[]"0123456789 ~:`e', max_size=60))
def test_the_grammars_give_values_or_their_own_errors(text: str) -> None:
    for read, error in ((parse_formula, GrammarError), (parse_contrast, GrammarError), (parse_filter, FilterError)):
        try:
            read(text)
        except error:
            continue


def test_numbers_too_large_for_a_contrast_are_refused() -> None:
    with pytest.raises(GrammarError, match="too large"):
        parse_contrast(f"{'9' * 400} * a - {'9' * 400} * b")


def test_a_cell_with_more_readings_than_anybody_can_try_is_refused() -> None:
    levels = {f"f{number}": ["a", "b"] for number in range(14)}
    with pytest.raises(GrammarError, match="say their factor"):
        resolve_cell(".".join(["a"] * 13 + ["z"]), levels)


@pytest.mark.parametrize("text", ["~ I(__import__('os').system('x'))", "~ a + {open('x')}", "~ a:b:c:d:e:f:g"])
def test_code_and_endless_interactions_in_formulas_are_refused(text: str) -> None:
    with pytest.raises(GrammarError):
        parse_formula(text)


def test_counts_whose_sum_is_too_large_are_refused_and_10_to_the_15_is_a_count() -> None:
    frame = pd.DataFrame({"s": [10**15, 3], "t": [1, 2]}, index=["A", "B"])
    numbers, problems, _ = checks.counts(frame, "source.counts")
    assert problems == []
    assert numbers.tolist() == [[10**15, 3], [1, 2]]
    _, problems, _ = checks.counts(pd.DataFrame({"s": [9 * 10**15, 9 * 10**15], "t": [1, 2]}), "source.counts")
    assert "reads in a sample" in problems[0].expected


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["x.tsv", "x.csv", "x.txt.gz", "x.xlsx", "x.parquet"]))
def test_any_bytes_are_a_table_or_an_input_error(data: bytes, name: str) -> None:
    try:
        parse(unpack(data, name, "source.counts"), name, "source.counts")
    except InputError:
        return


def test_a_hundred_thousand_gene_sets_are_read_and_tested(tmp_path: Path) -> None:
    symbols = [f"GENE{number}" for number in range(300)]
    lines = (
        f"S{number}\tset\t" + "\t".join(symbols[(number + step * 7) % 300] for step in range(5))
        for number in range(10**5)
    )
    sets = read_gmt(_file(tmp_path, "many.gmt", "\n".join(lines).encode()))
    assert len(sets) == 10**5
    genes = contrast_genes(symbols, range(300, 0, -1), called=symbols[:20])
    options = Enrichment(methods=["ora", "camera", "fry"], min_size=5)
    table = enrichment.enrich(genes, {"many": sets}, options, 0.05, 1, linear_genes(genes)).table
    assert table.groupby("method")["set_id"].nunique().to_dict() == {"camera": 10**5, "fry": 10**5, "ora": 10**5}
    assert table["p_value"].between(0, 1).all()


def test_a_gene_with_10_to_the_15_counts_is_fitted_with_numbers_and_spoils_no_other() -> None:
    simulated = simulate.trial(seed=3, genes=200, subjects_per_arm={"Placebo": 3, "NMN": 3}, states=("Basal",))
    roles = {name: role for name, role in TRIAL.items() if name != "state"}
    config = study(trial=roles, statistics={"shrinkage": True})

    def fitted(counts: pd.DataFrame) -> pd.DataFrame:
        matrix = CountMatrix(counts, simulated.samples, simulated.genes)
        plan = design.plan(simulated.samples, config)
        return de.fit(matrix, plan.models[0], config.statistics, 1).statistics

    huge = simulated.counts.copy()
    gene = huge.mean().idxmax()
    huge[gene] = 10**15 + np.arange(len(huge)) * 10**13
    before, after = fitted(simulated.counts), fitted(huge)
    columns = ["log2_fold_change", "lfc_se", "p_value"]
    of_gene = after[after["gene_id"] == gene]
    assert len(of_gene)
    assert np.isfinite(of_gene[columns]).all(axis=None)
    others = [
        each[each["gene_id"] != gene].set_index(["contrast", "gene_id"])["log2_fold_change"] for each in (before, after)
    ]
    assert (others[0] - others[1]).abs().median() < 0.05
    assert others[1].notna().sum() == others[0].notna().sum()


@pytest.mark.parametrize("name", ["_index"])
def test_columns_that_an_annotated_matrix_cannot_have_are_refused(name: str) -> None:
    counts = pd.DataFrame({"s": [1, 2], "t": [3, 4]}, index=["A", "B"])
    genes = pd.DataFrame({"gene_name": ["A", "B"], "biotype": ""}, index=counts.index)
    described = pd.DataFrame({name: ["x", "y"]}, index=["s", "t"])
    with pytest.raises(InputError, match="other than _index"):
        assemble(Parts(counts, genes, described, "source.counts", "source.samples"), Samples())

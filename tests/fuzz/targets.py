"""What is fuzzed: readers and grammars, each a function of bytes that ends well or in the error it is to raise."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from trialseq import limits
from trialseq.config import Limits
from trialseq.design.grammar import GrammarError, parse_contrast, parse_formula, resolve_cell
from trialseq.genesets import read_gmt
from trialseq.problems import InputError
from trialseq.sources.filters import FilterError, keep
from trialseq.sources.filters import parse as parse_filter
from trialseq.sources.readers import parse, unpack
from trialseq.sources.series_matrix import read_series_matrix
from trialseq.sources.symbols import restore

# Small, so that what passes a limit is found, and no input takes long.
SMALL = Limits(unpacked_mb=5, cells=100_000, members=20, sets=1000, name=200)
LEVELS = {"agent": ["NMN", "Placebo"], "visit": ["before", "after"], "state": ["Basal", "1"]}
SHEET = pd.DataFrame({"agent": ["NMN", "Placebo", None], "age": [50, 60.5, None]}, index=["a", "b", "c"])


def _in_file(read: Callable[[Path], object], data: bytes, ending: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"input{ending}"
        path.write_bytes(data)
        _held(lambda: read(path))


def _held(read: Callable[[], object]) -> None:
    token = limits._HERE.set(SMALL)  # without the limit of memory, which the fuzzer has of its own
    try:
        read()
    except InputError:
        return
    finally:
        limits._HERE.reset(token)


def table(data: bytes) -> None:
    """Tables, the first byte choosing the name by which the format is taken."""
    endings = ("tsv", "csv", "txt.gz", "xlsx", "parquet", "counts")
    name = f"counts.{endings[data[0] % len(endings)]}" if data else "counts.tsv"
    _held(lambda: parse(unpack(data[1:], name, "source.counts"), name, "source.counts"))


def gmt(data: bytes) -> None:
    """Gene sets: what is read has ids, names and genes, and reads as itself again."""

    def read(path: Path) -> None:
        sets = read_gmt(path)
        text = "".join("\t".join([each.id, each.name, *each.genes]) + "\n" for each in sets.values())
        path.write_text(text, encoding="utf-8")
        again = read_gmt(path)
        assert [(each.id, each.genes) for each in again.values()] == [(each.id, each.genes) for each in sets.values()]

    _in_file(read, data, ".gmt")


def series_matrix(data: bytes) -> None:
    """Series matrices."""
    _in_file(lambda path: read_series_matrix(path, "source"), data, "_series_matrix.txt")


def grammar(data: bytes) -> None:
    """Formulas, contrasts, cells of a contrast and filters of samples."""
    text = data.decode("utf-8", errors="replace")
    for read, error in (
        (parse_formula, GrammarError),
        (parse_contrast, GrammarError),
        (lambda cell: resolve_cell(cell, LEVELS), GrammarError),
        (parse_filter, FilterError),
        (lambda rule: keep(SHEET, rule, "samples.subset"), InputError),
    ):
        try:
            read(text)
        except error:
            continue


def symbols(data: bytes) -> None:
    """Gene symbols that a spreadsheet may have turned into dates."""
    names = data.decode("utf-8", errors="replace").split("\n")
    restored, _ = restore(names)
    assert len(restored) == len(names)


TARGETS = {each.__name__: each for each in (table, gmt, series_matrix, grammar, symbols)}

"""A tar with one table of counts for each sample."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

import pandas as pd

from trialseq import limits
from trialseq.config import GeoSupplementarySource
from trialseq.problems import InputError, Problem, listing
from trialseq.sources.patterns import Search
from trialseq.sources.readers import column, parse, unpack
from trialseq.sources.unpacking import GZIP, Bounded

COMPRESSED: dict[bytes, Callable[[Any], Any]] = {GZIP: gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}


def read_archive(
    source: GeoSupplementarySource, path: Path, entry: str
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Tables of the members whose names match the pattern, side by side.

    Returns counts (genes x samples, as written), genes (`gene_name`, `biotype`), and the members left out. Nothing
    is unpacked on disk. Raises InputError where the tar is broken, no member matches, or genes differ.
    """
    counts: list[pd.Series] = []
    names: list[str] = []
    genes = pd.DataFrame()
    others: list[str] = []
    problems: list[Problem] = []
    search = Search(source.sample_pattern, "source.sample_pattern")
    for member, data in _members(path, entry):
        name = PurePosixPath(member).name
        stem = re.sub(r"(\.[A-Za-z]+)?(\.gz)?$", "", name) or name
        if not search(stem):
            others.append(name)
            continue
        where = f"{entry}, {name}"
        try:
            values, described = _one(source, data, name, where)
        except InputError as error:
            # A wrong option is wrong in every table.
            problems += [each for each in error.problems if each.entry not in {other.entry for other in problems}]
            continue
        if not counts:
            genes = described
        elif not values.index.equals(genes.index):
            if not (values.index.is_unique and genes.index.is_unique and set(values.index) == set(genes.index)):
                odd = values.index.symmetric_difference(genes.index)
                found = (
                    f"{len(odd)} that one of them lacks: {listing(odd)}"
                    if len(odd)
                    else "repeated ones in another order"
                )
                problems.append(Problem(where, f"the genes of {names[0]}", found))
                continue
            values = values.reindex(genes.index)
        counts.append(values)
        names.append(stem)
        limits.check("cells", entry, len(counts) * len(genes), "cells")
    if problems:
        raise InputError(problems)
    if not counts:
        expected = "a pattern that is found in the names of members"
        raise InputError(Problem("source.sample_pattern", expected, listing(others) or "an empty tar"))
    frame = pd.DataFrame(dict(enumerate(counts)))
    frame.columns = pd.Index(names, dtype=object)
    return frame, genes, others


def _members(path: Path, entry: str) -> Iterator[tuple[str, bytes]]:
    """Names and contents of files; links, devices and folders are no files, and no name becomes a path."""
    try:
        with _opened(path, entry) as stream, tarfile.open(fileobj=stream, mode="r:") as tar:
            for number, member in enumerate(tar, start=1):
                limits.check("members", entry, number, "files inside")
                # macOS adds hidden copies.
                if member.isfile() and not PurePosixPath(member.name).name.startswith("."):
                    limits.unpacked(f"{entry}, {PurePosixPath(member.name).name}", member.size)
                    file = tar.extractfile(member)
                    yield member.name, file.read() if file else b""
    except FileNotFoundError:
        raise InputError(Problem(entry, "a file", "no such file")) from None
    except (tarfile.TarError, EOFError, zlib.error, OSError, ValueError, lzma.LZMAError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(Problem(entry, "a whole tar", f"a broken one ({error})", "fetch it again")) from None


@contextmanager
def _opened(path: Path, entry: str) -> Iterator[IO[bytes]]:
    """A tar as a stream, decompressed as far as it is read and the limit goes."""
    with path.open("rb") as file:
        head = file.read(len(max(COMPRESSED, key=len)))
        file.seek(0)
        unpack = next((opener for magic, opener in COMPRESSED.items() if head.startswith(magic)), None)
        if unpack is None:
            yield file
            return
        with unpack(file) as stream:
            yield cast("IO[bytes]", Bounded(stream, entry))


def _one(source: GeoSupplementarySource, data: bytes, name: str, entry: str) -> tuple[pd.Series, pd.DataFrame]:
    """Counts and genes of one member, index = gene ids."""
    text = [each for each in (source.gene_column, source.symbol_column) if each is not None]
    frame = parse(unpack(data, name, entry), name, entry, text=text, header=source.header)
    gene = column(frame, source.gene_column, "source.gene_column")
    counted = column(frame, source.count_column or str(frame.columns[-1]), "source.count_column")
    if source.header and re.fullmatch(r"\d+", counted):
        hint = "set source.header: false where tables have none"
        raise InputError(Problem("source.header", f"names in the first row of {name}", counted, hint))
    symbols = column(frame, source.symbol_column or gene, "source.symbol_column")
    ids = pd.Index(frame[gene], dtype=object)
    described = pd.DataFrame({"gene_name": frame[symbols], "biotype": ""}).set_axis(ids, axis=0)
    return frame[counted].set_axis(ids), described

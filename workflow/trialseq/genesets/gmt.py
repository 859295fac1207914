"""The GMT format: a set a line, with id, description and genes between tabs."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from trialseq import limits, naming
from trialseq.problems import InputError, Problem, listing
from trialseq.sources.unpacking import GZIP, gunzip, regular_bytes

FORMAT = "id, description and at least one gene, between tabs"


@dataclass(frozen=True)
class GeneSet:
    """A gene set: id, name in words, gene symbols in the order of the file, each once."""

    id: str
    name: str
    genes: tuple[str, ...]


def read_gmt(path: str | Path) -> dict[str, GeneSet]:
    """Sets of a GMT file, plain or gzipped, by id in the order of the file.

    The description is the name; where it is empty or an address, the id with spaces for underscores is. Raises
    InputError with the numbers of the lines at fault.
    """
    path = Path(path)
    text = _text(path)
    sets: dict[str, GeneSet] = {}
    first: dict[str, int] = {}
    short, empty, unnamed, repeated = [], [], [], []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        fields = [field.strip() for field in line.split("\t")]
        genes = tuple(dict.fromkeys(gene for gene in fields[2:] if gene))
        if len(fields) < 3:
            short.append(number)
        elif not fields[0]:
            unnamed.append(number)
        elif not genes:
            empty.append(number)
        elif fields[0] in first:
            repeated.append(f"{fields[0]} in lines {first[fields[0]]} and {number}")
        else:
            first[fields[0]] = number
            sets[fields[0]] = GeneSet(fields[0], _name(*fields[:2]), genes)
    problems = [
        Problem(f"{path}, {_lines(numbers)}", FORMAT, found)
        for numbers, found in (
            (short, "fewer than three fields"),
            (empty, "no gene"),
            (unnamed, "no id"),
        )
        if numbers
    ]
    if repeated:
        problems.append(Problem(str(path), "an id of its own for each set", listing(repeated)))
    limits.check("sets", str(path), len(sets), "gene sets")
    longest = limits.current().name
    problems += naming.odd({*sets, *(each.name for each in sets.values())}, str(path), longest)
    problems += naming.odd({gene for each in sets.values() for gene in each.genes}, str(path), longest)
    if not sets and not problems:
        problems.append(Problem(str(path), "gene sets", "an empty file"))
    if problems:
        raise InputError(problems)
    return sets


def gmt_lines(sets: Iterable[GeneSet]) -> Iterator[str]:
    """Lines of a GMT file, without their ends."""
    return ("\t".join([each.id, each.name, *each.genes]) for each in sets)


def _text(path: Path) -> str:
    try:
        data = regular_bytes(path, str(path))
        if data.startswith(GZIP):
            data = gunzip(data, str(path))
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        hint = "copy or download the file again"
        raise InputError(Problem(str(path), "a whole gzip file", f"a damaged one ({error})", hint)) from None
    except OSError as error:
        raise InputError(Problem(str(path), "a GMT file", str(error.strerror).lower())) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        hint = "save it as UTF-8 text; a spreadsheet or an archive is not a GMT file"
        raise InputError(Problem(f"{path}, line {line}", "text in UTF-8", "other bytes", hint)) from None
    if re.match(r"\s*<(!doctype\s+html|html)\b", text, re.IGNORECASE):
        hint = "the address led to a page: open it in a browser and look for the file behind it"
        raise InputError(Problem(f"{path}, line 1", "a GMT file", "a page of HTML", hint))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _name(identifier: str, description: str) -> str:
    # MSigDB puts the address of the set's page where others put its name.
    if description and not re.match(r"https?://", description):
        return description
    return identifier.replace("_", " ").strip() or identifier


def _lines(numbers: list[int]) -> str:
    return f"line{'s' if len(numbers) > 1 else ''} {listing(numbers)}"

"""Marker genes of cell types: a table of the project's or of the user's."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from trialseq.problems import InputError, Problem, closest, listing
from trialseq.sources.unpacking import regular_bytes

COLUMNS = ("cell_type", "gene")
Markers = Mapping[str, Sequence[str]]


def read_markers(path: str | Path, entry: str) -> dict[str, tuple[str, ...]]:
    """Genes by cell type, both in the order of the file, each gene of a type once.

    path: text with tabs and a header that names at least `cell_type` and `gene`; entry: the option that names it.
    Raises InputError where it is no such table, or names a gene for several types.
    """
    header, body = _rows(Path(path), entry)
    where = f"{entry} ({path})"
    absent = [name for name in COLUMNS if name not in header]
    if absent:
        hint = f"columns are {listing(header)}; between columns stand tabs"
        raise InputError(Problem(where, f"columns {' and '.join(COLUMNS)}", f"no column {listing(absent)}", hint))
    places = [header.index(name) for name in COLUMNS]
    short = [str(number) for number, row in body if len(row) <= max(places) or not all(row[at] for at in places)]
    if short:
        raise InputError(Problem(where, "a cell type and a gene in every row", f"not in lines {listing(short)}"))
    types: dict[str, dict[str, None]] = {}
    owners: dict[str, set[str]] = {}
    for _, row in body:
        kind, gene = (row[at] for at in places)
        types.setdefault(kind, {})[gene] = None
        owners.setdefault(gene, set()).add(kind)
    shared = [f"{gene} ({' and '.join(sorted(kinds))})" for gene, kinds in owners.items() if len(kinds) > 1]
    if shared:
        hint = "a gene of several types marks none of them: leave it out"
        raise InputError(Problem(where, "each gene for one cell type", listing(shared), hint))
    if not types:
        raise InputError(Problem(where, "marker genes", "a header and nothing below it"))
    return {kind: tuple(genes) for kind, genes in types.items()}


def _rows(path: Path, entry: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Fields of the header, then number and fields of each line that is not empty."""
    where = f"{entry} ({path})"
    try:
        text = regular_bytes(path, where).decode("utf-8-sig")
    except UnicodeDecodeError:
        hint = "save it as UTF-8 text with tabs between columns"
        raise InputError(Problem(where, "text in UTF-8", "other bytes", hint)) from None
    except OSError as error:
        raise InputError(Problem(entry, "a table of marker genes", f"{path}: {str(error.strerror).lower()}")) from None
    lines = [(number, line.split("\t")) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise InputError(Problem(where, "a table of marker genes", "an empty file"))
    (_, header), *body = [(number, [field.strip() for field in line]) for number, line in lines]
    return header, body


def unusable(
    markers: Markers, held: Sequence[str], symbols: Collection[str], fewest: int, entry: str
) -> tuple[list[Problem], list[str]]:
    """What stops composition from being held, and what it will have to do without.

    held: cell types that are to be covariates; symbols: genes of the counts. Problems are types that the markers do
    not name, and markers of which the counts have none; warnings are types with fewer than `fewest` markers there.
    """
    problems = [
        Problem(f"{entry}.hold", "cell types of the markers", name, closest(name, markers))
        for name in held
        if name not in markers
    ]
    every = [gene for genes in markers.values() for gene in genes]
    present = {kind: [gene for gene in genes if gene in symbols] for kind, genes in markers.items()}
    if not any(present.values()):
        found = (
            f"none of {len(every)}: markers are {listing(every, 4)}, genes of the counts {listing(sorted(symbols), 4)}"
        )
        hint = "markers are gene symbols: name the column of symbols in the options of the source"
        return [*problems, Problem(f"{entry}.markers", "marker genes among those of the counts", found, hint)], []
    few = [
        f"{kind} ({len(present[kind])} of {len(markers[kind])} markers)"
        for kind in held
        if kind in markers and len(present[kind]) < fewest
    ]
    if not few:
        return problems, []
    return problems, [f"Composition is held without {listing(few)}: the counts have fewer than {fewest} markers."]

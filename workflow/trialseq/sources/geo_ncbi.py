"""The uniform counts that NCBI makes of the human series on GEO.

Their form is described at https://www.ncbi.nlm.nih.gov/geo/info/rnaseqcounts.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from trialseq.config import Config, GeoNcbiSource
from trialseq.problems import InputError, Problem, listing
from trialseq.sources import Remote, geo

if TYPE_CHECKING:
    import pandas as pd

    from trialseq.sources.assemble import Parts

ANNOTATION = ["GeneID", "Symbol", "GeneType"]


def files(config: Config) -> dict[str, Remote]:
    """Counts, annotation of the genes, and the series matrix."""
    source = _source(config)
    counts = source.file or f"{source.accession}_raw_counts_GRCh38.p13_NCBI.tsv.gz"
    return {
        "counts": geo.ncbi_counts(config, source.accession, counts, source.sha256),
        "annotation": geo.ncbi_counts(config, source.accession, source.annotation),
        "series_matrix": geo.series_matrix(config, source.accession, source.series_matrix),
    }


def read(config: Config, paths: Mapping[str, Path]) -> Parts:
    """Read counts, annotation and series matrix; samples are named by their accession.

    Samples without counts, or whose title does not match `title_pattern`, are left out with a notice. Raises
    InputError with the problems of all three files.
    """
    from trialseq.sources.assemble import Parts, Problems
    from trialseq.sources.join import titled
    from trialseq.sources.readers import read_table
    from trialseq.sources.series_matrix import read_series_matrix

    source = _source(config)
    entries = {
        "counts": f"source.file ({paths['counts']})",
        "annotation": f"source.annotation ({paths['annotation']})",
        "series_matrix": f"source.series_matrix ({paths['series_matrix']})",
    }
    problems = Problems()
    frame = problems.attempt(lambda: read_table(paths["counts"], entries["counts"], text=["GeneID"]))
    annotation = problems.attempt(lambda: _annotation(paths["annotation"], entries["annotation"]))
    sheet = problems.attempt(lambda: read_series_matrix(paths["series_matrix"], entries["series_matrix"]))
    if frame is not None and frame.columns[0] != "GeneID":
        problems.append(Problem(entries["counts"], "a first column GeneID", str(frame.columns[0])))
    if frame is None or annotation is None or sheet is None or problems:
        raise InputError(problems)

    notices: list[str] = []
    if source.title_pattern:
        sheet, notices = titled(sheet, source.title_pattern, "source.title_pattern")
    absent = sheet.index.difference(frame.columns, sort=False)
    if len(absent) == len(sheet):
        found = f"no column {listing(sheet.index)}"
        raise InputError(Problem(entries["counts"], "counts of the samples in the series matrix", found))
    if len(absent):
        shown = listing(absent, len(absent))
        notices.append(f"Samples that NCBI's counts do not have, because its pipeline failed on them: {shown}.")
    sheet = sheet.drop(index=absent)
    genes = annotation.reindex(frame["GeneID"]).fillna("")
    unknown = int((genes["gene_name"] == "").sum())
    if unknown:
        notices.append(f"{unknown} genes have no symbol in the annotation {source.annotation}.")
    counts = frame[sheet.index].set_axis(genes.index, axis=0)
    return Parts(counts, genes, sheet, entries["counts"], entries["series_matrix"], published=True, notices=notices)


def _annotation(path: Path, entry: str) -> pd.DataFrame:
    """Symbols and types of genes, index = Entrez ids as text."""
    from trialseq.sources.readers import column, parse, read_bytes

    frame = parse(read_bytes(path, entry), path.name, entry, quotes=False)
    for name in ANNOTATION:
        column(frame, name, entry)
    frame = frame[ANNOTATION].drop_duplicates("GeneID").set_index("GeneID")
    return frame.set_axis(["gene_name", "biotype"], axis=1)


def _source(config: Config) -> GeoNcbiSource:
    assert isinstance(config.source, GeoNcbiSource)  # noqa: S101 - the registry chose this module by the type
    return config.source

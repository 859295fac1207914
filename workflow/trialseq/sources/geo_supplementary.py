"""A supplementary file of a GEO series: one table of all samples, or a tar with a table for each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from trialseq.config import Config, GeoSupplementarySource
from trialseq.problems import InputError, Problem, listing
from trialseq.sources import Remote, geo

if TYPE_CHECKING:
    import pandas as pd

    from trialseq.sources.assemble import Parts


def files(config: Config) -> dict[str, Remote]:
    """The supplementary file and the series matrix."""
    source = _source(config)
    return {
        "counts": geo.in_series(config, source.accession, "suppl", source.file, source.sha256),
        "series_matrix": geo.series_matrix(config, source.accession, source.series_matrix),
    }


def read(config: Config, paths: Mapping[str, Path]) -> Parts:
    """Read the file, choose the samples' columns by their names, and join what the series says of them.

    A sample is named as its column, or as its member of the tar without endings. Raises InputError with the
    problems of both files.
    """
    import pandas as pd

    from trialseq.sources.assemble import Parts, Problems
    from trialseq.sources.join import groups, joined
    from trialseq.sources.series_matrix import read_series_matrix
    from trialseq.sources.symbols import restore

    source = _source(config)
    entry = f"source.file ({paths['counts']})"
    series_entry = f"source.series_matrix ({paths['series_matrix']})"
    problems = Problems()
    whole = problems.attempt(lambda: _tables(source, paths["counts"], entry))
    series = problems.attempt(lambda: read_series_matrix(paths["series_matrix"], series_entry))
    if whole is None or series is None:
        raise InputError(problems)
    counts, genes, others = whole
    notices = (
        [f"Left out, because the pattern of samples is not in their names: {listing(others, 20)}."] if others else []
    )
    if source.symbols_from_spreadsheet:
        ids, notes = restore(list(genes.index))
        names, more = restore(list(genes["gene_name"]))
        genes = genes.assign(gene_name=names).set_axis(pd.Index(ids, dtype=object), axis=0)
        counts = counts.set_axis(genes.index, axis=0)
        notices += dict.fromkeys([*notes, *more])
    sampled = counts.columns.drop_duplicates().difference(config.samples.exclude, sort=False)
    fields = groups(source.sample_pattern, sampled.to_series(), "source.sample_pattern")
    sheet, notes = joined(fields, series, source.join)
    return Parts(
        counts,
        genes,
        sheet,
        entry,
        series_entry,
        published=True,
        round_fractions=source.round_fractions,
        notices=[*notices, *notes],
    )


def _tables(source: GeoSupplementarySource, path: Path, entry: str) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Counts (genes x samples, as written), genes (`gene_name`, `biotype`), and names of what is no sample."""
    from trialseq.sources.archive import read_archive

    return (read_archive if re.search(r"\.(tar(\.\w+)?|tgz)$", path.name) else _one_table)(source, path, entry)


def _one_table(source: GeoSupplementarySource, path: Path, entry: str) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    import pandas as pd

    from trialseq.sources.patterns import Search
    from trialseq.sources.readers import column, read_table

    text = [each for each in (source.gene_column, source.symbol_column) if each is not None]
    frame = read_table(path, entry, sheet=source.sheet, sheet_entry="source.sheet", text=text)
    gene = column(frame, source.gene_column, "source.gene_column")
    symbol = column(frame, source.symbol_column or gene, "source.symbol_column")
    others = [str(name) for name in frame if name not in {gene, symbol}]
    search = Search(source.sample_pattern, "source.sample_pattern")
    sampled = [name for name in others if search(name)]
    if not sampled:
        expected = "a pattern that is found in the names of columns"
        raise InputError(Problem("source.sample_pattern", expected, listing(others)))
    ids = pd.Index(frame[gene], dtype=object)
    genes = pd.DataFrame({"gene_name": frame[symbol], "biotype": ""}).set_axis(ids, axis=0)
    counts = frame.loc[:, frame.columns.isin(sampled)].set_axis(ids, axis=0)
    return counts, genes, [name for name in others if name not in sampled]


def _source(config: Config) -> GeoSupplementarySource:
    assert isinstance(config.source, GeoSupplementarySource)  # noqa: S101 - the registry chose this module by the type
    return config.source

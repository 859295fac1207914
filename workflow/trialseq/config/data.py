"""Options of where counts come from, and which samples take part."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, model_validator

from trialseq.options import Accession, FileName, Level, Numeric, Options, PathText, Pattern, Sha256, Text, wrong


class TableSource(Options):
    """A count matrix and a sample sheet of your own."""

    type: Literal["table"] = Field(description="files of your own")
    counts: PathText = Field(description="count matrix, genes in rows: tsv, csv, xlsx or parquet, also gzipped")
    samples: PathText = Field(description="sample sheet, one row a sample: tsv, csv or xlsx, also gzipped")
    gene_column: str | None = Field(None, description="column of the gene ids; the first column where not given")
    symbol_column: str | None = Field(None, description="column of the gene symbols; the ids where not given")
    biotype_column: str | None = Field(None, description="column of the gene biotypes")
    sample_column: str | None = Field(
        None, description="column of the sheet that names the samples; the first where not given"
    )
    ignore_columns: list[str] = Field([], description="columns of the matrix that are neither samples nor named above")
    counts_sheet: str | None = Field(
        None, description="worksheet of the counts in an xlsx file; the first where not given"
    )
    samples_sheet: str | None = Field(
        None, description="worksheet of the sample sheet in an xlsx file; the first where not given"
    )
    round_fractions: bool = Field(
        False, description="round fractional counts (as of a quantifier's estimates) to integers"
    )


class Join(Options):
    """How columns of a supplementary file meet the samples of the series matrix."""

    by: list[Text] = Field(
        ["gsm"],
        min_length=1,
        description="fields in which a column and a sample must agree; `gsm` is the accession",
    )
    pattern: Pattern | None = Field(
        None, description="pattern with named groups, searched in the title of each sample of the series"
    )


class GeoSupplementarySource(Options):
    """A supplementary file of a GEO series, and its series matrix."""

    type: Literal["geo_supplementary"] = Field(description="a supplementary file of a GEO series")
    accession: Accession = Field(description="accession of the series")
    file: FileName = Field(description="name of the supplementary file: one table, or a tar with one table a sample")
    sha256: Sha256 | None = Field(None, description="checksum that the supplementary file must have")
    series_matrix: FileName | None = Field(
        None, description="name of the series matrix; `<accession>_series_matrix.txt.gz` where not given"
    )
    sheet: str | None = Field(None, description="worksheet of an xlsx file; the first where not given")
    gene_column: str | None = Field(None, description="column of the gene ids; the first column where not given")
    symbol_column: str | None = Field(None, description="column of the gene symbols; the ids where not given")
    count_column: str | None = Field(
        None, description="column of the counts in each table of a tar; the last where not given"
    )
    header: bool = Field(True, description="whether each table of a tar has a header row")
    sample_pattern: Pattern = Field(
        description="pattern with named groups, searched in the name of each column (or member of a tar); "
        "a column without a match is not a sample"
    )
    join: Join = Field(Join(), description="how columns meet samples of the series matrix")
    symbols_from_spreadsheet: bool = Field(
        True, description="put symbols back that a spreadsheet turned into dates (2-Sep to SEPTIN2)"
    )
    round_fractions: bool = Field(False, description="round fractional counts to integers")

    @model_validator(mode="after")
    def fields_of_the_join_are_groups(self) -> GeoSupplementarySource:
        """Both patterns give every field of the join."""
        patterns = {"sample_pattern": (self.sample_pattern, self.join.by)}
        patterns["join.pattern"] = (self.join.pattern or "", [field for field in self.join.by if field != "gsm"])
        for name, (pattern, fields) in patterns.items():
            absent = [field for field in fields if field not in re.compile(pattern).groupindex]
            if absent:
                raise wrong(f"a group (?P<{absent[0]}>...) in {name}, because join.by names it", repr(pattern))
        return self


class GeoNcbiSource(Options):
    """The uniform counts that NCBI made of a GEO series, and its series matrix."""

    type: Literal["geo_ncbi"] = Field(description="NCBI's counts of a GEO series")
    accession: Accession = Field(description="accession of the series")
    file: FileName | None = Field(
        None,
        description="name of the counts; `<accession>_raw_counts_GRCh38.p13_NCBI.tsv.gz` where not given",
    )
    sha256: Sha256 | None = Field(None, description="checksum that the counts must have")
    annotation: FileName = Field("Human.GRCh38.p13.annot.tsv.gz", description="name of the annotation table")
    series_matrix: FileName | None = Field(
        None, description="name of the series matrix; `<accession>_series_matrix.txt.gz` where not given"
    )
    title_pattern: Pattern | None = Field(
        None,
        description="pattern with named groups, searched in the title of each sample; the groups become "
        "columns, and samples without a match are left out",
    )


Source = Annotated[TableSource | GeoSupplementarySource | GeoNcbiSource, Field(discriminator="type")]


class Samples(Options):
    """Which samples take part, and what their levels are called."""

    recode: dict[str, dict[Level, Level]] = Field({}, description="column, then old level: new level")
    subset: str | None = Field(
        None, description="filter such as `disease == DM1 and batch != 3` or `time in [pre, post]`"
    )
    exclude: list[Level] = Field([], description="names of samples to leave out")


class Download(Numeric):
    """How files are fetched."""

    base_address: str | None = Field(
        None, pattern=r"^https?://[^/\s]+$", description="scheme and host that stand in for GEO's (a mirror)"
    )
    retries: int = Field(5, ge=0, le=20, description="attempts after the first, with growing pauses")
    timeout: float = Field(60, gt=0, le=3600, description="seconds without a byte before an attempt counts as failed")
    contact: str | None = Field(None, max_length=200, description="address of yours that the user agent tells GEO")

"""NCBI's uniform counts, and the other way to GSE184951: real counts put into the forms of GEO."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from conftest import ROOT
from geo import place_of_download, write_ncbi, write_series_matrix
from trialseq import sources
from trialseq.config import Config
from trialseq.problems import InputError, Problem
from trialseq.validation import parse


@pytest.fixture(scope="module")
def published(public_data: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Counts (2,000 genes), sheet and gene map of GSE184951."""
    folder = public_data / "GSE184951"
    counts = pd.read_csv(
        folder / "GSE184951_gene_counts.tsv.gz", sep="\t", index_col=0, nrows=2000, keep_default_na=False
    )
    sheet = pd.read_csv(folder / "samples.tsv", sep="\t", index_col=0, dtype=str)
    genemap = public_data / "genemap" / "grch38_ensembl_entrez_symbol_biotype.tsv.gz"
    return counts, sheet, pd.read_csv(genemap, sep="\t", dtype=str)


def _shipped(text: str | None = None, **source: object) -> Config:
    raw: dict[str, Any] = yaml.safe_load(text or (ROOT / "config" / "gse184951.yaml").read_text())
    raw["source"] |= source
    return parse(raw)


def _paths(root: Path) -> dict[str, Path]:
    return {
        "counts": place_of_download(root, "GSE184951_raw_counts_GRCh38.p13_NCBI.tsv.gz"),
        "annotation": place_of_download(root, "Human.GRCh38.p13.annot.tsv.gz"),
        "series_matrix": root / "geo/series/GSE184nnn/GSE184951/matrix/GSE184951_series_matrix.txt.gz",
    }


def _problem(config: Config, paths: dict[str, Path]) -> Problem:
    with pytest.raises(InputError) as caught:
        sources.read(config, paths)
    (problem,) = caught.value.problems
    return problem


def test_patients_of_gse184951_come_by_entrez_id_and_accession(
    tmp_path: Path, published: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
) -> None:
    counts, sheet, genemap = published
    entrez = write_ncbi(tmp_path, "GSE184951", counts, sheet, genemap)
    matrix = sources.read(_shipped(), _paths(tmp_path))
    patients = sheet[sheet["group"] == "DM1"]
    assert matrix.counts.index.tolist() == patients["gsm"].tolist()
    assert matrix.samples["visit"].tolist() == patients["time"].tolist()
    assert matrix.samples["subject"].astype(str).tolist() == patients["subject"].tolist()
    assert matrix.samples["disease"].tolist() == patients["disease"].tolist()
    assert matrix.counts.columns.tolist() == list(entrez.values())
    assert matrix.counts.to_numpy().tolist() == counts.loc[list(entrez), patients.index].T.to_numpy().tolist()
    # NCBI Gene: 7105 is TSPAN6.
    assert matrix.genes.loc["7105"].tolist() == ["TSPAN6", "protein-coding"]
    assert "GSM5602348 (Control matched for sample 1)" in matrix.notices[0]


def test_samples_that_ncbi_could_not_count_are_named(
    tmp_path: Path, published: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
) -> None:
    counts, sheet, genemap = published
    write_ncbi(tmp_path, "GSE184951", counts, sheet, genemap)
    path = _paths(tmp_path)["counts"]
    table = pd.read_csv(path, sep="\t").drop(columns=["GSM5602358", "GSM5602370"])
    path.write_bytes(gzip.compress(table.to_csv(sep="\t", index=False).encode()))
    matrix = sources.read(_shipped(), _paths(tmp_path))
    assert len(matrix.samples) == 20
    assert any("failed on them: GSM5602358, GSM5602370." in notice for notice in matrix.notices)


def test_genes_that_the_annotation_lacks_have_no_symbol(
    tmp_path: Path, published: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
) -> None:
    counts, sheet, genemap = published
    write_ncbi(tmp_path, "GSE184951", counts, sheet, genemap)
    path = _paths(tmp_path)["annotation"]
    table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False, quoting=3)
    named = int((table["Symbol"] != "").sum())
    path.write_bytes(gzip.compress(table[table["GeneID"] != "7105"].to_csv(sep="\t", index=False).encode()))
    matrix = sources.read(_shipped(), _paths(tmp_path))
    assert matrix.genes.loc["7105"].tolist() == ["", ""]
    assert int((matrix.genes["gene_name"] != "").sum()) == named - 1
    assert any("have no symbol" in notice for notice in matrix.notices)


def test_files_of_another_kind_are_refused(
    tmp_path: Path, published: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
) -> None:
    counts, sheet, genemap = published
    write_ncbi(tmp_path, "GSE184951", counts, sheet, genemap)
    paths = _paths(tmp_path)
    assert _problem(_shipped(), {**paths, "counts": paths["annotation"]}).found.startswith("no column GSM")
    problem = _problem(_shipped(), {**paths, "annotation": paths["counts"]})
    assert problem.entry.startswith("source.annotation (")
    assert problem.found == "Symbol"
    problem = _problem(_shipped(title_pattern="^Patient (?P<subject>.)(?P<visit>.)"), paths)
    assert "Control matched for sample 1" in problem.found
    with pytest.raises(InputError, match="3 problems"):
        sources.read(_shipped(), {name: path.with_name("nothing") for name, path in paths.items()})


def test_the_tar_that_the_shipped_configuration_names_gives_the_same_counts(
    tmp_path: Path, published: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
) -> None:
    counts, sheet, _ = published
    text = (ROOT / "config" / "gse184951.yaml").read_text()
    alternative = text[text.index("# source:") :].replace("# ", "")
    head = text[: text.index("source:")] + text[text.index("trial:") : text.index("# The depositors")]
    config = _shipped(head + alternative)
    path = tmp_path / "GSE184951_RAW.tar"
    with tarfile.open(path, "w") as tar:
        for sample in sheet.index:
            data = gzip.compress(counts[["symbol", sample]].to_csv(sep="\t").encode(), 1)
            info = tarfile.TarInfo(f"{sample}.counts.txt.gz")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    matrix_path = tmp_path / "matrix.txt.gz"
    titles = dict(zip(sheet["gsm"], sheet["title"], strict=True))
    write_series_matrix(matrix_path, titles, [[f"disease: {each}" for each in sheet["disease"]]])
    matrix = sources.read(config, {"counts": path, "series_matrix": matrix_path})
    patients = sheet[sheet["group"] == "DM1"]
    assert matrix.samples["gsm"].tolist() == patients["gsm"].tolist()
    assert matrix.samples["visit"].tolist() == patients["time"].tolist()
    assert matrix.counts.to_numpy().tolist() == counts[patients.index].T.to_numpy().tolist()
    assert "GSM5602348_Control-1.counts.txt.gz" in matrix.notices[0]

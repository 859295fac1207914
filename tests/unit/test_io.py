"""Files are whole or absent, and what is written is what is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trialseq import io
from trialseq.contract import Column, Table
from trialseq.counts import CountMatrix


def test_an_error_while_writing_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "table.tsv"
    path.write_text("old")
    with pytest.raises(RuntimeError), io.atomic(path) as temporary:  # noqa: PT012 - the error is raised within
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["t.tsv", "t.tsv.gz", "t.parquet"])
def test_tables_survive_with_genes_called_na_and_numbers_missing(tmp_path: Path, name: str) -> None:
    frame = pd.DataFrame(
        {
            "gene_id": ["0012", "NA", "x\ty", '"q"'],
            "gene_name": ["", "NA", "1e5", "#"],
            "p_value": [0.5, np.nan, 1e-300, 1],
        }
    )
    io.write_table(frame, tmp_path / name)
    pd.testing.assert_frame_equal(io.read_table(tmp_path / name), frame)


@pytest.mark.parametrize("name", ["table.tsv", "table.parquet"])
def test_truths_survive_and_nothing_else_is_one(tmp_path: Path, name: str) -> None:
    contract = Table("t", "a row", (Column("own", "truth", "whether"),))
    frame = contract.conform(pd.DataFrame({"own": [True, False, True]}))
    io.write_table(frame, tmp_path / name)
    assert contract.conform(io.read_table(tmp_path / name))["own"].tolist() == [True, False, True]
    with pytest.raises(ValueError, match="own has values other than True, False"):
        contract.conform(pd.DataFrame({"own": ["yes", "False"]}))


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    frame = pd.DataFrame({"gene_id": ["a", "b"], "p_value": [1 / 3, np.nan]})
    for name in ("t.tsv.gz", "t.parquet"):
        io.write_table(frame, tmp_path / name)
        first = (tmp_path / name).read_bytes()
        io.write_table(frame, tmp_path / name)
        assert (tmp_path / name).read_bytes() == first


def test_counts_survive_with_their_sheet(tmp_path: Path) -> None:
    samples = pd.DataFrame({"subject": ["1", "1", "2"], "age": [40.5, 40.5, 61.0]}, index=["a", "b", "c"])
    genes = pd.DataFrame({"gene_name": ["G", "G"], "biotype": ["", "x"]}, index=["g1", "g2"])
    counts = pd.DataFrame([[1, 2], [3, 4], [10**15, 0]], index=samples.index, columns=genes.index)
    io.write_counts(CountMatrix(counts, samples, genes, ("one", "two")), tmp_path / "c.h5ad")
    back = io.read_counts(tmp_path / "c.h5ad")
    pd.testing.assert_frame_equal(back.counts, counts, check_names=False)
    pd.testing.assert_frame_equal(back.samples, samples)
    pd.testing.assert_frame_equal(back.genes, genes)
    assert back.notices == ("one", "two")
    first = (tmp_path / "c.h5ad").read_bytes()
    io.write_counts(back, tmp_path / "c.h5ad")
    assert (tmp_path / "c.h5ad").read_bytes() == first

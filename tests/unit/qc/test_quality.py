"""Measures, components, their associations, and distances."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy import stats

from trialseq import qc
from trialseq.config import Statistics
from trialseq.counts import CountMatrix
from trialseq.tables import ASSOCIATIONS, SAMPLES


def scored(sheet: pd.DataFrame, components: int = 2, seed: int = 4) -> AnnData:
    """Samples with a sheet and random components."""
    scores = np.random.default_rng(seed).normal(size=(len(sheet), components))
    data = AnnData(X=np.zeros((len(sheet), 1)), obs=sheet)
    for number in range(components):
        data.obs[f"PC{number + 1}"] = scores[:, number]
    data.uns["pca"] = {"variance_ratio": np.array([0.5, 0.25, 0.1, 0.05, 0.02, 0.01])[:components]}
    return data


def sheet_of(size: int = 12, **columns: object) -> pd.DataFrame:
    return pd.DataFrame(columns, index=[f"s{number}" for number in range(size)])


def row(table: pd.DataFrame, component: str, column: str) -> pd.Series:
    return table[(table["component"] == component) & (table["column"] == column)].iloc[0]


def test_measures_are_those_of_the_counts() -> None:
    random = np.random.default_rng(2)
    counts = random.poisson(random.lognormal(2, 1.5, 300), (5, 300))
    names = [f"s{number}" for number in range(5)]
    genes = pd.DataFrame({"gene_name": [f"G{number}" for number in range(300)], "biotype": ""})
    genes.loc[:1, "gene_name"] = ["MT-CO1", "mt-Nd1"]
    genes.loc[2, "gene_name"] = "MTOR"
    genes.index = [f"id{number}" for number in range(300)]
    frame = pd.DataFrame(counts, index=names, columns=genes.index)
    table = qc.samples(qc.normalise(CountMatrix(frame, sheet_of(5), genes), Statistics(), 1))
    total = counts.sum(axis=1)
    ranked = -np.sort(-counts, axis=1)
    np.testing.assert_array_equal(table["total_counts"], total)
    np.testing.assert_array_equal(table["detected_genes"], (counts > 0).sum(axis=1))
    np.testing.assert_allclose(table["top_50_share"], ranked[:, :50].sum(axis=1) / total)
    np.testing.assert_allclose(table["top_100_share"], ranked[:, :100].sum(axis=1) / total)
    np.testing.assert_allclose(table["mitochondrial_share"], counts[:, :2].sum(axis=1) / total)
    assert table[["PC5", "PC6"]].isna().all(axis=None)
    assert list(table.columns) == SAMPLES.names


def test_a_small_matrix_has_all_its_counts_in_its_top_genes() -> None:
    counts = np.random.default_rng(2).poisson(50, (4, 30))
    genes = pd.DataFrame({"gene_name": "", "biotype": ""}, index=[f"g{number}" for number in range(30)])
    frame = pd.DataFrame(counts, index=[f"s{number}" for number in range(4)], columns=genes.index)
    table = qc.samples(qc.normalise(CountMatrix(frame, sheet_of(4), genes), Statistics(), 1))
    np.testing.assert_allclose(table[["top_50_share", "top_100_share"]], 1)
    assert table["mitochondrial_share"].isna().all()


def test_associations_are_those_of_scipy() -> None:
    groups = ["a", "a", "b", "b", "b", "c", "c", "c", "c", "", "a", "b"]
    ages = [1.0, 5.0, np.nan, 2.0, 8.0, 8.5, 3.0, 9.0, 1.5, 2.5, 20240101.0, 20240107.0]
    data = scored(sheet_of(group=groups, age=ages))
    table = qc.associations(data)
    for component in ("PC1", "PC2"):
        scores = data.obs[component].to_numpy()
        parts = [scores[[name == level for name in groups]] for level in "abc"]
        within = sum(((part - part.mean()) ** 2).sum() for part in parts)
        every = np.concatenate(parts)
        found = row(table, component, "group")
        assert found["r_squared"] == pytest.approx(1 - within / ((every - every.mean()) ** 2).sum())
        assert found["p_value"] == pytest.approx(stats.f_oneway(*parts).pvalue)
        assert (found["kind"], found["n"]) == ("text", 11)
        given = ~np.isnan(ages)
        line = stats.linregress(np.array(ages)[given], scores[given])
        found = row(table, component, "age")
        assert found["r_squared"] == pytest.approx(line.rvalue**2)
        assert found["p_value"] == pytest.approx(line.pvalue)
        assert (found["kind"], found["n"], found["variance_ratio"]) == (
            "number",
            11,
            {"PC1": 0.5, "PC2": 0.25}[component],
        )
    np.testing.assert_allclose(table["q_value"], stats.false_discovery_control(table["p_value"]))


def test_columns_that_say_nothing_are_left_out() -> None:
    sheet = sheet_of(
        constant="x",
        same=3.0,
        name=[f"n{number}" for number in range(12)],
        missing="",
        nearly=[*"aabcdefghijk"],
        number=np.arange(12.0),
    )
    table = qc.associations(scored(sheet))
    # Every number differs, as ages may; nearly every text differs, which leaves one degree of freedom.
    assert set(table["column"]) == {"nearly", "number"}


def test_no_column_at_all_is_an_empty_table_with_the_same_columns() -> None:
    table = qc.associations(scored(sheet_of()))
    assert list(table.columns) == ASSOCIATIONS.names
    assert table.empty

"""Real biopsies: GSE140261, normalised once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy import stats

from trialseq import qc
from trialseq.config import Statistics
from trialseq.counts import CountMatrix
from trialseq.qc.normalisation import transform


@pytest.fixture(scope="module")
def gse140261(public_data: Path) -> AnnData:
    """35 muscle biopsies, 30,718 genes."""
    folder = public_data / "GSE140261"
    counts = pd.read_csv(folder / "GSE140261_year2_genecounts.csv.gz", index_col=0)
    sheet = pd.read_csv(folder / "samples.tsv", sep="\t", index_col=0)
    genes = pd.DataFrame({"gene_name": counts.index, "biotype": ""}, index=counts.index)
    return qc.normalise(CountMatrix(counts[sheet.index].T.astype("int64"), sheet, genes), Statistics(), 2)


def test_size_factors_of_gse140261_are_those_of_its_depositors(gse140261: AnnData) -> None:
    # `published_sizefactor` came with the series (GEO GSE140261), made by neither this code nor R here.
    published = gse140261.obs["published_sizefactor"]
    assert np.abs(gse140261.obs["size_factor"] - published).max() < 1e-6
    np.testing.assert_allclose(gse140261.layers["normalized"] * published.to_numpy()[:, None], gse140261.X, rtol=1e-6)


def test_vst_is_fitted_on_the_genes_with_ten_counts_somewhere(gse140261: AnnData) -> None:
    assert gse140261.uns["vst"]["genes"] == int((gse140261.X >= 10).any(axis=0).sum())
    values = transform(gse140261.layers["normalized"], gse140261.uns["vst"])
    np.testing.assert_array_equal(gse140261.layers["vst"], values)


def test_components_are_those_of_the_most_variable_genes(gse140261: AnnData) -> None:
    vst = gse140261.layers["vst"]
    chosen = vst[:, np.argsort(-vst.var(axis=0))[:2000]]
    variances = np.linalg.svd(chosen - chosen.mean(axis=0), compute_uv=False) ** 2
    np.testing.assert_allclose(gse140261.uns["pca"]["variance_ratio"], (variances / variances.sum())[:6], rtol=1e-8)
    scores = gse140261.obs[[f"PC{number}" for number in range(1, 7)]].to_numpy()
    np.testing.assert_allclose((scores**2).sum(axis=0), variances[:6], rtol=1e-8)
    loadings = gse140261.varm["PCs"]
    assert (loadings[np.abs(loadings).argmax(axis=0), np.arange(6)] > 0).all()
    np.testing.assert_allclose((vst - vst.mean(axis=0)) @ loadings, scores, atol=1e-8)


def test_the_disease_is_seen_in_the_components(gse140261: AnnData) -> None:
    table = qc.associations(gse140261)
    found = table[(table["component"] == "PC1") & (table["column"] == "disease")].iloc[0]
    groups = [part["PC1"] for _, part in gse140261.obs.groupby("disease", observed=True)]
    assert found["p_value"] == pytest.approx(stats.f_oneway(*groups).pvalue)
    assert found["q_value"] < 0.05
    assert set(table.loc[table["column"] == "pathology_score", "n"]) == {26}
    # Accessions and patients are as many as samples; size factors and scores are not of the sheet.
    assert not set(table["column"]) & {"gsm", "patient", "size_factor", "PC1"}


def test_distances_are_euclidean_and_each_pair_is_there_once(gse140261: AnnData) -> None:
    table = qc.distances(gse140261)
    assert len(table) == 35 * 34 / 2
    vst = pd.DataFrame(gse140261.layers["vst"], index=gse140261.obs_names)
    for _, pair in table.sample(5, random_state=1).iterrows():
        apart = np.linalg.norm(vst.loc[pair["sample_1"]] - vst.loc[pair["sample_2"]])
        assert pair["distance"] == pytest.approx(apart)
    assert not table.duplicated(["sample_1", "sample_2"]).any()


def test_layers_have_genes_in_rows(gse140261: AnnData) -> None:
    table = qc.layer(gse140261, "normalized")
    assert list(table.columns) == ["gene_id", "gene_name", *gse140261.obs_names]
    np.testing.assert_array_equal(table.iloc[:, 2:].to_numpy(), gse140261.layers["normalized"].T)

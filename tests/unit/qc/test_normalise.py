"""Size factors and the variance-stabilising transformation."""

from __future__ import annotations

import io as streams
import time
from contextlib import redirect_stderr, redirect_stdout
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad

from r_shapes import FOLDER, counts
from trialseq import io, qc
from trialseq.config import Statistics
from trialseq.counts import CountMatrix
from trialseq.problems import InputError
from trialseq.qc.normalisation import transform

MEASURES = ["size_factor", "total_counts", "detected_genes", "top_50_share", "top_100_share", "mitochondrial_share"]


def matrix(genes: int = 150, samples: int = 8, seed: int = 1, dispersion: float = 0.2) -> CountMatrix:
    """Negative binomial counts of two groups; every gene has counts in every sample."""
    random = np.random.default_rng(seed)
    means = random.lognormal(5, 1.2, genes) * random.uniform(0.5, 2, (samples, 1))
    counts = 1 + random.negative_binomial(1 / (dispersion + 2 / means), 1 / (1 + (dispersion + 2 / means) * means))
    names = [f"s{number}" for number in range(samples)]
    sheet = pd.DataFrame({"group": ["a", "b"] * (samples // 2), "age": np.arange(samples) / 2}, index=names)
    frame = pd.DataFrame(counts, index=names, columns=[f"g{number}" for number in range(genes)])
    annotation = pd.DataFrame({"gene_name": frame.columns, "biotype": ""}, index=frame.columns)
    return CountMatrix(frame, sheet, annotation, ("A notice of the source.",))


def with_genes(given: CountMatrix, extra: pd.DataFrame) -> CountMatrix:
    counts = pd.concat([given.counts, extra], axis=1)
    annotation = pd.DataFrame({"gene_name": counts.columns, "biotype": ""}, index=counts.columns)
    return CountMatrix(counts, given.samples, annotation)


@pytest.mark.parametrize("trend", [{"a0": 0.1, "a1": 3.0}, {"a0": 0.25, "a1": 0.0}])
def test_vst_follows_its_integral(trend: dict[str, float]) -> None:
    check_integral(trend)


def check_integral(trend: dict[str, float]) -> None:
    """Against the definition: the integral of 1 / sqrt(variance), on the scale of log2 for large counts."""
    points = np.array([0.5, 3.0, 40.0, 700.0, 1e4])
    slope = np.sqrt(trend["a0"]) / np.log(2)
    expected = [
        slope * quad(lambda mean: 1 / np.sqrt((1 + trend["a1"]) * mean + trend["a0"] * mean**2), low, high)[0]
        for low, high in pairwise(points)
    ]
    np.testing.assert_allclose(np.diff(transform(points, trend)), expected, rtol=1e-6)
    assert transform(np.array([1e12]), trend)[0] == pytest.approx(np.log2(1e12), abs=1e-4)


@pytest.mark.parametrize("kind", ["parametric", "mean"])
def test_vst_of_the_reference_inference_is_that_of_pydeseq2(kind: str) -> None:
    from pydeseq2.dds import DeseqDataSet
    from pydeseq2.default_inference import DefaultInference

    given = matrix()
    design = pd.DataFrame({"intercept": 1.0}, index=given.counts.index)
    fitted = DeseqDataSet(
        counts=given.counts, metadata=given.samples, design=design, inference=DefaultInference(n_cpus=1), quiet=True
    )
    fitted.vst(fit_type=kind)
    data = qc.normalise(given, Statistics(trend=kind, inference="reference"), 1)
    np.testing.assert_allclose(data.layers["vst"], fitted.layers["vst_counts"], rtol=1e-6)


def test_genes_without_counts_change_nothing_and_stay_finite() -> None:
    given = matrix()
    extra = pd.DataFrame(0, index=given.counts.index, columns=["none", "few"])
    extra.loc["s3", "few"] = 9
    plain, more = (qc.normalise(each, Statistics(), 1) for each in (given, with_genes(given, extra)))
    np.testing.assert_array_equal(more.layers["vst"][:, :-2], plain.layers["vst"])
    assert more.uns["vst"]["genes"] == given.counts.shape[1]
    zero = transform(np.zeros(1), more.uns["vst"])[0]
    np.testing.assert_array_equal(more.layers["vst"][:, -2], zero)
    assert np.isfinite(more.obsm["X_pca"]).all()


def test_poscounts_where_no_gene_is_without_zeros_and_a_notice() -> None:
    given = matrix()
    counts = given.counts.copy()
    for number, gene in enumerate(counts.columns):
        counts.loc[f"s{number % 8}", gene] = 0
    given = CountMatrix(counts, given.samples, given.genes, given.notices)
    data, asked = (qc.normalise(given, Statistics(size_factors=kind), 1) for kind in ("ratio", "poscounts"))
    assert "poscounts" in data.uns["notices"][1]
    assert data.uns["notices"][0] == "A notice of the source."
    np.testing.assert_array_equal(data.obs["size_factor"], asked.obs["size_factor"])
    assert np.log(data.obs["size_factor"]).mean() == pytest.approx(0)
    assert "poscounts" not in " ".join(asked.uns["notices"])


def test_a_trend_that_fails_is_flat_and_said() -> None:
    # Dispersions that rise with the mean have no parametric trend a0 + a1 / mean with a1 > 0.
    random = np.random.default_rng(3)
    means = random.lognormal(5, 1.5, 300)
    dispersions = 0.001 * means**0.9
    counts = 1 + random.negative_binomial(1 / dispersions, 1 / (1 + dispersions * means), (12, 300))
    given = matrix(300, 12)
    frame = pd.DataFrame(counts, index=given.counts.index, columns=given.counts.columns)
    data = qc.normalise(CountMatrix(frame, given.samples, given.genes), Statistics(), 1)
    assert data.uns["vst"]["a1"] == 0
    assert "dispersion trend" in data.uns["notices"][0]
    assert np.isfinite(data.layers["vst"]).all()


def test_samples_or_genes_without_counts_are_refused() -> None:
    given = matrix()
    counts = given.counts.copy()
    counts.loc[["s1", "s4"]] = 0
    with pytest.raises(InputError, match=r"counts in every sample[\s\S]*s1, s4"):
        qc.normalise(CountMatrix(counts, given.samples, given.genes), Statistics(), 1)
    with pytest.raises(InputError, match="genes with 10 counts"):
        qc.normalise(CountMatrix(given.counts.clip(upper=9), given.samples, given.genes), Statistics(), 1)


def test_same_bytes_at_another_time_with_other_threads(tmp_path: Path) -> None:
    for threads, name in ((1, "one.h5ad"), (2, "two.h5ad")):
        io.write_annotated(qc.normalise(matrix(), Statistics(), threads), tmp_path / name)
        time.sleep(1.1)  # a date in a file has seconds
    assert (tmp_path / "one.h5ad").read_bytes() == (tmp_path / "two.h5ad").read_bytes()


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    data = qc.normalise(matrix(), Statistics(), 1)
    expected = qc.samples(data), qc.associations(data)
    io.write_annotated(data, tmp_path / "data.h5ad")
    again = io.read_annotated(tmp_path / "data.h5ad")
    pd.testing.assert_frame_equal(qc.samples(again), expected[0])
    pd.testing.assert_frame_equal(qc.associations(again), expected[1])
    assert again.X.dtype == np.int64
    assert list(again.uns["notices"]) == ["A notice of the source."]


def test_nothing_is_printed() -> None:
    said = streams.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        qc.normalise(matrix(), Statistics(), 1)
    assert said.getvalue() == ""


def test_columns_of_the_sheet_never_shadow_measures() -> None:
    given = matrix()
    sheet = given.samples.assign(size_factor=9.0, PC1="x", sample=list("abcdefgh"), note=[None, *"bbbbbbb"])
    data = qc.normalise(CountMatrix(given.counts, sheet, given.genes), Statistics(), 1)
    table = qc.samples(data)
    assert table["size_factor"].max() < 9
    assert list(table["size_factor_in_sheet"]) == [9.0] * 8
    assert list(table["sample"]) == list(given.counts.index)
    assert list(table["sample_in_sheet"]) == list("abcdefgh")
    assert set(table["PC1_in_sheet"]) == {"x"}
    assert table["note"][0] == ""
    assert table.columns.is_unique
    assert list(table.columns[1:7]) == MEASURES


def test_vst_is_that_of_r() -> None:
    """R DESeq2 1.38, estimateDispersionsFit of `~ 1` and getVarianceStabilizedData: tests/data/deseq2/make.R."""
    given = counts("blocked")
    data = qc.normalise(given, Statistics(), 1)
    expected = pd.read_csv(FOLDER / "blocked.vst.tsv.gz", sep="\t", index_col=0).T
    # R stops its search for dispersions early, which moves the trend, and with it what small counts become.
    apart = np.abs(data.layers["vst"] - expected.loc[given.samples.index].to_numpy()).max(axis=0)
    assert apart.max() < 0.05
    assert apart[data.layers["normalized"].mean(axis=0) > 50].max() < 0.015

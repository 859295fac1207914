"""Whole fits and tests of ten shapes of trial against R DESeq2 1.38.3. What remains apart: docs/inference.md."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pydeseq2.dds import DeseqDataSet
from pydeseq2.ds import DeseqStats
from pydeseq2.utils import nb_nll

import r_shapes
from trialseq.de.filtering import size_factors
from trialseq.de.trend import gamma_trend

WALD = [(shape, contrast) for shape, asked in r_shapes.SHAPES.items() for contrast in asked["contrasts"]]
JOINT = [(shape, test) for shape, asked in r_shapes.SHAPES.items() for test in asked.get("joint", ())]
# Where R's search for dispersions stops short of its optimum: see the test of objectives below.
SHORT = {"large"}


def alike(shape: str) -> pd.Series:
    """Genes whose dispersion both leave unshrunken, or neither does: a threshold on a ratio to the trend."""
    ours = r_shapes.fit(shape).dispersions.set_index("gene_id")
    r = r_shapes.of_r("dispersions", shape).loc[ours.index]
    unshrunken = np.isclose(ours["genewise"], ours["final"], rtol=1e-9) & (ours["genewise"] > 1.5 * ours["trend"])
    same: pd.Series = unshrunken == r["outlier"].astype(bool)
    assert (~same).sum() <= (3 if shape in SHORT else 1)
    return same


@pytest.mark.parametrize(("shape", "contrast"), WALD)
def test_contrasts_agree_with_r(shape: str, contrast: str) -> None:
    ours, r = r_shapes.contrast(shape, contrast), r_shapes.of_r(f"{shape}.wald", contrast)
    for name in ("p_value", "q_value"):
        assert (ours[name].isna() == r[name].isna()).all()
    np.testing.assert_allclose(ours["log2_fold_change"], r["log2_fold_change"], atol=4e-3)
    called, of_r = ours["q_value"] < 0.05, r["q_value"] < 0.05
    assert (called & of_r).sum() >= 0.98 * (called | of_r).sum()
    if shape not in SHORT:
        same = alike(shape).reindex(r.index, fill_value=True) & r["p_value"].notna()
        np.testing.assert_allclose(ours["lfc_se"][same], r["lfc_se"][same], rtol=0.02)
        np.testing.assert_allclose(ours["statistic"][same], r["statistic"][same], rtol=0.02, atol=0.01)
        apart = (ours["lfc_se"] / r["lfc_se"] - 1).abs()
        assert apart[same].quantile(0.9) < 0.005


THRESHOLDS = [("two_groups", f"B_vs_A.{name}", 0.7) for name in ("greaterAbs", "lessAbs", "greater", "less")]
THRESHOLDS += [("two_groups", "B_vs_A.greater.0", 0.0), ("zero_groups", "C_vs_B.lessAbs", 0.7)]


@pytest.mark.parametrize(("shape", "test", "threshold"), THRESHOLDS)
def test_thresholds_agree_with_r(shape: str, test: str, threshold: float) -> None:
    contrast, alternative = test.split(".")[:2]
    ours = r_shapes.contrast(shape, contrast, lfc_threshold=threshold, alternative=alternative)
    r, same = r_shapes.of_r(f"{shape}.wald", test), alike(shape)
    assert (ours["q_value"].isna() == r["q_value"].isna()).all()
    same = same.reindex(r.index, fill_value=True) & r["p_value"].notna()
    np.testing.assert_allclose(ours["statistic"][same], r["statistic"][same], rtol=0.02, atol=0.01)
    np.testing.assert_allclose(np.log10(ours["p_value"][same]), np.log10(r["p_value"][same]), rtol=0.01, atol=2e-3)
    called, of_r = ours["q_value"] < 0.05, r["q_value"] < 0.05
    assert (called & of_r).sum() >= 0.98 * (called | of_r).sum()
    assert (called.sum() > 0) == (of_r.sum() > 0)
    # Estimates and intervals are those without a threshold.
    plain = r_shapes.contrast(shape, contrast)
    for name in ("log2_fold_change", "lfc_se", "ci_low", "ci_high"):
        pd.testing.assert_series_equal(ours[name], plain[name])


@pytest.mark.parametrize(("shape", "test"), JOINT)
def test_joint_tests_agree_with_r(shape: str, test: str) -> None:
    table = r_shapes.fit(shape).joint
    ours, r = table[table["test"] == test].set_index("gene_id").sort_index(), r_shapes.of_r("joint", shape, test)
    assert (ours["p_value"].isna() == r["p_value"].isna()).all()
    assert (ours["degrees_of_freedom"].dropna() == r["degrees_of_freedom"].iloc[0]).all()
    same = alike(shape).reindex(r.index, fill_value=True) & r["p_value"].notna()
    # R puts the mean of the normalised counts in the place of an optimum where the reduced design is ~ 1.
    least = 0.3 if shape in ("two_groups", "replacement", "zero_groups") else 0.02
    np.testing.assert_allclose(ours["statistic"][same], r["statistic"][same].clip(lower=0), rtol=0.05, atol=least)
    assert ((ours["statistic"] - r["statistic"]).abs() / (1 + r["statistic"])).median() < 2e-3
    called, of_r = ours["q_value"] < 0.05, r["q_value"] < 0.05
    assert (called & of_r).sum() >= 0.98 * (called | of_r).sum()


def test_groups_without_a_count_have_no_fold_change() -> None:
    # make.R: genes 201-220 have no count in A and B, 221-240 in B and C; 241-260 in A and C, 261-275 in B.
    ours = r_shapes.contrast("zero_groups", "C_vs_B")
    empty, full = [f"gene{i}" for i in range(221, 241)], [f"gene{i}" for i in range(201, 221)]
    assert (ours.loc[empty, ["log2_fold_change", "statistic"]] == 0).all().all()
    assert (ours.loc[empty, "p_value"] == 1).all()
    assert (ours.loc[full, "log2_fold_change"] > 2).all()
    stock = r_shapes.contrast("zero_groups", "C_vs_B", inference="reference")
    assert stock.loc[empty, "log2_fold_change"].abs().max() > 0.01


def test_outliers_among_eight_are_replaced_and_a_gene_that_has_nothing_else_is_not_tested() -> None:
    fitted = r_shapes.fit("replacement")
    assert fitted.notes["outliers_replaced"] >= 16
    ours = r_shapes.contrast("replacement", "B_vs_A")
    assert (ours["status"] != "outlier").all()
    assert ours.loc["gene397", ["log2_fold_change", "p_value"]].tolist() == [0, 1]


@pytest.mark.parametrize("shape", ["two_groups", "large", "few", "zeros"])
def test_our_dispersions_are_never_a_worse_optimum_than_rs(shape: str) -> None:
    matrix = r_shapes.counts(shape)
    present = matrix.counts.loc[:, (matrix.counts > 0).any()]
    factors = size_factors(present, "ratio").to_numpy()
    group = (matrix.samples["condition"] == "B").to_numpy()
    design = np.column_stack([np.ones(len(group)), group]).astype(float)
    ours = r_shapes.fit(shape).dispersions.set_index("gene_id")["genewise"]
    r = r_shapes.of_r("dispersions", shape)["genewise"]
    lacks = {}
    for gene in present:
        y = present[gene].to_numpy(dtype=float)
        means = np.where(group, (y / factors)[group].mean(), (y / factors)[~group].mean())
        mu = np.maximum(factors * means, 0.5)

        def objective(alpha: float, y: np.ndarray = y, mu: np.ndarray = mu) -> float:
            weights = mu / (1 + mu * alpha)
            return float(nb_nll(y, mu, alpha) + 0.5 * np.linalg.slogdet((design.T * weights) @ design)[1])

        lacks[gene] = objective(r[gene]) - objective(ours[gene])
    # nb_nll itself cancels to about 1e-5 at the smallest dispersions.
    assert min(lacks.values()) > -1e-4
    # R takes no step that gains less than a millionth of the log-likelihood, which is much where counts are large.
    assert (np.quantile(list(lacks.values()), 0.99) > 0.1) == (shape in SHORT)


@pytest.mark.parametrize("shape", sorted(set(r_shapes.SHAPES) - {"replacement", "unbalanced"}))
def test_rs_genewise_dispersions_give_rs_trend(shape: str) -> None:
    # Without the shapes in which genes were fitted again, with outliers replaced, after the trend.
    r = r_shapes.of_r("dispersions", shape)
    mean = r_shapes.contrast(shape, next(iter(r_shapes.SHAPES[shape]["contrasts"])))["base_mean"]
    present = (mean > 0).to_numpy()
    coefficients = gamma_trend(r["genewise"].to_numpy()[present], mean.to_numpy()[present], 1e-8)
    assert coefficients is not None
    trend = coefficients[0] + coefficients[1] / mean[present]
    np.testing.assert_allclose(trend, r["trend"][present], rtol=1e-4)


@pytest.mark.parametrize("shape", ["two_groups", "unbalanced"])
def test_the_reference_inference_is_stock_where_no_threshold_is_set(shape: str) -> None:
    matrix = r_shapes.counts(shape)
    present = matrix.counts.loc[:, (matrix.counts > 0).any()]
    design = pd.DataFrame({"Intercept": 1.0, "B": (matrix.samples["condition"] == "B").astype(float)})
    fitted = DeseqDataSet(counts=present, metadata=matrix.samples, design=design, quiet=True, n_cpus=1)
    fitted.deseq2()
    stock = DeseqStats(fitted, contrast=np.array([0.0, 1.0]), alpha=0.05, quiet=True, n_cpus=1)
    stock.summary()
    ours = r_shapes.contrast(shape, "B_vs_A", inference="reference").loc[present.columns]
    names = {"log2FoldChange": "log2_fold_change", "stat": "statistic", "pvalue": "p_value", "padj": "q_value"}
    for theirs, name in names.items():
        np.testing.assert_allclose(ours[name], stock.results_df[theirs], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("shape", ["few", "zeros", "large"])
def test_extreme_counts_give_stocks_fold_changes_and_pattern_of_missing_values(shape: str) -> None:
    ours = r_shapes.contrast(shape, "B_vs_A")
    stock = r_shapes.contrast(shape, "B_vs_A", inference="reference")
    assert (ours["p_value"].isna() == stock["p_value"].isna()).all()
    np.testing.assert_allclose(ours["log2_fold_change"], stock["log2_fold_change"], atol=3e-4)
    called, of_stock = ours["q_value"] < 0.05, stock["q_value"] < 0.05
    # Of large counts a few dispersions are shrunken by one and not by the other, and which of them depends on where
    # L-BFGS-B stops, which depends on the machine: up to 4 of 122 calls. Ours share 98 % with R's on each.
    same = 0.95 if shape == "large" else 0.98
    assert (called & of_stock).sum() >= same * (called | of_stock).sum()

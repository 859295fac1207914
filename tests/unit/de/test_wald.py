"""Filters, statuses, intervals, shrinkage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, t

from sheets import study
from trialseq import de, design
from trialseq.config import Statistics
from trialseq.counts import CountMatrix
from trialseq.de.filtering import before_fit, size_factors
from trialseq.de.hypothesis import prior_degrees
from trialseq.de.shrinkage import prior_scale, reparameterise
from trialseq.problems import InputError

GENES, EACH = 400, 5


@pytest.fixture(scope="module")
def matrix() -> CountMatrix:
    """Two groups of five; the first 40 genes are 4-fold up in B; gene 50 has one wild count; 60 zeros; 61 few."""
    rng = np.random.default_rng(7)
    mean = np.maximum(rng.lognormal(5, 1, GENES), 40)
    fold = np.where(np.arange(GENES) < 40, 4, 1)
    mu = np.vstack([np.tile(mean, (EACH, 1)), np.tile(mean * fold, (EACH, 1))])
    counts = rng.negative_binomial(10, 10 / (10 + mu))
    counts[0, 50] = 40 * counts[:, 50].max() + 1000
    counts[:, 60] = 0
    counts[:, 61] = [3] + [0] * 9
    names = [f"g{i:03d}" for i in range(GENES)]
    samples = pd.DataFrame({"group": ["A"] * EACH + ["B"] * EACH}, index=[f"s{i}" for i in range(2 * EACH)])
    genes = pd.DataFrame({"gene_name": names, "biotype": ""}, index=names)
    return CountMatrix(pd.DataFrame(counts, index=samples.index, columns=names), samples, genes)


def _fit(matrix: CountMatrix, formula: str = "~ group", **options: object) -> de.Fit:
    model = {"id": "m", "formula": formula, "contrasts": [{"id": "B_vs_A", "expression": "B - A"}]}
    config = study(models=[model], statistics=options)
    return de.fit(matrix, design.plan(matrix.samples, config).models[0], config.statistics, threads=1)


@pytest.fixture(scope="module")
def fitted(matrix: CountMatrix) -> de.Fit:
    return _fit(matrix)


def test_every_gene_is_in_the_table_with_the_reason_for_a_missing_p_value(fitted: de.Fit) -> None:
    table = fitted.statistics.set_index("gene_id")
    assert len(table) == GENES
    assert table.loc[["g050", "g060", "g061"], "status"].tolist() == ["outlier", "all_zero", "low_count"]
    tested = table["status"] == "tested"
    assert table.loc[tested, ["p_value", "q_value"]].notna().all().all()
    assert table.loc[table["status"] == "filtered", "q_value"].isna().all()
    assert table.loc[~table["status"].isin(["tested", "filtered"]), "p_value"].isna().all()
    assert fitted.notes["genes"] == {"all_zero": 1, "low_count": 1, "tested": GENES - 2}


def test_planted_genes_are_found_with_their_sign_and_few_others(fitted: de.Fit) -> None:
    table = fitted.statistics.set_index("gene_id")
    planted = [f"g{i:03d}" for i in range(40)]
    called = table.index[table["q_value"] < 0.05]
    assert len(set(called) & set(planted)) >= 36
    assert len(set(called) - set(planted)) <= 8
    assert table.loc[planted, "log2_fold_change"].median() == pytest.approx(2, abs=0.25)


def test_normal_intervals_and_p_values_are_walds_at_the_asked_level(matrix: CountMatrix) -> None:
    table = _fit(matrix, confidence=0.9, shrinkage=False, distribution="normal").statistics.dropna(subset="p_value")
    half = norm.ppf(0.95) * table["lfc_se"]
    np.testing.assert_allclose(table["ci_high"] - table["log2_fold_change"], half)
    np.testing.assert_allclose(table["log2_fold_change"] - table["ci_low"], half)
    np.testing.assert_allclose(table["p_value"], 2 * norm.sf(abs(table["statistic"])), rtol=1e-6)


def test_t_intervals_and_p_values_have_the_degrees_of_freedom_of_the_dispersions(matrix: CountMatrix) -> None:
    fitted = _fit(matrix, shrinkage=False)
    table = fitted.statistics.dropna(subset="p_value")
    # 10 samples - 2 columns, and the prior's: trigamma(d0 / 2) is its variance. Unshrunken genes have 8 alone.
    degrees = 8 + prior_degrees(fitted.notes["dispersion_prior_variance"])
    expected = 2 * t.sf(abs(table["statistic"]), degrees)
    unshrunken = 2 * t.sf(abs(table["statistic"]), 8)
    of_prior = np.isclose(table["p_value"], expected, rtol=1e-9)
    assert (of_prior | np.isclose(table["p_value"], unshrunken, rtol=1e-9)).all()
    assert of_prior.mean() > 0.9
    excluded = (table["ci_low"] > 0) | (table["ci_high"] < 0)
    assert ((table["p_value"] < 0.05) == excluded).all()


@pytest.mark.parametrize(("variance", "degrees"), [(np.pi**2 / 6, 2.0), (np.pi**2 / 6 - 1, 4.0)])
def test_degrees_of_freedom_of_a_prior_invert_trigamma(variance: float, degrees: float) -> None:
    # trigamma(1) = pi^2 / 6, trigamma(2) = pi^2 / 6 - 1
    assert prior_degrees(variance) == pytest.approx(degrees)


def test_shrinkage_of_a_contrast_equals_that_of_the_coefficient_in_a_model_written_so_by_hand(
    matrix: CountMatrix, fitted: de.Fit
) -> None:
    # ~ 0 + group has no coefficient B - A; ~ group has it as its second.
    free = _fit(matrix, "~ 0 + group").statistics.set_index("gene_id")
    by_hand = fitted.statistics.set_index("gene_id")
    np.testing.assert_allclose(
        free["shrunk_log2_fold_change"].dropna(), by_hand["shrunk_log2_fold_change"].dropna(), atol=2e-3
    )
    null = by_hand.iloc[100:]
    assert null["shrunk_log2_fold_change"].abs().mean() < 0.8 * null["log2_fold_change"].abs().mean()
    planted = by_hand.iloc[:40]
    assert planted["shrunk_log2_fold_change"].median() == pytest.approx(planted["log2_fold_change"].median(), abs=0.2)


def test_a_reparameterised_design_gives_the_same_means_and_the_contrast_as_a_coefficient() -> None:
    rng = np.random.default_rng(1)
    design_matrix, vector, coefficients = rng.normal(size=(9, 4)), np.array([0.0, 1, -1, 0.5]), rng.normal(size=4)
    changed, index = reparameterise(design_matrix, vector)
    new = coefficients.copy()
    new[index] = vector @ coefficients
    np.testing.assert_allclose(changed @ new, design_matrix @ coefficients)


def test_the_prior_scale_is_that_of_normal_effects_with_known_errors() -> None:
    rng = np.random.default_rng(2)
    errors = rng.uniform(0.1, 0.5, 20_000)
    effects = rng.normal(0, np.hypot(0.3, errors))
    assert prior_scale(effects, errors) == pytest.approx(0.3, abs=0.01)
    assert prior_scale(rng.normal(0, 3, 20_000), errors) == 1.0
    assert prior_scale(np.zeros(10), np.ones(10)) == pytest.approx(1e-3)


def test_size_factors_of_gse140261_are_the_depositors(public_data: Path) -> None:
    folder = public_data / "GSE140261"
    counts = pd.read_csv(folder / "GSE140261_year2_genecounts.csv.gz", index_col=0).T
    published = pd.read_csv(folder / "samples.tsv", sep="\t", index_col=0)["published_sizefactor"]
    np.testing.assert_allclose(size_factors(counts, "ratio")[published.index], published, atol=1e-6)


def test_without_a_gene_in_every_sample_size_factors_ask_for_poscounts() -> None:
    counts = pd.DataFrame(10 * (1 - np.eye(4, dtype=int)) * np.array([[1], [2], [3], [4]]))
    with pytest.raises(InputError, match="poscounts"):
        size_factors(counts, "ratio")
    factors = size_factors(counts, "poscounts")
    assert np.log(factors).mean() == pytest.approx(0)
    assert factors.is_monotonic_increasing


def test_the_count_filter_asks_for_the_smallest_cell(matrix: CountMatrix) -> None:
    config = study(
        models=[{"id": "m", "formula": "~ group", "contrasts": [{"id": "c", "expression": "B - A"}]}],
    )
    model = design.plan(matrix.samples, config).models[0]
    counts = matrix.counts.copy()
    counts["g001"], counts["g002"] = [10] * 5 + [0] * 5, [10] * 4 + [9] * 6
    status, needed = before_fit(counts, model, Statistics())
    assert needed == EACH
    assert status[["g001", "g002"]].tolist() == ["tested", "low_count"]
    with pytest.raises(InputError, match="min_count"):
        before_fit(counts, model, Statistics(min_count=10**9))

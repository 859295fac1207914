"""Tests against thresholds: R's formulas on R's own fold changes, and what they must be by themselves."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm, t

import r_shapes
from trialseq.config import Statistics
from trialseq.de import hypothesis


@pytest.mark.parametrize("alternative", ["greaterAbs", "lessAbs", "greater", "less"])
def test_rs_fold_changes_and_errors_give_rs_statistics_and_p_values(alternative: str) -> None:
    r = r_shapes.of_r("two_groups.wald", f"B_vs_A.{alternative}")
    effects, errors = r["log2_fold_change"].to_numpy(), r["lfc_se"].to_numpy()
    statistics, p_values = hypothesis.test(effects, errors, 0.7, alternative, norm)
    tested = r["p_value"].notna().to_numpy()
    assert tested.sum() > 390
    # R's numbers are kept to eight digits, which p values far in the tail amplify.
    np.testing.assert_allclose(statistics[tested], r["statistic"][tested], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(p_values[tested], r["p_value"][tested], rtol=1e-4)


@pytest.mark.parametrize("alternative", ["greaterAbs", "lessAbs", "greater", "less"])
def test_a_false_alternative_is_found_at_most_as_often_as_its_level(alternative: str) -> None:
    # At the edge of each null hypothesis the test holds its level exactly, or nearly so where it has two edges.
    rng = np.random.default_rng(4)
    edge = {"greaterAbs": 1.0, "lessAbs": 1.0, "greater": 1.0, "less": -1.0}[alternative]
    estimates, errors = edge + 0.2 * rng.normal(size=200_000), np.full(200_000, 0.2)
    _, p_values = hypothesis.test(estimates, errors, 1.0, alternative, norm)
    level = 0.025 if alternative == "greaterAbs" else 0.05
    assert (p_values < 0.05).mean() == pytest.approx(level, abs=0.002)


def test_without_a_threshold_the_test_is_walds() -> None:
    effects, errors = np.array([0.0, 1.0, -2.0, np.nan]), np.array([0.5, 0.5, 0.5, np.nan])
    statistics, p_values = hypothesis.test(effects, errors, 0.0, "greaterAbs", t(7))
    np.testing.assert_allclose(statistics, effects / errors)
    np.testing.assert_allclose(p_values, 2 * t(7).sf(np.abs(effects / errors)))


@pytest.mark.parametrize("alternative", ["greaterAbs", "lessAbs", "greater", "less"])
def test_a_gene_without_counts_once_outliers_are_replaced_has_p_one(alternative: str) -> None:
    statistics, p_values = hypothesis.test(np.zeros(1), np.zeros(1), 0.5, alternative, norm)
    assert (statistics[0], p_values[0]) == (0, 1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "a log2 fold change other than 0"),
        ({"lfc_threshold": 0.5}, "an absolute log2 fold change above 0.5"),
        ({"lfc_threshold": 0.5, "alternative": "lessAbs"}, "an absolute log2 fold change below 0.5"),
        ({"lfc_threshold": 1, "alternative": "less"}, "a log2 fold change below -1"),
        ({"alternative": "less"}, "a log2 fold change below 0"),
        ({"alternative": "greater"}, "a log2 fold change above 0"),
    ],
)
def test_what_a_small_p_value_speaks_for_is_said_in_words(options: dict[str, object], words: str) -> None:
    assert Statistics.model_validate(options).asks == words

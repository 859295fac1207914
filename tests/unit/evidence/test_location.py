"""Means, Hodges-Lehmann estimates and their intervals, against R."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from statsmodels.api import OLS

from randomisation import CASES, EXPECTED, case
from trialseq.evidence.location import difference, hodges_lehmann, mean


@pytest.mark.parametrize("name", CASES)
def test_means_and_their_intervals_are_those_of_t_test(name: str) -> None:
    values, treated = case(name)
    found = mean(values, 0.95) if treated is None else difference(values, treated, np.zeros(len(values)), 0.95)
    expected = EXPECTED.loc[name]
    np.testing.assert_allclose([found.low[0], found.high[0]], expected[["ci_low", "ci_high"]].to_list(), rtol=1e-10)
    middle = values.mean() if treated is None else values[treated].mean() - values[~treated].mean()
    assert found.estimate[0] == pytest.approx(middle)


@pytest.mark.parametrize("name", CASES)
def test_hodges_lehmann_is_that_of_wilcox_test(name: str) -> None:
    found = hodges_lehmann(*case(name), 0.95, "exact")
    expected = EXPECTED.loc[name, ["hodges_lehmann", "hl_ci_low", "hl_ci_high"]].to_list()
    np.testing.assert_allclose([found.estimate[0], found.low[0], found.high[0]], expected, rtol=1e-10)


@pytest.mark.parametrize("confidence", [0.02, 0.3, 0.8, 0.99])
@pytest.mark.parametrize("sizes", [(4, 5), (6, 2)])
def test_the_ranks_of_an_interval_are_those_of_every_order_of_two_groups(
    sizes: tuple[int, int], confidence: float
) -> None:
    first, second = sizes
    places = combinations(range(first + second), first)
    larger = np.array([sum(each) - first * (first - 1) // 2 for each in places])  # pairs in which the first is larger
    reached = np.array([(larger <= value).mean() for value in range(first * second + 1)])
    below = max(int(np.argmax(reached >= (1 - confidence) / 2 - 1e-12)), 1)
    values = np.concatenate([np.arange(first) * 100.0, np.arange(second) * 1.0])[:, None]
    found = hodges_lehmann(values, np.arange(first + second) < first, confidence, "exact")
    pairs = np.sort((values[:first] - values[first:].T).ravel())
    assert [found.low[0], found.high[0]] == [pairs[below - 1], pairs[-below]]


def test_normal_intervals_are_near_exact_ones_where_there_are_many_values() -> None:
    values = np.random.default_rng(4).normal(1, 1, (48, 3))
    for treated in (None, np.arange(48) < 20):
        exact, normal = (hodges_lehmann(values, treated, 0.95, kind) for kind in ("exact", "normal"))
        width = exact.high - exact.low
        assert (np.abs(exact.low - normal.low) < 0.05 * width).all()
        assert (np.abs(exact.high - normal.high) < 0.05 * width).all()
        assert (normal.low < normal.estimate).all()


def test_with_strata_the_difference_is_the_coefficient_of_least_squares() -> None:
    rng = np.random.default_rng(6)
    strata = np.repeat(["a", "b", "c"], [5, 4, 6])
    treated = np.array([1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 0], dtype=bool)
    values = rng.normal(size=(15, 1)) + 5 * (strata == "b")[:, None] + 2 * treated[:, None]
    found = difference(values, treated, strata, 0.9)
    # Weighted mean of the strata's differences, by treated x others / all of each.
    parts = [(values[(strata == each) & treated].mean() - values[(strata == each) & ~treated].mean()) for each in "abc"]
    assert found.estimate[0] == pytest.approx(np.average(parts, weights=[2 * 3 / 5, 1 * 3 / 4, 5 * 1 / 6]))
    fitted = OLS(values[:, 0], np.column_stack([treated, *(strata == each for each in "abc")]).astype(float)).fit()
    np.testing.assert_allclose([found.low[0], found.high[0]], fitted.conf_int(0.1)[0], rtol=1e-10)


def test_values_without_spread_have_an_interval_without_width() -> None:
    values = np.concatenate([np.full((4, 1), 2.0), np.full((3, 1), 0.5)])
    found = difference(values, np.arange(7) < 4, np.zeros(7), 0.95)
    assert found.estimate[0] == found.low[0] == found.high[0] == 1.5

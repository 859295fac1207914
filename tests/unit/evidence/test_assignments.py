"""Exact randomisation tests against every assignment listed one by one, known answers, and R."""

from __future__ import annotations

from itertools import combinations, product
from math import comb, prod

import numpy as np
import pytest

from randomisation import CASES, EXPECTED, case
from trialseq.evidence.assignments import assignments, flip, reassign

LIMIT = 10**7
ONE = np.zeros  # a single stratum


def _listed(values: np.ndarray, treated: np.ndarray, strata: np.ndarray) -> np.ndarray:
    """p values by listing every assignment, the plain way."""
    centred = values.astype(float).copy()
    for each in np.unique(strata):
        centred[strata == each] -= centred[strata == each].mean(axis=0)
    choices = [
        combinations(np.flatnonzero(strata == each), int(treated[strata == each].sum())) for each in np.unique(strata)
    ]
    sums = np.array([centred[[place for part in parts for place in part]].sum(axis=0) for parts in product(*choices)])
    return (np.abs(sums) >= np.abs(centred[treated].sum(axis=0)) - 1e-9).mean(axis=0)


@pytest.mark.parametrize("sizes", [[9], [6, 5], [2, 4, 3], [1, 7]])
def test_every_assignment_is_counted_once(sizes: list[int]) -> None:
    rng = np.random.default_rng(sum(sizes))
    strata = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    for trial in range(5):
        treated = rng.permutation(np.arange(sum(sizes)) < 1 + trial)
        values = rng.normal(size=(sum(sizes), 4))
        values[:, 3] = rng.integers(0, 3, sum(sizes))  # with ties
        found = reassign(values, treated, strata, LIMIT, 1, 1)
        np.testing.assert_allclose(found.p_values, _listed(values, treated, strata), rtol=1e-12)
        assert found.exact
        assert found.assignments == prod(
            comb(size, int(treated[strata == each].sum())) for each, size in enumerate(sizes)
        )
        assert (found.errors == 0).all()


def test_every_choice_of_signs_is_counted_once() -> None:
    rng = np.random.default_rng(8)
    for size in range(2, 9):
        values = np.column_stack([rng.normal(0.3, 1, size), rng.integers(-2, 3, size)])
        signs = np.array(list(product([1, -1], repeat=size)))
        expected = (np.abs(signs @ values) >= np.abs(values.sum(axis=0)) - 1e-9).mean(axis=0)
        found = flip(values, LIMIT, 1, 1)
        np.testing.assert_allclose(found.p_values, expected, rtol=1e-12)
        assert found.assignments == 2**size


def test_answers_that_need_no_computer() -> None:
    # The most extreme of 20 assignments and its mirror image; all signs alike and their mirror image.
    three = np.arange(6) < 3
    assert reassign(np.array([[5], [6], [7], [1], [2], [3.0]]), three, ONE(6), LIMIT, 1, 1).p_values == 0.1
    assert flip(np.array([[1], [2], [3], [4.0]]), LIMIT, 1, 1).p_values == 2 / 16
    assert reassign(np.ones((6, 1)), three, ONE(6), LIMIT, 1, 1).p_values == 1.0
    assert flip(np.zeros((5, 1)), LIMIT, 1, 1).p_values == 1.0


@pytest.mark.parametrize("name", CASES)
def test_p_values_are_those_of_r(name: str) -> None:
    values, treated = case(name)
    found = flip(values, LIMIT, 1, 1) if treated is None else reassign(values, treated, ONE(len(values)), LIMIT, 1, 1)
    assert found.p_values[0] == pytest.approx(EXPECTED.loc[name, "p_value"], rel=1e-12)


def test_a_trial_of_23_is_exact_and_agrees_with_sampled_assignments() -> None:
    values = np.random.default_rng(3).normal(size=(23, 30))
    treated = np.arange(23) < 11
    found = reassign(values, treated, ONE(23), LIMIT, 1, 1)
    assert found.exact
    assert found.assignments == assignments([23], [11]) == 1_352_078
    # Each p value is a whole number of assignments.
    counts = found.p_values * 1_352_078
    np.testing.assert_allclose(counts, counts.round(), atol=1e-6)
    sampled = reassign(values, treated, ONE(23), 0, 40_000, 1)
    assert (np.abs(found.p_values - sampled.p_values) < 5 * sampled.errors + 1e-4).all()


def test_sampled_assignments_count_that_of_the_trial_state_their_error_and_repeat_with_their_seed() -> None:
    values = np.concatenate([np.full((20, 1), 3.0), np.zeros((20, 1))]) + np.arange(40)[:, None] / 1e4
    treated, strata = np.arange(40) < 20, np.arange(40) % 2
    found = reassign(values, treated, strata, LIMIT, 999, 5)
    assert not found.exact
    assert found.assignments == 999
    assert found.p_values[0] == 1 / 1000
    assert found.errors[0] == pytest.approx(np.sqrt(0.001 * 0.999 / 999))
    noise = np.random.default_rng(1).normal(size=(40, 3))
    for test in (
        lambda seed: reassign(noise, treated, strata, 10, 3000, seed),
        lambda seed: flip(noise, 10, 3000, seed),
    ):
        np.testing.assert_array_equal(test(1).p_values, test(1).p_values)
        assert (test(1).p_values != test(2).p_values).any()
        assert (np.abs(test(1).p_values - test(2).p_values) < 6 * test(1).errors).all()


def test_strata_matter() -> None:
    # Within each stratum the treated lie one above; the strata are far apart.
    values = np.array([[0.0], [0.1], [1.0], [1.1], [9.0], [9.1], [10.0], [10.1]])
    treated = np.array([False, False, True, True] * 2)
    assert reassign(values, treated, np.repeat([0, 1], 4), LIMIT, 1, 1).p_values[0] == 2 / 36
    assert reassign(values, treated, ONE(8), LIMIT, 1, 1).p_values[0] > 0.5

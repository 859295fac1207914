"""The compiled loops against PyDESeq2's own: the same objectives, and never a worse optimum."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from pydeseq2 import utils
from pydeseq2.default_inference import DefaultInference
from scipy.special import digamma, gammaln
from scipy.stats import false_discovery_control

from trialseq.de import kernels
from trialseq.de.compiled import CompiledInference
from trialseq.de.independent import adjust, independent_filtering
from trialseq.de.shrinkage import reparameterise
from trialseq.de.trend import gamma_trend

MIN_DISP, MAX_DISP, MIN_MU = 1e-8, 46.0, 0.5


@pytest.fixture(scope="module", params=["nested", "two groups", "numeric"])
def problem(request: pytest.FixtureRequest) -> dict[str, np.ndarray]:
    """Counts (samples x genes) from very low to high means, size factors, dispersions, a design, a contrast."""
    rng = np.random.default_rng(11)
    samples, genes = 28, 120
    if request.param == "nested":
        subject = np.repeat(np.arange(14), 2)
        design = np.zeros((samples, 16))
        design[np.arange(samples), subject] = 1
        after = np.arange(samples) % 2 == 1
        design[after & (subject < 7), 14] = 1
        design[after & (subject >= 7), 15] = 1
        contrast = np.r_[np.zeros(14), -1, 1]
    elif request.param == "two groups":
        design = np.column_stack([np.ones(samples), np.arange(samples) >= 14]).astype(float)
        contrast = np.array([0.0, 1])
    else:
        design = np.column_stack([np.ones(samples), rng.normal(size=samples), np.arange(samples) % 2])
        contrast = np.array([0, 1.0, 0])
    factors = rng.uniform(0.5, 2, samples)
    means = rng.lognormal(3, 2, genes)
    dispersions = 0.05 + 2 / means
    mu = means * factors[:, None]
    counts = rng.negative_binomial(1 / dispersions, 1 / (1 + mu * dispersions)).astype(float)
    some = counts.sum(axis=0) > 0
    return {
        "counts": counts[:, some],
        "factors": factors,
        "dispersions": dispersions[some],
        "design": design,
        "contrast": contrast,
    }


@pytest.mark.parametrize("inverse", [12.0, 50.0, 1e3, 1e6])
@pytest.mark.parametrize("count", [0.0, 1.0, 5.0, 300.0, 1e5])
def test_digamma_differences_are_scipys(inverse: float, count: float) -> None:
    expected = digamma(count + inverse) - digamma(inverse) - np.log1p(count / inverse)
    assert kernels.digamma_excess(count, inverse) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("alpha", [1e-6, 9e-4, 1.1e-3, 0.05, 1.0, 30.0])
def test_the_slope_of_a_likelihood_is_the_one_in_long_arithmetic(alpha: float) -> None:
    # Both ways to sum it, whose border is a dispersion of 1e-3; 40 digits, so that nothing cancels.
    counts, mu = np.array([0.0, 0, 1, 3, 11, 12, 40, 900, 1e5]), np.array([0.5, 2, 1, 3, 9, 15, 30, 1000, 9e4])
    with mpmath.workdps(40):
        r = 1 / mpmath.mpf(alpha)
        terms = [
            mpmath.digamma(y + r) - mpmath.digamma(r) - mpmath.log(1 + m / r) + (m - y) / (r + m)
            for y, m in zip(map(mpmath.mpf, counts), map(mpmath.mpf, mu), strict=True)
        ]
        expected = float(r * mpmath.fsum(terms))
    above, large, weights = np.empty(12), np.empty(9), np.empty(9)
    many = kernels.tally(counts, above, large)
    slope = kernels.likelihood_slope(alpha, counts, above, large[:many], mu, (weights, np.empty(9)))
    assert slope == pytest.approx(expected, rel=1e-9)
    np.testing.assert_allclose(weights, mu / (1 + mu * alpha), rtol=1e-14)


@pytest.mark.parametrize("name", ["exp", "log"])
def test_elementary_functions_are_right_to_two_units_in_the_last_place(name: str) -> None:
    rng = np.random.default_rng(5)
    values = np.r_[rng.uniform(-700, 700, 3000), rng.uniform(-1, 1, 3000), 0, 700, -700]
    values = values if name == "exp" else np.r_[np.exp(values), rng.uniform(0.5, 2, 3000)]
    with mpmath.workdps(40):
        expected = [getattr(mpmath, name)(mpmath.mpf(value)) for value in values]
        apart = [
            abs(mpmath.mpf(getattr(kernels, name)(value)) - each) / np.spacing(abs(float(each)))
            for value, each in zip(values, expected, strict=True)
        ]
    assert max(apart) < 2


def test_sums_of_gamma_functions_over_counts_are_scipys() -> None:
    rng = np.random.default_rng(6)
    counts = np.r_[rng.poisson(3, 40), rng.poisson(200, 20), 0, 11, 12].astype(float)
    above, large, work = np.empty(12), np.empty(len(counts)), np.empty(len(counts))
    large = large[: kernels.tally(counts, above, large)]
    assert len(large) == (counts >= 12).sum()
    for r in (0.01, 1.0, 30.0):
        expected = (digamma(counts + r) - digamma(r)).sum(), (gammaln(counts + r) - gammaln(r)).sum()
        assert kernels.digamma_rise(above, large, r, work) == pytest.approx(expected[0], rel=1e-12)
        assert kernels.log_gamma_rise(above, large, r, work) == pytest.approx(expected[1], rel=1e-12)


def test_fold_changes_means_and_leverages_are_stocks(problem: dict[str, np.ndarray]) -> None:
    p = problem
    arguments = (p["counts"], p["factors"], p["design"], p["dispersions"], MIN_MU, 1e-8)
    compiled = CompiledInference(2)
    ours, stock = compiled.irls(*arguments), DefaultInference(n_cpus=1).irls(*arguments)
    # Genes with all counts of a group at zero have no finite optimum: both stop where the ridge holds them.
    finite = np.abs(stock[0]).max(axis=1) < 10
    np.testing.assert_allclose(ours[0][finite], stock[0][finite], atol=1e-6)
    np.testing.assert_allclose(ours[1][:, finite], stock[1][:, finite], rtol=1e-6)
    np.testing.assert_allclose(ours[2][:, finite], stock[2][:, finite], rtol=1e-6)


@pytest.mark.parametrize("prior", [None, 0.8])
def test_dispersions_are_stocks_or_a_better_optimum(problem: dict[str, np.ndarray], prior: float | None) -> None:
    p = problem
    mu = np.maximum(
        DefaultInference(n_cpus=1).irls(p["counts"], p["factors"], p["design"], p["dispersions"], MIN_MU, 1e-8)[1],
        MIN_MU,
    )
    start = np.full(p["counts"].shape[1], 0.1)
    arguments = (p["counts"], p["design"], mu, start, MIN_DISP, MAX_DISP, prior, True, prior is not None)
    ours, converged = CompiledInference(2).alpha_mle(*arguments)
    stock, _ = DefaultInference(n_cpus=1).alpha_mle(*arguments)
    assert converged.all()

    def objective(alpha: float, gene: int) -> float:
        weights = mu[:, gene] / (1 + mu[:, gene] * alpha)
        value = utils.nb_nll(p["counts"][:, gene], mu[:, gene], alpha)
        value += 0.5 * np.linalg.slogdet((p["design"].T * weights) @ p["design"])[1]
        return float(value + (0 if prior is None else (np.log(alpha) - np.log(0.1)) ** 2 / (2 * prior)))

    for gene in range(len(ours)):
        assert objective(ours[gene], gene) <= objective(stock[gene], gene) + 1e-6
    assert (np.abs(np.log(ours / stock)) < 1e-3).mean() > 0.9


def test_standard_errors_are_stocks_where_no_mean_is_clamped(problem: dict[str, np.ndarray]) -> None:
    p = problem
    beta, mu, *_ = DefaultInference(n_cpus=1).irls(
        p["counts"], p["factors"], p["design"], p["dispersions"], MIN_MU, 1e-8
    )
    ridge = np.diag(np.repeat(1e-6, p["design"].shape[1]))
    arguments = (p["design"], p["dispersions"], beta, mu, ridge, p["contrast"])
    ours = CompiledInference(2).wald_test(*arguments, np.zeros(len(p["contrast"])))
    stock = DefaultInference(n_cpus=1).wald_test(*arguments, 0.0)
    free = (mu >= MIN_MU).all(axis=0)
    assert free.sum() > 20
    for one, other in zip(ours, stock, strict=True):
        np.testing.assert_allclose(one[free], other[free], rtol=1e-8, atol=1e-12)


def test_shrunken_coefficients_are_never_a_worse_optimum(problem: dict[str, np.ndarray]) -> None:
    p = problem
    design, index = reparameterise(p["design"], p["contrast"])
    size, offset, scales = 1 / p["dispersions"], np.log(p["factors"]), (15.0, 0.3)
    arguments = (design, p["counts"], size, offset, *scales, "L-BFGS-B", index)
    ours, _, converged = CompiledInference(2).lfc_shrink_nbinom_glm(*arguments)
    stock, _, _ = DefaultInference(n_cpus=1).lfc_shrink_nbinom_glm(*arguments)
    assert converged.mean() > 0.98
    for gene in range(len(ours)):
        values = [
            utils.nbinomFn(each[gene], design, p["counts"][:, gene], size[gene], offset, *scales, index)
            for each in (ours, stock)
        ]
        assert values[0] <= values[1] + 1e-7 * abs(values[1])


def test_the_variance_of_a_shrunken_coefficient_is_the_inverse_of_the_objectives_curvature() -> None:
    rng = np.random.default_rng(3)
    design = np.column_stack([np.ones(12), np.arange(12) >= 6]).astype(float)
    counts = rng.negative_binomial(5, 5 / (5 + 60.0), (12, 1)).astype(float)
    size, offset = np.array([5.0]), np.zeros(12)
    beta, inverse, _ = CompiledInference(1).lfc_shrink_nbinom_glm(design, counts, size, offset, 15.0, 0.5, "", 1)
    step = 1e-4

    def value(a: float, b: float) -> float:
        return float(utils.nbinomFn(beta[0] + [a, b], design, counts[:, 0], 5.0, offset, 15.0, 0.5, 1))

    hessian = np.empty((2, 2))
    for i, first in enumerate(np.eye(2) * step):
        for j, second in enumerate(np.eye(2) * step):
            corners = [value(*(s * first + t * second)) * s * t for s in (1, -1) for t in (1, -1)]
            hessian[i, j] = sum(corners) / (4 * step * step)
    assert inverse[0, 1, 1] == pytest.approx(np.linalg.inv(hessian)[1, 1], rel=1e-3)


def test_results_do_not_depend_on_threads_or_the_order_of_genes(problem: dict[str, np.ndarray]) -> None:
    p = problem
    order = np.random.default_rng(0).permutation(p["counts"].shape[1])
    one = CompiledInference(1).irls(p["counts"], p["factors"], p["design"], p["dispersions"], MIN_MU, 1e-8)[0]
    two = CompiledInference(2).irls(
        p["counts"][:, order], p["factors"], p["design"], p["dispersions"][order], MIN_MU, 1e-8
    )[0]
    np.testing.assert_allclose(two, one[order], rtol=0, atol=1e-12)


def test_a_gene_that_diverges_goes_through_stock_and_is_counted() -> None:
    design = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]]).astype(float)
    counts = np.array([[0.0, 5], [0, 4], [0, 6], [1e9, 5], [0, 7], [0, 5]])
    arguments = (counts, np.ones(6), design, np.array([1e-6, 0.1]), MIN_MU, 1e-8)
    compiled = CompiledInference(1)
    ours, stock = compiled.irls(*arguments, maxiter=3), DefaultInference(n_cpus=1).irls(*arguments, maxiter=3)
    assert compiled.handed_over >= 1
    np.testing.assert_allclose(ours[0], stock[0], atol=1e-6)


def test_the_trend_recovers_planted_coefficients_despite_genes_at_the_lower_bound() -> None:
    rng = np.random.default_rng(5)
    means = rng.lognormal(4, 1.5, 20_000)
    dispersions = (0.04 + 3 / means) * rng.gamma(4, 1 / 4, len(means))
    dispersions[:2000] = 1e-8
    coefficients = gamma_trend(dispersions, means, 1e-8)
    assert coefficients is not None
    np.testing.assert_allclose(coefficients, [0.04, 3], rtol=0.03)
    assert gamma_trend(np.array([0.1, 0.2]), np.array([1.0, 2.0]), 1e-8) is None


def test_adjusted_p_values_are_benjamini_hochberg_with_gaps() -> None:
    p_values = np.random.default_rng(1).uniform(size=200) ** 2
    gaps = p_values.copy()
    gaps[::7] = np.nan
    adjusted = adjust(gaps)
    known = ~np.isnan(gaps)
    np.testing.assert_allclose(adjusted[known], false_discovery_control(gaps[known]))
    assert np.isnan(adjusted[~known]).all()


def test_without_a_gain_nothing_is_filtered() -> None:
    p_values = np.random.default_rng(8).uniform(size=300)
    np.testing.assert_array_equal(independent_filtering(p_values, np.ones(300), 0.1), adjust(p_values))

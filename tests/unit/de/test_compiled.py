"""The compiled loops against PyDESeq2's own: the same objectives, and never a worse optimum."""

from __future__ import annotations

import numpy as np
import pytest
from pydeseq2 import utils
from pydeseq2.default_inference import DefaultInference
from scipy.special import digamma
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


@pytest.mark.parametrize("inverse", [1e-2, 0.3, 1.0, 5.0, 50.0, 1e3])
@pytest.mark.parametrize("count", [0.0, 1.0, 5.0, 300.0, 1e5])
def test_digamma_differences_are_scipys(inverse: float, count: float) -> None:
    expected = digamma(count + inverse) - digamma(inverse) - np.log1p(count / inverse)
    lag = kernels.digamma_lag(inverse)
    assert lag == pytest.approx(digamma(inverse) - np.log(inverse), rel=1e-12)
    assert kernels.digamma_excess(count, inverse, lag) == pytest.approx(expected, rel=1e-9, abs=1e-12)


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

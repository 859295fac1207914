"""What CAMERA and FRY do with sets that stand out, go together, are small, or cannot be tested."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import polygamma

from gene_tables import contrast_genes, gene_set, linear_genes
from sheets import study
from trialseq import design, enrichment
from trialseq.config import Enrichment
from trialseq.counts import CountMatrix
from trialseq.de import voom
from trialseq.enrichment import camera, fry
from trialseq.enrichment.linear import Linear, inverse_trigamma, normal_scores, variance_prior
from trialseq.genesets import GeneSet

BOTH = Enrichment(methods=["camera", "fry"], min_size=1)
SYMBOLS = [f"G{number:03d}" for number in range(300)]


def genes(up: int = 0, down: int = 0) -> pd.DataFrame:
    """300 genes, the first of which go up by three standard errors, the next down."""
    moved = np.repeat([3.0, -3.0, 0.0], [up, down, 300 - up - down])
    return contrast_genes(SYMBOLS, moved + np.random.default_rng(3).normal(size=300))


def enrich(table: pd.DataFrame, sets: dict[str, GeneSet], linear: Linear | None = None) -> pd.DataFrame:
    linear = linear_genes(table) if linear is None else linear
    return enrichment.enrich(table, {"c": sets}, BOTH, 0.05, 1, linear).table.set_index(
        ["method", "set_id", "direction"]
    )


def test_directions_p_values_and_active_genes_of_sets_that_rise_fall_and_do_both() -> None:
    sets = {"rises": gene_set("rises", SYMBOLS[:10]), "falls": gene_set("falls", SYMBOLS[10:20])}
    sets |= {"both": gene_set("both", SYMBOLS[5:15]), "null": gene_set("null", SYMBOLS[100:110])}
    table = enrich(genes(10, 10), sets)
    for name, direction in (("rises", "up"), ("falls", "down")):
        for method in ("camera", "fry"):
            row = table.loc[method, name, direction]
            assert row["p_value"] < 0.001
            assert np.sign(row["statistic"]) == (1 if direction == "up" else -1)
            assert set(row["genes"].split()) <= set(sets[name].genes)
            assert row["overlap"] == len(row["genes"].split()) >= 7
        assert table.loc["fry", name, "both"]["p_value"] < 0.001
    flat = table.reset_index()
    assert flat.query("method == 'fry' and set_id == 'both' and direction != 'both'")["p_value"].item() > 0.05
    assert table.loc["fry", "both", "both"]["p_value"] < 0.001
    assert (table.loc[["camera", "fry"]].loc[pd.IndexSlice[:, "null"], "p_value"] > 0.01).all()
    assert table.loc["fry", "both", "both"]["overlap"] >= 7


def test_q_values_are_over_all_sets_whatever_their_sign_and_mixed_tests_apart() -> None:
    rng = np.random.default_rng(5)
    sets = {f"S{n}": gene_set(f"S{n}", rng.choice(SYMBOLS, 12, replace=False)) for n in range(30)}
    table = enrich(genes(20), sets).reset_index()
    families = [table["method"] == "camera"]
    families += [(table["method"] == "fry") & (table["direction"] == "both")]
    families += [(table["method"] == "fry") & (table["direction"] != "both")]
    for family in families:
        part = table[family]
        assert len(part) == 30
        np.testing.assert_allclose(part["q_value"], stats.false_discovery_control(part["p_value"]))


def test_a_set_whose_genes_go_together_is_less_surprising_to_camera_that_estimates_and_to_fry() -> None:
    table, rng = genes(12), np.random.default_rng(8)
    apart = linear_genes(table)
    together = apart.effects.copy()
    together[:12, 1:] = rng.normal(size=12)[None, :] + 0.3 * rng.normal(size=(12, 12))
    places = {"set": np.arange(12)}
    for test in (
        lambda each: camera.tested(each, places, "estimated")[2],
        lambda each: fry.tested(each, places, "none")[1],
    ):
        assert test(Linear(apart.symbols, together))[0] > 100 * test(apart)[0]
    assert camera.tested(Linear(apart.symbols, together), places, "estimated")[1][0] > 0.5
    assert camera.tested(apart, places, "estimated")[1][0] < 0.2


def test_fry_of_one_gene_is_its_t_test_and_camera_without_correlation_a_two_sample_t() -> None:
    linear = linear_genes(genes(10))
    _, directional, mixed = fry.tested(linear, {"one": np.array([4])}, "none")
    t = linear.effects[4, 0] / np.sqrt(linear.variances[4])
    assert directional[0] == mixed[0] == pytest.approx(2 * stats.t.sf(abs(t), 12))
    inside = np.arange(3, 15)
    expected = stats.ttest_ind(linear.scores[inside], np.delete(linear.scores, inside), equal_var=True)
    statistic, _, p_value = camera.tested(linear, {"set": inside}, 0.0)
    assert p_value[0] == pytest.approx(expected.pvalue)
    assert statistic[0] == pytest.approx(expected.statistic)


@pytest.mark.parametrize("first", [60, 100, 140, 180, 220, 260])
def test_the_mixed_test_is_near_the_rotations_that_it_stands_for(first: int) -> None:
    linear, rng = linear_genes(genes(), seed=4), np.random.default_rng(1)
    chosen = linear.effects[first : first + 25]
    turns = rng.normal(size=(40_000, chosen.shape[1]))
    turns /= np.linalg.norm(turns, axis=1)[:, None]
    drawn = ((chosen @ turns.T) ** 2).sum(axis=0)
    expected = (drawn >= (chosen[:, 0] ** 2).sum()).mean()
    mixed = fry.tested(linear, {"set": np.arange(first, first + 25)}, "none")[2][0]
    assert mixed == pytest.approx(expected, abs=0.03)  # a beta for what is nearly one


def test_sets_of_every_gene_of_none_and_of_unknown_genes() -> None:
    linear = linear_genes(genes())
    places = {"all": np.arange(300), "one": np.array([7])}
    _, _, p_values = camera.tested(linear, places, 0.01)
    assert np.isnan(p_values[0])
    assert 0 < p_values[1] < 1
    sets = {"strange": gene_set("strange", ["nobody"]), "known": gene_set("known", SYMBOLS[:5])}
    table = enrich(genes(), sets)
    assert set(table.index.get_level_values("set_id")) == {"known"}


def test_without_a_linear_model_the_methods_have_no_rows_but_the_columns() -> None:
    empty = Linear(np.empty(0, dtype=object), np.empty((0, 1)))
    table = enrich(genes(), {"S": gene_set("S", SYMBOLS[:5])}, empty)
    assert table.empty


def test_one_gene_a_symbol_that_of_the_highest_mean_stands_in_the_linear_models() -> None:
    frame = pd.DataFrame(
        {"contrast": "c", "gene_id": ["a", "b", "d"], "gene_name": ["X", "X", ""], "base_mean": [1, 9, 5]}
    )
    effects = frame.assign(effect=[1.0, 2.0, 3.0], residual_1=[0.1, 0.2, 0.3])
    other = effects.assign(contrast="other", effect=7.0)
    linear = enrichment.linear_models(pd.concat([effects, other]), "c")
    assert linear.symbols.tolist() == ["X"]
    assert linear.effects.tolist() == [[2.0, 0.2]]


def _matrix(samples: int, seed: int = 1) -> CountMatrix:
    rng = np.random.default_rng(seed)
    names = [f"s{number}" for number in range(samples)]
    counts = pd.DataFrame(rng.negative_binomial(10, 0.1, (samples, 60)), index=names, columns=SYMBOLS[:60])
    sheet = pd.DataFrame({"group": ["a", "b"] * (samples // 2)}, index=names)
    return CountMatrix(counts, sheet, pd.DataFrame({"gene_name": SYMBOLS[:60], "biotype": ""}, index=counts.columns))


def test_without_residual_degrees_of_freedom_or_genes_the_table_is_empty() -> None:
    contrasts = [{"id": "c", "expression": "b - a"}]
    config = study(models=[{"id": "m", "formula": "~ group", "contrasts": contrasts}])
    matrix = _matrix(4)
    model = design.plan(matrix.samples, config).models[0]
    table = voom.effects(matrix, model, config.statistics)
    assert len(table) == 60
    assert enrichment.linear_models(table, "c").degrees == 2
    rows = tuple(map(tuple, np.column_stack([model.matrix, [[1, 0], [1, 0], [0, 0], [0, 1]]]).tolist()))
    question = replace(model.estimands[0], vector=(*model.estimands[0].vector, 0.0, 0.0))
    saturated = replace(model, rows=rows, columns=(*model.columns, "x", "y"), estimands=(question,))
    few = CountMatrix(matrix.counts.iloc[:, :2], matrix.samples, matrix.genes.iloc[:2])
    for empty in (voom.effects(matrix, saturated, config.statistics), voom.effects(few, model, config.statistics)):
        assert empty.empty
        assert enrichment.linear_models(empty, "c").degrees == 0


def test_effects_hold_the_contrast_and_the_residual_variance_of_weighted_least_squares() -> None:
    rng = np.random.default_rng(2)
    design_matrix = np.column_stack([np.ones(8), np.arange(8) % 2, rng.normal(size=8)])
    logs, weights = rng.normal(size=(5, 8)), rng.uniform(0.5, 2, size=(5, 8))
    contrast = np.array([0.0, 1.0, -2.0])
    turned = voom.rotated(logs, weights, design_matrix, contrast)
    for gene in range(5):
        inverse = np.linalg.inv(design_matrix.T * weights[gene] @ design_matrix)
        coefficients = inverse @ (design_matrix.T * weights[gene]) @ logs[gene]
        unscaled = np.sqrt(contrast @ inverse @ contrast)
        assert turned[gene, 0] == pytest.approx(contrast @ coefficients / unscaled)
        rest = logs[gene] - design_matrix @ coefficients
        assert (turned[gene, 1:] ** 2).sum() == pytest.approx((weights[gene] * rest**2).sum())


def test_scores_and_priors_hold_at_their_limits() -> None:
    t = np.array([-4.0, -0.5, 0.0, 1.0, 6.0])
    np.testing.assert_allclose(normal_scores(t, 7.5), stats.norm.isf(stats.t.sf(t, 7.5)), atol=1e-4)
    np.testing.assert_allclose(normal_scores(t, 80), stats.norm.isf(stats.t.sf(t, 80)), atol=1e-8)
    assert np.isfinite(normal_scores(np.array([500.0]), 60)).all()
    assert normal_scores(t, np.inf) is t
    for value in (1e-8, 0.01, 1.0, 50.0, 1e9):
        assert polygamma(1, inverse_trigamma(value)) == pytest.approx(value, rel=1e-5)
    rng = np.random.default_rng(1)
    degrees, variance = variance_prior(2 * rng.chisquare(8, 4000) / 8, 8)
    assert degrees > 200
    assert variance == pytest.approx(2, rel=0.03)
    degrees, _ = variance_prior(rng.chisquare(8, 9000) / 8 * 6 / rng.chisquare(6, 9000), 8)
    assert degrees == pytest.approx(6, rel=0.1)

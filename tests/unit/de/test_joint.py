"""Likelihood-ratio tests of several contrasts at once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import null_space
from scipy.stats import chi2, f

import r_shapes
from sheets import study
from trialseq import de, design
from trialseq.de.hypothesis import prior_degrees
from trialseq.de.joint import restricted
from trialseq.tables import JOINT

ROLES = {
    "subject": "subject",
    "arm": {"column": "agent", "reference": "Placebo"},
    "visit": {"column": "visit", "reference": "before"},
}


def _nested(**options: object) -> de.Fit:
    matrix = r_shapes.counts("nested")
    statistics = {"min_count": 0, "shrinkage": False, "distribution": "normal"} | options
    config = study(trial=ROLES, statistics=statistics)
    return de.fit(matrix, design.plan(matrix.samples, config).models[0], config.statistics, threads=2)


@pytest.mark.parametrize("inference", ["compiled", "reference"])
def test_any_change_of_a_trial_agrees_with_rs_likelihood_ratio_test(inference: str) -> None:
    ours = _nested(inference=inference).joint.set_index("gene_id")
    r = r_shapes.of_r("joint", "nested", "any_change").loc[ours.index]
    assert (ours["test"] == "any_change").all()
    assert (ours["p_value"].isna() == r["p_value"].isna()).all()
    assert (ours["degrees_of_freedom"].dropna() == 2).all()
    apart = (ours["statistic"] - r["statistic"]).abs() / (1 + r["statistic"])
    # PyDESeq2's own trend differs from R's; ours does not.
    assert apart.quantile(0.99) < (0.01 if inference == "compiled" else 0.2)
    called, of_r = ours["q_value"] < 0.05, r["q_value"] < 0.05
    assert (called & of_r).sum() >= (0.98 if inference == "compiled" else 0.9) * (called | of_r).sum()


def test_p_values_refer_to_f_by_default_and_to_chi_squared_as_in_r() -> None:
    normal, moderated = _nested().joint.dropna(subset="p_value"), _nested(distribution="t")
    np.testing.assert_allclose(normal["p_value"], chi2.sf(normal["statistic"], 2))
    table = moderated.joint.dropna(subset="p_value")
    # 20 samples - 12 columns, and the prior's degrees of freedom; unshrunken genes have 8 alone.
    degrees = 8 + prior_degrees(moderated.notes["dispersion_prior_variance"])
    expected, unshrunken = (f.sf(table["statistic"] / 2, 2, each) for each in (degrees, 8))
    of_prior = np.isclose(table["p_value"], expected)
    assert (of_prior | np.isclose(table["p_value"], unshrunken)).all()
    assert of_prior.mean() > 0.9


def test_a_joint_test_of_one_contrast_is_near_its_wald_test_squared() -> None:
    fitted = r_shapes.fit("covariate")
    wald, joint = (each.set_index("gene_id") for each in (fitted.statistics, fitted.joint))
    mild = wald["statistic"].abs() < 2
    assert np.corrcoef(wald["statistic"][mild] ** 2, joint["statistic"][mild])[0, 1] > 0.99
    assert (joint["degrees_of_freedom"].dropna() == 1).all()


def test_a_restricted_design_spans_the_null_space_of_the_contrasts_and_keeps_blocks() -> None:
    rng = np.random.default_rng(6)
    blocks = np.kron(np.eye(6), np.ones((3, 1)))
    matrix = np.hstack([blocks, rng.normal(size=(18, 4))])
    vectors = np.zeros((3, 10))
    vectors[:2, 6:] = rng.normal(size=(2, 4))
    vectors[2] = vectors[0] - 2 * vectors[1]  # adds nothing
    reduced, rank = restricted(matrix, vectors)
    assert rank == 2
    assert reduced.shape == (18, 8)
    np.testing.assert_array_equal(reduced[:, :6], blocks)
    together = np.hstack([reduced, matrix @ null_space(vectors)])
    assert np.linalg.matrix_rank(together) == 8


def test_a_model_without_joint_tests_has_an_empty_table_of_the_same_columns() -> None:
    table = r_shapes.fit("few").joint
    assert table.empty
    assert list(table) == JOINT.names


def test_genes_outside_the_fit_are_in_the_table_with_the_reason() -> None:
    table = _nested(min_count=60).joint
    low = table["status"] == "low_count"
    assert len(table) == len(r_shapes.counts("nested").counts.columns)
    assert 0 < low.sum() < len(table)
    assert table.loc[low, ["statistic", "p_value", "q_value"]].isna().all().all()
    assert table.loc[~low, "p_value"].notna().all()
    pd.testing.assert_series_equal(table["gene_id"], table["gene_name"], check_names=False)

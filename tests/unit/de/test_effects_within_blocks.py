"""Effects of large designs, block by block, are those of the whole decomposition."""

from __future__ import annotations

import numpy as np
import pytest

from sheets import sheet, study
from trialseq import design
from trialseq.de import voom
from trialseq.design.estimands import Estimand, Model

ROLES = {
    "subject": "subject",
    "arm": {"column": "agent", "reference": "Placebo"},
    "visit": {"column": "visit", "reference": "before"},
    "state": {"column": "state", "reference": "Basal"},
}
PLAN = design.plan(sheet({"NMN": 4, "Placebo": 5}), study(trial=ROLES))
BLOCKED = [(model, each) for model in PLAN.models if model.blocks for each in model.estimands]


@pytest.mark.parametrize(("model", "estimand"), BLOCKED, ids=lambda each: each.id)
@pytest.mark.parametrize("alike", [True, False])
def test_effect_and_squares_are_those_of_the_whole_design(model: Model, estimand: Estimand, alike: bool) -> None:
    rng = np.random.default_rng(2)
    matrix, vector = model.matrix.to_numpy(dtype=float), np.array(estimand.vector)
    logs = rng.normal(size=(30, len(matrix)))
    weights = rng.uniform(0.5, 2, size=(1 if alike else 30, len(matrix))).repeat(30 if alike else 1, axis=0)
    assert voom.apart(matrix, vector, model.blocks)
    whole = voom.rotated(logs, weights, matrix, vector)
    within = voom.rotated_within(logs, weights, matrix, vector, model.blocks)
    assert within.shape == whole.shape
    np.testing.assert_allclose(within[:, 0], whole[:, 0], atol=1e-10)
    np.testing.assert_allclose((within**2).sum(axis=1), (whole**2).sum(axis=1))
    if alike:  # then products of genes, on which tests of sets rest, do not depend on the basis
        np.testing.assert_allclose(within @ within.T, whole @ whole.T, atol=1e-9)


def test_a_contrast_between_blocks_is_not_apart_from_them() -> None:
    model, estimand = BLOCKED[0]
    matrix = model.matrix.to_numpy(dtype=float)
    vector = np.zeros(matrix.shape[1])
    vector[next(i for i, name in enumerate(model.columns) if name.startswith("block["))] = 1
    assert estimand.vector != tuple(vector)
    assert not voom.apart(matrix, vector, model.blocks)

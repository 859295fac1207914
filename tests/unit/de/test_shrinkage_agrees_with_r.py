"""Modes and curvatures of apeGLM's posterior by R's optim (data/deseq2/make.R), which knows nothing of our search."""

from __future__ import annotations

import numpy as np
import pytest

import r_shapes
from trialseq.de import inference
from trialseq.de.filtering import size_factors
from trialseq.de.shrinkage import shrink


def _problem(shape: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Design, contrast (as ours, not as a coefficient) and size factors of a shape."""
    matrix = r_shapes.counts(shape)
    factors = size_factors(matrix.counts.loc[:, (matrix.counts > 0).any()], "ratio").to_numpy()
    samples = matrix.samples
    if shape == "two_groups":
        groups = [samples["condition"] == level for level in ("A", "B")]
        return np.column_stack(groups).astype(float), np.array([-1.0, 1.0]), factors
    after = samples["visit"] == "after"
    columns = [samples["subject"] == each for each in dict.fromkeys(samples["subject"])]
    columns += [after & (samples["agent"] == arm) for arm in ("Placebo", "NMN")]
    return np.column_stack(columns).astype(float), np.r_[np.zeros(10), -1.0, 1.0], factors


@pytest.mark.parametrize("shape", ["two_groups", "nested"])
@pytest.mark.parametrize("scale", [0.2, 1.0])
def test_shrunken_contrasts_and_their_errors_are_those_of_r_in_a_model_written_by_hand(
    shape: str, scale: float
) -> None:
    r = r_shapes.of_r("shrinkage", shape)
    r = r[np.isclose(r["scale"], scale)]
    design, contrast, factors = _problem(shape)
    counts = r_shapes.counts(shape).counts[r.index].to_numpy(dtype=float)
    modes, errors, converged = shrink(
        inference("compiled", 1), counts, design, contrast, factors, r["dispersion"].to_numpy(), scale
    )
    assert len(r) == 80
    assert converged.all()
    np.testing.assert_allclose(modes * np.log(2), r["mode"], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(errors * np.log(2), r["sd"], rtol=1e-3)


def test_stocks_errors_are_others() -> None:
    r = r_shapes.of_r("shrinkage", "nested")
    r = r[np.isclose(r["scale"], 0.2)]
    design, contrast, factors = _problem("nested")
    counts = r_shapes.counts("nested").counts[r.index].to_numpy(dtype=float)
    _, errors, _ = shrink(inference("reference", 1), counts, design, contrast, factors, r["dispersion"].to_numpy(), 0.2)
    ratio = errors * np.log(2) / r["sd"]
    assert not np.allclose(ratio, 1, atol=0.05, equal_nan=True)

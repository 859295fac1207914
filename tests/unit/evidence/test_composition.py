"""Composition held constant: known numbers, a dropped marker of each tested set, and verdicts on simulated trials."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from hypothesis import given
from hypothesis import strategies as st

import composition
from trialseq.config import SingleCell
from trialseq.evidence import cells, held, single_cell
from trialseq.problems import InputError

DESIGN = np.column_stack([np.ones(8), np.tile([0.0, 1.0], 4)])
TYPES = ("a", "b", "c")


def test_reliability_is_cronbachs_alpha() -> None:
    # By hand: items (1, 2, 3) and (1, 3, 2) less their means: sums (-2, 1, 1); 2 * (1 - 4 / 6).
    assert cells.reliability(np.array([[-1.0, -1.0], [0.0, 1.0], [1.0, 0.0]])) == pytest.approx(2 / 3)
    assert cells.reliability(np.array([[-1.0, 1.0], [1.0, -1.0]])) is np.nan


@given(st.sets(st.sampled_from([f"{kind}{n}" for kind in TYPES for n in range(4)])))
def test_no_gene_of_a_tested_set_is_a_marker(tested: set[str]) -> None:
    markers = {kind: tuple(f"{kind}{n}" for n in range(4)) for kind in TYPES}
    names = [gene for genes in markers.values() for gene in genes]
    z = pd.DataFrame(np.random.default_rng(1).normal(size=(8, 12)), columns=names)
    found = cells.covariates(z, markers, TYPES, tested, DESIGN, 2, 0.01)
    used = set(" ".join(found.frame["genes"]).split())
    assert used == set(names) - tested
    kept = [kind for kind in TYPES if len(set(markers[kind]) - tested) >= 2]
    for kind in kept:  # the score is the mean of what is left, and of nothing else
        np.testing.assert_allclose(found.scores[kind], z[[g for g in markers[kind] if g not in tested]].mean(axis=1))
    assert set(TYPES) - set(kept) == set(found.frame.index[found.frame["status"] == "too few markers"])


def test_held_and_its_part_are_the_plain_contrast_and_the_slope_is_least_squares() -> None:
    random = np.random.default_rng(2)
    scores, contrast = random.normal(size=(8, 2)), np.array([[0.0, 1.0]])
    outcome = random.normal(size=(8, 3))
    beside = held.hold(DESIGN, contrast, scores, ["a", "b"])
    found = {
        kind: held.least_squares(outcome, beside.design, vectors).effects
        for kind, vectors in beside.vectors(contrast, np.eye(2)).items()
    }
    plain = held.least_squares(outcome, DESIGN, contrast)
    np.testing.assert_allclose(found["held"] + found["part"], plain.effects)
    np.testing.assert_allclose(found["calibrated"], found["held"])  # scores without error need no correction
    direct = np.linalg.lstsq(np.hstack([DESIGN, scores]), outcome, rcond=None)[0][1]
    np.testing.assert_allclose(found["held"][0], direct)
    assert held.hold(DESIGN, contrast, random.normal(size=(8, 6)), list("abcdef")).reason.startswith("8 samples")
    assert "do not vary" in held.hold(DESIGN, contrast, DESIGN[:, 1:], ["a"]).reason


def test_proportions_of_known_mixtures_are_found() -> None:
    random = np.random.default_rng(3)
    signature = pd.DataFrame(random.gamma(1, 100, (12, 3)), index=[f"g{n}" for n in range(12)], columns=TYPES)
    known = pd.DataFrame([[0.2, 0.3, 0.5], [0.0, 1.0, 0.0]], columns=TYPES)
    bulk = pd.DataFrame(known.to_numpy() @ signature.to_numpy().T, columns=signature.index)
    pd.testing.assert_frame_equal(single_cell.proportions(bulk * 7, signature), known, atol=1e-9)


def atlas(folder: object) -> SingleCell:
    """Three types of 40 cells; counts in a layer, symbols in a column, four marker genes a type; one cell untyped."""
    random = np.random.default_rng(4)
    kinds = np.repeat(TYPES, 40)
    names = [f"{kind}{n}" for kind in TYPES for n in range(4)] + [f"other{n}" for n in range(20)]
    means = np.array([[20.0 if name.startswith(kind) and len(name) == 2 else 2.0 for name in names] for kind in kinds])
    counts = random.poisson(means)
    data = AnnData(np.log1p(counts), obs=pd.DataFrame({"kind": kinds}, index=[f"c{n}" for n in range(len(kinds))]))
    data.obs["kind"] = data.obs["kind"].where(data.obs_names != "c0")
    data.var = pd.DataFrame({"symbol": names}, index=[f"id{n}" for n in range(len(names))])
    data.layers["counts"] = counts
    data.write_h5ad(f"{folder}/atlas.h5ad")
    return SingleCell(file=f"{folder}/atlas.h5ad", cell_type="kind", symbols="symbol", layer="counts", genes=3)


def test_markers_of_cells_are_those_that_were_planted(tmp_path_factory: pytest.TempPathFactory) -> None:
    options = atlas(tmp_path_factory.mktemp("cells"))
    data = single_cell.read(options)
    assert data.n_obs == 119
    known = set(data.var_names) - {"a0"}  # the counts of the trial lack a0
    found = single_cell.reference(data, known, options.genes)
    assert set(found.markers["a"]) == {"a1", "a2", "a3"}
    for kind, genes in found.markers.items():
        assert len(genes) == 3
        assert {gene[0] for gene in genes} == {kind}
        assert (found.signature.loc[list(genes)].idxmax(axis=1) == kind).all()
    with pytest.raises(InputError, match="integers"):
        single_cell.read(options.model_copy(update={"layer": None}))
    with pytest.raises(InputError, match="did you mean kind"):
        single_cell.read(options.model_copy(update={"cell_type": "kinds"}))
    with pytest.raises(InputError, match="none for c"):
        single_cell.reference(data, {name for name in data.var_names if name[0] != "c"}, 3)


@pytest.mark.parametrize(("case", "seed"), [("fibroblasts", 1), ("signalling", 1), ("nothing", 0)])
def test_a_verdict_is_what_was_simulated(case: str, seed: int) -> None:
    row = composition.verdict(case, seed, 1000)
    assert row["verdict"] == composition.CASES[case][0], row["says"]


@pytest.mark.slow
@pytest.mark.parametrize(("case", "least"), [("fibroblasts", 14), ("signalling", 17), ("nothing", 16)])
def test_verdicts_are_right_in_most_trials(case: str, least: int) -> None:
    """Twenty seeds; docs/evidence.md has the counts that were found."""
    found = [composition.verdict(case, seed)["verdict"] for seed in range(20)]
    assert found.count(composition.CASES[case][0]) >= least, found
    wrong = {"fibroblasts": "signalling", "signalling": "composition"}.get(case)
    assert found.count(wrong) <= 1, found

"""voom, CAMERA and FRY through our designs against R's limma, on real and on nested simulated counts."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT, absent
from gse184951 import asked
from sheets import study
from trialseq import design, enrichment
from trialseq.config import Enrichment, Statistics
from trialseq.counts import CountMatrix
from trialseq.de import voom
from trialseq.de.opinion import ready
from trialseq.design.estimands import Model
from trialseq.enrichment import camera, fry
from trialseq.enrichment.linear import Linear
from trialseq.enrichment.question import Question
from trialseq.genesets import GeneSet, read_gmt

# R 4.2.2, limma 3.54.1: made by make.R in this folder.
DATA = Path(__file__).parents[2] / "data"
OF_R = DATA / "limma_sets"
OPTIONS, EVERY_GENE = Enrichment(), Statistics(min_count=0)


def of_r(name: str) -> pd.DataFrame:
    table = pd.read_csv(OF_R / "sets.tsv.gz", sep="\t")
    return table[table["study"] == name].set_index("set_id")


@pytest.fixture(scope="module")
def counts() -> CountMatrix:
    """Subjects nested in arms."""
    counts = pd.read_csv(DATA / "deseq2" / "nested.counts.tsv.gz", sep="\t", index_col=0).T
    sheet = pd.DataFrame([name.split(".") for name in counts.index], columns=["subject", "visit"], index=counts.index)
    sheet["agent"] = np.where(sheet["subject"] <= "S05", "NMN", "Placebo")
    return CountMatrix(counts, sheet, pd.DataFrame({"gene_name": counts.columns, "biotype": ""}, index=counts.columns))


@pytest.fixture(scope="module")
def model(counts: CountMatrix) -> Model:
    """Its model, with a column for each subject."""
    roles = {
        "subject": "subject",
        "arm": {"column": "agent", "reference": "Placebo"},
        "visit": {"column": "visit", "reference": "before"},
    }
    return design.plan(counts.samples, study(trial=roles)).models[0]


@pytest.fixture(scope="module")
def nested(counts: CountMatrix, model: Model) -> pd.DataFrame:
    """`tables.EFFECTS` of the nested model, every gene."""
    return voom.effects(counts, model, EVERY_GENE)


def sets_of(path: Path) -> dict[str, GeneSet]:
    table = pd.read_csv(path, sep="\t")
    return {row.set_id: GeneSet(row.set_id, row.set_id, tuple(row.genes.split())) for row in table.itertuples()}


def agree(linear: Linear, sets: dict[str, GeneSet], r: pd.DataFrame, tolerance: float) -> None:
    """p values of every option and directions are R's, as p on the log scale."""

    def close(ours: np.ndarray, column: str) -> None:
        np.testing.assert_allclose(np.log(ours), np.log(r[column]), rtol=tolerance, atol=tolerance, err_msg=column)

    places = linear.places(sets)
    assert [len(each) for each in places.values()] == r["size"].tolist()
    statistic, _, p_values = camera.tested(linear, places, 0.01)
    close(p_values, "camera_p_value")
    assert np.where(statistic > 0, "Up", "Down").tolist() == r["camera_direction"].tolist()
    _, correlation, p_values = camera.tested(linear, places, "estimated")
    close(p_values, "camera_estimated_p_value")
    np.testing.assert_allclose(correlation, r["correlation"].clip(lower=0), atol=tolerance)
    for option, name in (("posterior_sd", ""), ("residual_sd", "residual_"), ("none", "none_")):
        statistic, directional, mixed = fry.tested(linear, places, option)
        close(directional, f"fry_{name}p_value")
        close(mixed, f"fry_{name}mixed_p_value")
        if not name:
            assert np.where(statistic > 0, "Up", "Down").tolist() == r["fry_direction"].tolist()


def test_precision_weights_and_moderated_t_are_limmas(counts: CountMatrix, nested: pd.DataFrame, model: Model) -> None:
    r = pd.read_csv(OF_R / "nested.voom.tsv.gz", sep="\t", index_col="gene_id")
    given = ready(counts, model, EVERY_GENE)
    _, weights = voom.voom(given.counts.to_numpy(), model.matrix.to_numpy(), given.libraries)
    order = given.counts.index.get_indexer(r.index)
    np.testing.assert_allclose(weights[order][:, [0, 19]], r[["weight_1", "weight_20"]], rtol=1e-7)
    linear = enrichment.linear_models(nested, "change.NMN")
    moderated = linear.effects[:, 0] / np.sqrt(linear.moderated(linear.variances, linear.degrees))
    ours = pd.Series(moderated, index=linear.symbols)
    np.testing.assert_allclose(ours[r.index], r["t"], rtol=1e-6, atol=1e-7)
    assert linear.prior[0] + linear.degrees == pytest.approx(r["df_total"].iloc[0], rel=1e-6)


@pytest.mark.parametrize("contrast", ["change.Placebo", "change.NMN", "difference.NMN_vs_Placebo"])
def test_subjects_nested_in_arms_agree_with_r(nested: pd.DataFrame, contrast: str) -> None:
    r = of_r("nested").query("contrast == @contrast")
    agree(enrichment.linear_models(nested, contrast), sets_of(OF_R / "nested.sets.tsv.gz"), r, 1e-6)


@pytest.fixture(scope="module")
def training(public_data: Path) -> Linear:
    """GSE184951, after against before training, eleven people: genes with 10 counts in 11 samples, one a symbol."""
    matrix, model, options = asked(public_data / "GSE184951")
    effects = voom.effects(matrix, model, options.model_copy(update={"min_count": 10}))
    return enrichment.linear_models(effects, model.estimands[0].id)


@pytest.fixture(scope="module")
def go() -> dict[str, GeneSet]:
    """The sets that R tested: those of the PDGF panel, and every hundredth of GO's."""
    folder = ROOT / "resources" / "genesets"
    sets = {**read_gmt(folder / "go.gmt.gz"), **read_gmt(folder / "pdgf.gmt")}
    return {name: sets[name] for name in of_r("gse184951").index}


def test_paired_training_in_gse184951_agrees_with_r(training: Linear, go: dict[str, GeneSet]) -> None:
    r = of_r("gse184951")
    assert {"GO:0048407", "GO:0048008"} < set(r.index)
    assert len(r) > 40
    agree(training, go, r, 1e-6)


def test_the_table_has_what_r_has(training: Linear, go: dict[str, GeneSet]) -> None:
    question = Question(pd.DataFrame(), pd.DataFrame(), go, {}, training, 0.05)
    r = of_r("gse184951")
    one = camera.test(question, OPTIONS, 1).set_index("set_id")
    np.testing.assert_allclose(one.loc[r.index, "p_value"], r["camera_estimated_p_value"], rtol=1e-5)
    preset = camera.test(question, OPTIONS.model_copy(update={"camera_correlation": 0.01}), 1).set_index("set_id")
    np.testing.assert_allclose(preset.loc[r.index, "p_value"], r["camera_p_value"], rtol=1e-5)
    two = fry.test(question, OPTIONS, 1).set_index(["family", "set_id"])["p_value"]
    np.testing.assert_allclose(two["directional"][r.index], r["fry_p_value"], rtol=1e-5)
    np.testing.assert_allclose(two["mixed"][r.index], r["fry_mixed_p_value"], rtol=1e-5)


def test_edgepython_says_the_same(training: Linear, go: dict[str, GeneSet], public_data: Path) -> None:
    if find_spec("edgepython") is None:
        absent("edgePython is not installed (make opinion)")
    import edgepython

    matrix, model, options = asked(public_data / "GSE184951")
    given = ready(matrix, model, options.model_copy(update={"min_count": 10}))
    design_matrix = model.matrix.to_numpy()
    logs, weights = voom.voom(given.counts.to_numpy(), design_matrix, given.libraries)
    places = training.places(go)
    rows = given.counts.index.get_indexer(_ids(matrix, given.base_mean, given.counts.index, training.symbols))
    asked_of = {"design": design_matrix, "contrast": np.array(model.estimands[0].vector), "weights": weights[rows]}
    by_camera = edgepython.camera(logs[rows], dict(places), **asked_of, sort=False)
    ours = camera.tested(training, places, 0.01)[2]
    np.testing.assert_allclose(np.log(by_camera["PValue"].to_numpy(dtype=float)), np.log(ours), rtol=0.01)
    by_fry = edgepython.fry(logs[rows], dict(places), **asked_of, sort="none")
    ours = fry.tested(training, places, "posterior_sd")[1]
    np.testing.assert_allclose(
        np.log(by_fry.loc[list(places), "PValue"].to_numpy(dtype=float)), np.log(ours), rtol=0.01
    )


def _ids(matrix: CountMatrix, means: pd.Series, kept: pd.Index, symbols: np.ndarray) -> list[str]:
    """The gene id of each symbol: of several the one with the highest mean."""
    table = pd.DataFrame({"symbol": matrix.genes["gene_name"].reindex(kept), "mean": means.reindex(kept)})
    table = table.rename_axis("id").reset_index().sort_values(["mean", "id"], ascending=[False, True])
    return table.drop_duplicates("symbol").set_index("symbol")["id"].reindex(symbols).tolist()

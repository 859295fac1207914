"""edgeR's quasi-likelihood and limma-voom through our designs against R's, on real and on nested simulated counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

import gse184951
from sheets import TRIAL, study
from trialseq import de, design, simulate
from trialseq.config import Config
from trialseq.counts import CountMatrix
from trialseq.design.estimands import Model

# R 4.2.2, edgeR 3.40.2, limma 3.54.1: made by make.R in this folder.
DATA = Path(__file__).parents[2] / "data"
OF_R = DATA / "second_opinion"
KEYS = ["contrast", "gene_id"]
EDGEPYTHON = ["edger", "limma"]

pytestmark = pytest.mark.usefixtures("edgepython")


def _of_r(name: str, engine: str) -> pd.DataFrame:
    table = pd.read_csv(OF_R / f"{name}.tsv.gz", sep="\t")
    return table[table["engine"] == engine].set_index(KEYS)


@pytest.fixture(scope="module")
def nested() -> tuple[CountMatrix, Config]:
    """Subjects nested in arms."""
    counts = pd.read_csv(DATA / "deseq2" / "nested.counts.tsv.gz", sep="\t", index_col=0).T
    sheet = pd.DataFrame([name.split(".") for name in counts.index], columns=["subject", "visit"], index=counts.index)
    sheet["agent"] = np.where(sheet["subject"] <= "S05", "NMN", "Placebo")
    roles = {
        "subject": "subject",
        "arm": {"column": "agent", "reference": "Placebo"},
        "visit": {"column": "visit", "reference": "before"},
    }
    genes = pd.DataFrame({"gene_name": counts.columns, "biotype": ""}, index=counts.columns)
    return CountMatrix(counts, sheet, genes), study(trial=roles, statistics={"min_count": 0})


def _fit(given: tuple[CountMatrix, Config], engine: str) -> de.Fit:
    matrix, config = given
    return de.fit(matrix, design.plan(matrix.samples, config).models[0], config.statistics, threads=1, engine=engine)


@pytest.mark.parametrize("engine", EDGEPYTHON)
def test_subjects_nested_in_arms_agree_with_r(nested: tuple[CountMatrix, Config], engine: str) -> None:
    r = _of_r("nested", engine)
    ours = _fit(nested, engine).statistics.set_index(KEYS).loc[r.index]
    _agree(ours, r, engine)
    for contrast in r.index.unique("contrast"):
        called, of_r = (set(each.loc[contrast].query("q_value < 0.05").index) for each in (ours, r))
        assert len(called & of_r) / len(called | of_r) > 0.97


def _agree(ours: pd.DataFrame, r: pd.DataFrame, engine: str) -> None:
    # edgeR: locfit's surface and the dispersions' optimum are found to other precisions in the port.
    change, p_value = {"edger": (1e-4, 2e-3), "limma": (1e-7, 1e-6)}[engine]
    np.testing.assert_allclose(ours["log2_fold_change"], r["log2_fold_change"], atol=change)
    np.testing.assert_allclose(np.log10(ours["p_value"]), np.log10(r["p_value"]), atol=p_value)
    np.testing.assert_allclose(ours["statistic"], r["statistic"], atol=5 * p_value)


@pytest.mark.parametrize("engine", EDGEPYTHON)
def test_paired_training_in_gse184951_agrees_with_r(public_data: Path, engine: str) -> None:
    folder = public_data / "GSE184951"
    matrix, _, _ = gse184951.asked(folder)
    config = study(trial={"subject": "subject", "visit": {"column": "time", "reference": "pre"}})
    ours = _fit((matrix, config), engine).statistics
    ours = ours.set_index("gene_id")
    r = _of_r("gse184951", engine).droplevel("contrast")
    _agree(ours.loc[r.index], r, engine)
    # R's table has every gene that it calls.
    assert set(ours.index[ours["q_value"] < 0.05]) == set(r.index[r["q_value"] < 0.05])


@pytest.fixture(scope="module")
def trial() -> tuple[CountMatrix, Config, list[tuple[Model, pd.DataFrame]]]:
    """A simulated trial of four biopsies a subject and an explicit model, with the default engine's statistics.

    One gene has no counts, another one few.
    """
    made = simulate.trial(seed=4, genes=300)
    counts = made.counts.copy()
    counts.iloc[:, 0], counts.iloc[:, 1] = 0, 1
    agents = {"id": "agents", "expression": "NMN - Placebo"}
    config = study(trial=TRIAL, models=[{"id": "agents", "formula": "~ agent + state", "contrasts": [agents]}])
    matrix = CountMatrix(counts, made.samples, made.genes)
    models = [each for each in design.plan(made.samples, config).models if "Insulin" not in each.id]
    fits = [de.fit(matrix, model, config.statistics, threads=1).statistics.set_index(KEYS) for model in models]
    return matrix, config, list(zip(models, fits, strict=True))


@pytest.mark.parametrize("engine", EDGEPYTHON)
def test_every_estimand_is_the_same_quantity_as_the_default_engines(
    trial: tuple[CountMatrix, Config, list[tuple[Model, pd.DataFrame]]], engine: str
) -> None:
    matrix, config, defaults = trial
    assert {model.block for model, _ in defaults} == {"subject", "subject's visit", ""}
    for model, default in defaults:
        other = de.fit(matrix, model, config.statistics, threads=1, engine=engine).statistics.set_index(KEYS)
        pd.testing.assert_index_equal(default.index, other.index)
        before = default["status"].isin(["all_zero", "low_count"])
        assert (other["status"] == default["status"].where(before, "tested")).all()
        assert other["p_value"].notna().equals(~before)
        high = default["base_mean"] > 50
        for estimand in model.estimands:
            one, two = (each[high].loc[estimand.id].dropna(subset="p_value") for each in (default, other))
            slope = np.polyfit(one["log2_fold_change"], two["log2_fold_change"], 1)[0]
            # Between subjects a mean of logs (limma) is not the log of a mean.
            assert slope == pytest.approx(1, abs=0.1), estimand.id
            assert one["log2_fold_change"].corr(two["log2_fold_change"]) > 0.95, estimand.id
            assert two["lfc_se"].median() == pytest.approx(one["lfc_se"].median(), rel=0.2), estimand.id


@pytest.mark.parametrize("engine", EDGEPYTHON)
def test_intervals_statistics_and_p_values_say_the_same(nested: tuple[CountMatrix, Config], engine: str) -> None:
    table = _fit(nested, engine).statistics
    excluded = (table["ci_low"] > 0) | (table["ci_high"] < 0)
    assert ((table["p_value"] < 0.05) == excluded).all()
    np.testing.assert_allclose(table["log2_fold_change"] / table["lfc_se"], table["statistic"])


@pytest.mark.parametrize("engine", EDGEPYTHON)
def test_the_order_of_genes_and_of_samples_changes_nothing(nested: tuple[CountMatrix, Config], engine: str) -> None:
    matrix, config = nested
    rng = np.random.default_rng(5)
    counts = matrix.counts.iloc[rng.permutation(20), rng.permutation(600)]
    shuffled = CountMatrix(counts, matrix.samples.loc[counts.index], matrix.genes.loc[counts.columns])
    one, two = (_fit((each, config), engine).statistics.set_index(KEYS) for each in (matrix, shuffled))
    np.testing.assert_allclose(two.loc[one.index, "statistic"], one["statistic"], rtol=1e-5, atol=1e-7)


def test_limma_knows_that_biopsies_of_a_subject_are_alike(nested: tuple[CountMatrix, Config]) -> None:
    # make.R: a standard deviation of 0.4 between subjects, on the log scale, beside that of the counts.
    assert 0.4 < _fit(nested, "limma").notes["correlation_within_blocks"] < 0.9


def test_stock_is_pydeseq2_without_our_choices(nested: tuple[CountMatrix, Config]) -> None:
    matrix, config = nested
    table = _fit((CountMatrix(matrix.counts.iloc[:, :150], matrix.samples, matrix.genes), config), "stock").statistics
    np.testing.assert_allclose(table["p_value"], 2 * norm.sf(table["statistic"].abs()), rtol=1e-6)
    assert table["shrunk_log2_fold_change"].isna().all()

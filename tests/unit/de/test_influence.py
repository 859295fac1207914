"""Refits without each subject: the numbers of a whole fit of what is left, and what they say about genes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sheets import TRIAL, study
from trialseq import de, design, simulate
from trialseq.counts import CountMatrix
from trialseq.de.filtering import before_fit, size_factors
from trialseq.de.influence import Influence, influence, refit, without
from trialseq.design.estimands import Estimand, Model
from trialseq.summary import carried

# Without its reference subject the formula is written in other columns, from which the search starts elsewhere.
TOLERANCE = {"change.Basal": 1e-6, "response": 1e-6, "baseline.Insulin": 1e-6, "formula": 1e-4}
NUMBERS = ["log2_fold_change", "statistic", "p_value"]
# Neither a count filter nor outliers, so that a whole fit of the reduced data has the same genes and counts.
PLAIN = {"min_count": 0, "cooks": False, "shrinkage": False}


@pytest.fixture(scope="module")
def trial() -> CountMatrix:
    """Eleven subjects nested in two arms, two visits, two states, 300 genes."""
    made = simulate.trial(seed=3, genes=300, subjects_per_arm={"Placebo": 6, "NMN": 5})
    return CountMatrix(made.counts.loc[:, (made.counts > 0).sum() > 8], made.samples, made.genes)


@pytest.mark.parametrize("subject", ["S01", "S09"])
@pytest.mark.parametrize("distribution", ["t", "normal"])
@pytest.mark.parametrize("name", ["change.Basal", "response", "baseline.Insulin", "formula"])
def test_a_refit_is_the_whole_fit_of_the_reduced_data(
    trial: CountMatrix, name: str, distribution: str, subject: str
) -> None:
    formula = {
        "id": "formula",
        "formula": "~ subject + visit",
        "subset": "state == Basal",
        "reference": {"visit": "before"},
        "contrasts": [{"id": "after_vs_before", "expression": "after - before"}],
    }
    config = study(trial=TRIAL, models=[formula], statistics=PLAIN | {"distribution": distribution})
    others = trial.samples[trial.samples["subject"] != subject]
    reduced = design.plan(others, config).model(name)
    counts = trial.counts.loc[list(reduced.samples)]
    whole = de.fit(CountMatrix(counts, others, trial.genes), reduced, config.statistics, threads=1).statistics

    model = design.plan(trial.samples, config).model(name)
    kept = np.array(model.subjects) != subject
    fitted = trial.counts.columns[before_fit(counts, reduced, config.statistics)[0] == "tested"]
    factors = np.full(len(kept), np.nan)
    factors[kept] = size_factors(counts[fitted], "ratio")
    values = trial.counts.loc[list(model.samples), fitted].to_numpy()
    ours = refit(values, factors, without(model, kept), config.statistics, threads=2)
    for index, estimand in enumerate(model.estimands):
        table = whole[whole["contrast"] == estimand.id].set_index("gene_id").loc[fitted]
        for column, numbers in zip(NUMBERS, ours, strict=True):
            np.testing.assert_allclose(numbers[index], table[column], rtol=1e-5, atol=TOLERANCE[name], err_msg=column)


def _pairs(*, wild: bool = False) -> tuple[CountMatrix, Influence, pd.DataFrame]:
    """Ten subjects before and after, 200 genes. `solid` rises 2-fold in all.

    `single` rises 3-fold, but S03 alone has counts that show it well.
    """
    rng = np.random.default_rng(5)
    names = ["solid", "single", *(f"g{number:03d}" for number in range(198))]
    sheet = pd.DataFrame(
        [(f"S{number:02d}", visit) for number in range(1, 11) for visit in ("before", "after")],
        columns=["subject", "visit"],
    )
    sheet.index = pd.Index(sheet["subject"] + sheet["visit"])
    level = rng.lognormal(5.5, 1, 200)
    level[:2] = 500, 1.5
    mean = np.tile(level, (20, 1))
    after, third = (sheet["visit"] == "after").to_numpy(), (sheet["subject"] == "S03").to_numpy()
    mean[after, 0] *= 2
    mean[third, 1] = 400
    mean[after, 1] *= 3.2
    size = 1 / (0.02 + 2 / level)
    size[1] = 40
    counts = pd.DataFrame(rng.negative_binomial(size, size / (size + mean)), index=sheet.index, columns=names)
    if wild:
        counts.loc["S04before", "g005"] = 60_000
    matrix = CountMatrix(counts, sheet, pd.DataFrame({"gene_name": names, "biotype": ""}, index=names))
    paired = {"id": "m", "formula": "~ visit", "contrasts": [{"id": "c", "expression": "after - before"}]}
    roles = {"subject": "subject", "visit": {"column": "visit", "reference": "before"}}
    statistics = {"min_samples": 2}
    config = study(models=[paired], statistics=statistics) if wild else study(trial=roles, statistics=statistics)
    model = design.plan(sheet, config).models[0]
    fit = de.fit(matrix, model, config.statistics, threads=1)
    found = influence(matrix, model, fit.statistics, config.statistics, threads=1)
    table = de.of_contrast(fit.statistics, model.estimands[0].id, found.genes).set_index("gene_id")
    return matrix, found, table


def test_a_call_that_rests_on_one_subject_is_fragile_and_names_that_subject() -> None:
    _, found, table = _pairs()
    genes = found.genes.set_index("gene_id")
    assert table.loc["single", "q_value"] < 0.05
    assert genes.loc["single", ["subject", "fragile"]].tolist() == ["S03", "yes"]
    assert table.loc["single", "fragile"] == "yes"
    # Two calls of 200 tested genes: what p the call allows is 0.05 * 2 / 200.
    assert genes.loc["single", "p_value"] < 0.0005 < 0.002 < genes.loc["single", "largest_p_value"]
    assert genes.loc["single", "highest_log2_fold_change"] > genes.loc["single", "log2_fold_change"] + 0.2
    subjects = found.subjects.set_index("subject")
    assert subjects.loc["S03", "calls_lost"] == 1
    assert subjects["n_samples"].eq(2).all()
    assert subjects["correlation"].between(0.9, 1).all()


def test_a_change_in_every_subject_is_not_fragile() -> None:
    _, found, table = _pairs()
    solid = found.genes.set_index("gene_id").loc["solid"]
    assert table.loc["solid", "fragile"] == solid["fragile"] == "no"
    assert 0.8 < solid["lowest_log2_fold_change"] <= solid["highest_log2_fold_change"] < 1.2
    assert solid["p_value"] < solid["largest_p_value"] < 1e-6


def test_fragile_is_empty_where_nothing_was_called() -> None:
    _, found, table = _pairs()
    assert (table["fragile"].eq("") == ~(table["q_value"] < 0.05)).all()
    assert (found.genes["fragile"].eq("") == found.genes["gene_id"].map(~(table["q_value"] < 0.05))).all()


def test_an_outlier_that_was_replaced_stays_replaced_and_samples_stand_in_for_subjects() -> None:
    matrix, found, table = _pairs(wild=True)
    assert found.subjects["subject"].tolist() == list(matrix.samples.index)
    gene = found.genes.set_index("gene_id").loc["g005"]
    # Were it put back, a refit would take 60,000 counts for a fold change of -4.
    assert abs(table.loc["g005", "log2_fold_change"]) < 0.3
    assert -0.3 < gene["lowest_log2_fold_change"] < gene["highest_log2_fold_change"] < 0.3


def test_a_gene_whose_counts_are_all_one_subjects_owes_it_everything() -> None:
    matrix, *_ = _pairs()
    counts = matrix.counts.assign(single=0)
    counts.loc[["S03before", "S03after"], "single"] = [400, 6000]
    config = study(
        trial={"subject": "subject", "visit": {"column": "visit", "reference": "before"}},
        statistics={"min_samples": 1, "shrinkage": False},
    )
    model = design.plan(matrix.samples, config).models[0]
    matrix = CountMatrix(counts, matrix.samples, matrix.genes)
    fit = de.fit(matrix, model, config.statistics, threads=1)
    gene = (
        influence(matrix, model, fit.statistics, config.statistics, threads=1).genes.set_index("gene_id").loc["single"]
    )
    assert gene["subject"] == "S03"
    assert gene["largest_p_value"] == 1


def test_where_every_subject_is_needed_each_has_a_reason_and_no_call_is_judged() -> None:
    matrix, *_ = _pairs()
    two = matrix.samples["subject"].isin(["S01", "S02"])
    matrix = CountMatrix(matrix.counts[two], matrix.samples[two], matrix.genes)
    config = study(trial={"subject": "subject", "visit": {"column": "visit", "reference": "before"}})
    model = design.plan(matrix.samples, config).models[0]
    called = de.fit(matrix, model, config.statistics, threads=1).statistics.assign(q_value=0.01)
    found = influence(matrix, model, called, config.statistics, threads=1)
    assert found.subjects["reason"].eq("the others leave no residual degrees of freedom").all()
    assert found.subjects["calls_lost"].isna().all()
    assert found.genes["fragile"].eq("").all()
    assert found.genes["largest_p_value"].isna().all()


def _model(rows: list[list[float]], vectors: list[list[float]]) -> Model:
    samples = tuple(f"s{number}" for number in range(len(rows)))
    estimands = tuple(Estimand(f"c{i}", "", tuple(v), {}, samples, ()) for i, v in enumerate(vectors))
    columns = tuple(f"x{number}" for number in range(len(rows[0])))
    return Model("m", samples, ("",) * len(rows), columns, tuple(map(tuple, rows)), "", estimands)


def test_without_a_subject_its_block_goes_and_contrasts_that_need_it_have_a_reason() -> None:
    # Three pairs; the last alone was treated: columns are three blocks, time, and treatment after time.
    rows = [[1, 0, 0, 0, 0], [1, 0, 0, 1, 0], [0, 1, 0, 0, 0], [0, 1, 0, 1, 0], [0, 0, 1, 0, 0], [0, 0, 1, 1, 1]]
    model = _model(rows, [[0, 0, 0, 1, 0], [0, 0, 0, 0, 1]])
    first = without(model, np.array([False, False, True, True, True, True]))
    assert first.design.tolist() == [row[1:] for row in rows[2:]]
    assert first.reasons == ["the others leave no residual degrees of freedom"] * 2
    last = without(model, np.array([True, True, True, True, False, False]))
    assert last.design.tolist() == [[1, 0, 0], [1, 0, 1], [0, 1, 0], [0, 1, 1]]
    assert last.vectors.tolist() == [[0, 0, 1], [0, 0, 0]]
    assert last.reasons == ["", "the others do not determine the contrast"]


def test_a_subject_without_whom_more_than_half_of_the_calls_are_lost_is_a_warning() -> None:
    table = pd.DataFrame({"subject": ["S1", "S2", "S3"], "calls": 20, "calls_lost": [10, 11, np.nan]})
    assert list(carried(table)) == ["without S2, 11 of 20 calls are lost."]
    assert list(carried(table.assign(calls=9))) == []

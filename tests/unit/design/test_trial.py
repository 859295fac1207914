"""From roles to estimands: which there are, what they estimate, who takes part, what is refused."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheets import TRIAL, sheet, study
from trialseq import design
from trialseq.design.estimands import Plan
from trialseq.problems import InputError


def test_a_trial_with_arms_visits_and_states_has_fifteen_estimands_in_five_models() -> None:
    plan = design.plan(sheet({"NMN": 11, "Placebo": 12}), study(trial=TRIAL))
    assert list(plan.estimands) == [
        "change.Placebo.Basal",
        "change.NMN.Basal",
        "difference.NMN_vs_Placebo.Basal",
        "change.Placebo.Insulin",
        "change.NMN.Insulin",
        "difference.NMN_vs_Placebo.Insulin",
        "response.Placebo.before",
        "response.Placebo.after",
        "response.NMN.before",
        "response.NMN.after",
        "response_change.Placebo",
        "response_change.NMN",
        "response_difference.NMN_vs_Placebo",
        "baseline.NMN_vs_Placebo.Basal",
        "baseline.NMN_vs_Placebo.Insulin",
    ]
    shapes = {model.id: model.matrix.shape for model in plan.models}
    # 23 subjects + 2 arms' changes; 46 visits + 4 responses; 2 arms.
    assert shapes == {
        "change.Basal": (46, 25),
        "change.Insulin": (46, 25),
        "response": (92, 50),
        "baseline.Basal": (23, 2),
        "baseline.Insulin": (23, 2),
    }


def test_kinds_of_which_a_model_has_several_are_tested_at_once() -> None:
    plan = design.plan(sheet({"NMN": 11, "Placebo": 12}), study(trial=TRIAL))
    joint = {each.id: each for model in plan.models for each in model.joint}
    assert {name: each.contrasts for name, each in joint.items()} == {
        "any_change.Basal": ("change.Placebo.Basal", "change.NMN.Basal"),
        "any_change.Insulin": ("change.Placebo.Insulin", "change.NMN.Insulin"),
        "any_response": (
            *("response.Placebo.before", "response.Placebo.after"),
            *("response.NMN.before", "response.NMN.after"),
        ),
        "any_response_change": ("response_change.Placebo", "response_change.NMN"),
    }
    any_change = joint["any_change.Basal"]
    assert any_change.vectors == tuple(plan.estimands[name][1].vector for name in any_change.contrasts)
    assert len(any_change.samples) == 46
    assert "changes at all from the reference visit" in any_change.says
    assert any_change.says in plan.text()
    table = plan.table().set_index("contrast")
    assert table["test"].value_counts().to_dict() == {"wald": 15, "likelihood_ratio": 4}
    assert table.loc["any_change.Basal", "weights"] == "change.Placebo.Basal; change.NMN.Basal"
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


def test_more_arms_and_visits_give_any_difference_and_any_baseline() -> None:
    samples = sheet({"A": 4, "B": 4, "C": 4}, visits=("v0", "v1", "v2"), states=("s",))
    roles = {
        "subject": "subject",
        "arm": {"column": "agent", "reference": "A"},
        "visit": {"column": "visit", "reference": "v0"},
    }
    joint = {e.id: e for model in design.plan(samples, study(trial=roles)).models for e in model.joint}
    sizes = {name: len(each.contrasts) for name, each in joint.items()}
    assert sizes == {"any_change": 6, "any_difference": 4, "any_baseline": 2}


def _log_means(samples: pd.DataFrame, cells: dict[str, float], rng: np.random.Generator, *, between: bool) -> pd.Series:
    """Noise-free log means: a cell effect, and effects of subject and visit that a block has to remove."""
    effect = pd.Series({s: cells[f"{r.agent}.{r.visit}.{r.state}"] for s, r in samples.iterrows()})
    if between:
        return effect
    subject = {each: rng.normal() for each in samples["subject"]}
    return effect + samples["subject"].map(subject)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), missing=st.integers(0, 25))
def test_every_estimand_recovers_its_weighted_sum_of_cell_means_with_biopsies_missing(seed: int, missing: int) -> None:
    rng = np.random.default_rng(seed)
    samples = sheet({"A": 5, "B": 5, "C": 4}, visits=("v0", "v1", "v2"), states=("s0", "s1", "s2"))
    samples = samples.drop(index=list(rng.choice(samples.index, missing, replace=False)))
    roles = {
        "subject": "subject",
        "arm": {"column": "agent", "reference": "B"},
        "visit": {"column": "visit", "reference": "v1"},
        "state": {"column": "state", "reference": "s2"},
    }
    plan = design.plan(samples, study(trial=roles))
    names = {f"{a}.{v}.{s}" for a, v, s in samples[["agent", "visit", "state"]].itertuples(index=False)}
    cells = {name: rng.normal() for name in sorted(names)}
    for model in plan.models:
        log_means = _log_means(samples, cells, rng, between=model.id.startswith("baseline"))[list(model.samples)]
        assert np.linalg.matrix_rank(model.matrix) == model.matrix.shape[1]
        coefficients, *_ = np.linalg.lstsq(model.matrix.to_numpy(), log_means.to_numpy(), rcond=None)
        for each in model.estimands:
            expected = sum(weight * cells[cell] for cell, weight in each.weights.items())
            assert np.dot(each.vector, coefficients) == pytest.approx(expected, abs=1e-8), each.id


def test_effects_of_a_visit_do_not_leak_into_the_response_to_the_state() -> None:
    samples = sheet({"Placebo": 3, "NMN": 3})
    model, estimand = design.plan(samples, study(trial=TRIAL)).estimands["response_difference.NMN_vs_Placebo"]
    by_visit = samples["subject"].astype(int) * 7.0 + (samples["visit"] == "after") * samples["subject"].astype(int)
    planted = by_visit + 2.5 * (samples[["agent", "visit", "state"]] == ["NMN", "after", "Insulin"]).all(axis=1)
    coefficients, *_ = np.linalg.lstsq(model.matrix.to_numpy(), planted[list(model.samples)].to_numpy(), rcond=None)
    assert np.dot(estimand.vector, coefficients) == pytest.approx(2.5)


def test_a_biopsy_without_partner_is_dropped_with_the_reason() -> None:
    samples = sheet({"Placebo": 3, "NMN": 3}).drop(index="S4.after.Basal")
    estimands = design.plan(samples, study(trial=TRIAL)).estimands
    _, change = estimands["change.NMN.Basal"]
    assert change.subjects == ("5", "6")
    assert change.dropped == {"S4.before.Basal": "no partner within the subject"}
    _, other = estimands["change.Placebo.Basal"]
    assert not other.dropped


def test_a_sample_without_arm_is_dropped_with_the_reason() -> None:
    samples = sheet({"Placebo": 3, "NMN": 3})
    samples.loc[samples["subject"] == "2", "agent"] = None
    _, change = design.plan(samples, study(trial=TRIAL)).estimands["change.Placebo.Basal"]
    assert change.subjects == ("1", "3")
    assert change.dropped["S2.before.Basal"] == "no arm given"


def test_without_arm_and_state_there_is_one_change() -> None:
    samples = sheet({"Placebo": 3}, states=("Basal",))
    trial = {"subject": "subject", "visit": {"column": "visit", "reference": "before"}}
    plan = design.plan(samples, study(trial=trial))
    assert list(plan.estimands) == ["change.after_vs_before"]
    assert plan.estimands["change.after_vs_before"][1].weights == {"after": 1, "before": -1}


def test_the_reference_comes_from_the_configuration_and_not_from_the_alphabet() -> None:
    samples = sheet({"NMN": 3, "Placebo": 3})
    _, estimand = design.plan(samples, study(trial=TRIAL)).estimands["baseline.NMN_vs_Placebo.Basal"]
    assert estimand.weights == {"NMN.before.Basal": 1, "Placebo.before.Basal": -1}
    flipped = TRIAL | {"visit": {"column": "visit", "reference": "after"}}
    _, estimand = design.plan(samples, study(trial=flipped)).estimands["change.NMN.Basal"]
    assert estimand.weights == {"NMN.before.Basal": 1, "NMN.after.Basal": -1}


def test_numbers_of_subjects_that_repeat_between_arms_are_refused_or_told_apart() -> None:
    samples = sheet({"Placebo": 3, "NMN": 3}, states=("Basal",))
    samples["subject"] = [1, 1, 2, 2, 3, 3] * 2
    roles = {key: TRIAL[key] for key in ("subject", "arm", "visit")}
    with pytest.raises(InputError, match=r"1 in NMN and Placebo.*[\s\S]*within: \[agent\]"):
        design.plan(samples, study(trial=roles))
    apart = roles | {"subject": {"column": "subject", "within": ["agent"]}}
    _, difference = design.plan(samples, study(trial=apart)).estimands["difference.NMN_vs_Placebo"]
    assert len(difference.subjects) == 6


def test_two_samples_of_one_biopsy_are_refused() -> None:
    samples = sheet({"Placebo": 3, "NMN": 3})
    samples.loc["again"] = samples.loc["S1.before.Basal"]
    with pytest.raises(InputError, match=r"1: S1\.before\.Basal, again"):
        design.plan(samples, study(trial=TRIAL))


def test_every_misspelt_column_and_level_is_named_at_once() -> None:
    roles = TRIAL | {
        "subject": "subjekt",
        "arm": {"column": "agent", "reference": "placebo"},
        "visit": {"column": "vist", "reference": "before"},
    }
    with pytest.raises(InputError) as caught:
        design.plan(sheet({"Placebo": 3, "NMN": 3}), study(trial=roles))
    assert [problem.entry for problem in caught.value.problems] == [
        "trial.subject.column",
        "trial.visit.column",
        "trial.arm.reference",
    ]
    assert [problem.hint for problem in caught.value.problems] == [
        "did you mean subject?",
        "did you mean visit?",
        "did you mean Placebo?",
    ]


def test_one_sample_a_cell_is_refused() -> None:
    samples = sheet({"Placebo": 1, "NMN": 1})
    with pytest.raises(InputError, match="at least one estimand"):
        design.plan(samples, study(trial=TRIAL))


def test_an_arm_without_pairs_leaves_the_other_estimands() -> None:
    samples = sheet({"Placebo": 3, "NMN": 3})
    samples = samples.drop(index=samples.index[(samples["agent"] == "NMN") & (samples["visit"] == "after")])
    plan = design.plan(samples, study(trial=TRIAL))
    assert "change.Placebo.Basal" in plan.estimands
    assert not [name for name in plan.estimands if name.startswith("difference")]
    assert "No change from before to after, in NMN, Basal: no 2 pairs." in plan.notes


def test_a_plan_survives_json() -> None:
    plan = design.plan(sheet({"Placebo": 3, "NMN": 3}), study(trial=TRIAL))
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


def test_unequal_depth_is_a_warning_that_names_the_deeper_side() -> None:
    samples = sheet({"Placebo": 8, "NMN": 8})
    plan = design.plan(samples, study(trial=TRIAL))
    totals = pd.Series(np.where(samples["agent"] == "NMN", 2e6, 1e6), index=samples.index)
    deep = plan.with_depths(totals).estimands
    assert (
        "Samples of NMN.before.Basal were sequenced 2.0 times" in deep["baseline.NMN_vs_Placebo.Basal"][1].warnings[0]
    )
    assert not deep["change.NMN.Basal"][1].warnings


@pytest.mark.parametrize(
    ("subjects", "between", "within"),
    [((8, 9), False, False), ((9, 7), True, False), ((5, 5), True, False), ((4, 9), True, True)],
)
def test_few_subjects_are_a_warning(subjects: tuple[int, int], between: bool, within: bool) -> None:
    placebo, nmn = subjects
    estimands = design.plan(sheet({"Placebo": placebo, "NMN": nmn}), study(trial=TRIAL)).estimands
    for name in ("difference.NMN_vs_Placebo.Basal", "baseline.NMN_vs_Placebo.Basal"):
        assert (
            any(f"With {min(subjects)} subjects in an arm" in text for text in estimands[name][1].warnings) == between
        )
    change = estimands["change.Placebo.Basal"][1].warnings
    assert any(f"With {placebo} subjects about half" in text for text in change) == within
    assert not estimands["change.NMN.Basal"][1].warnings

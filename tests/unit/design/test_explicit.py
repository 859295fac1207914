"""Explicit models: formulas, cell means, entanglement."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sheets import sheet, study
from trialseq import design
from trialseq.design.estimands import Model
from trialseq.problems import InputError


def _model(samples: pd.DataFrame, formula: str, *expressions: str, **options: object) -> Model:
    contrasts = [{"id": f"c{index}", "expression": each} for index, each in enumerate(expressions)]
    config = study(models=[{"id": "m", "formula": formula, "contrasts": contrasts, **options}])
    return design.plan(samples, config).models[0]


def _estimate(model: Model, log_means: pd.Series) -> list[float]:
    coefficients, *_ = np.linalg.lstsq(model.matrix.to_numpy(), log_means[list(model.samples)].to_numpy(), rcond=None)
    return [float(np.dot(each.vector, coefficients)) for each in model.estimands]


def test_a_contrast_of_cell_means_is_estimated_whatever_the_coding() -> None:
    samples = sheet({"Placebo": 4, "NMN": 5})
    effects = {"Placebo.before": 1.0, "Placebo.after": 2.5, "NMN.before": -1.0, "NMN.after": 4.0}
    log_means = (samples["agent"] + "." + samples["visit"]).map(effects)
    expression = "NMN.after - NMN.before - (Placebo.after - Placebo.before)"
    for formula in ("~ agent*visit", "~ 0 + agent:visit", "~ visit + agent + visit:agent"):
        assert _estimate(_model(samples, formula, expression), log_means) == pytest.approx([3.5])


def test_factors_that_a_cell_does_not_name_are_averaged_equally() -> None:
    samples = sheet({"Placebo": 2, "NMN": 6}).iloc[:-3]  # unbalanced
    log_means = 2.0 * (samples["agent"] == "NMN") + 0.7 * (samples["state"] == "Insulin")
    model = _model(samples, "~ agent + state", "NMN - Placebo", "Insulin - (NMN + Placebo) / 2")
    assert _estimate(model, log_means) == pytest.approx([2.0, 0.35])


def test_a_numeric_covariate_is_centred_and_a_labelled_one_is_not_a_slope() -> None:
    samples = sheet({"Placebo": 3, "NMN": 3})
    samples["age"] = np.arange(len(samples), dtype=float)
    model = _model(samples, "~ age + agent", "NMN - Placebo")
    assert model.matrix["age"].mean() == pytest.approx(0)
    labelled = _model(samples, "~ batch + agent", "NMN - Placebo", categorical=["batch"])
    assert set(labelled.matrix["batch[0]"]) == {0.0, 1.0}


def test_the_reference_level_is_the_users() -> None:
    model = _model(sheet({"NMN": 3, "Placebo": 3}), "~ agent", "NMN - Placebo", reference={"agent": "Placebo"})
    assert list(model.matrix) == ["Intercept", "agent[NMN]"]
    assert model.estimands[0].vector == (0, 1)


def test_a_joint_test_names_contrasts_or_expressions() -> None:
    samples = sheet({"Placebo": 3, "NMN": 3, "Other": 3})
    tests = [{"id": "any", "contrasts": ["c0", "Other - Placebo"]}, {"id": "one", "contrasts": ["c0"], "says": "Yes."}]
    model = _model(samples, "~ agent", "NMN - Placebo", reference={"agent": "Placebo"}, joint=tests)
    assert [each.id for each in model.estimands] == ["c0"]
    both, one = model.joint
    assert both.vectors == ((0, 1, 0), (0, 0, 1))
    assert both.contrasts == ("c0", "Other - Placebo")
    assert set(both.samples) == set(samples.index)
    assert both.says.startswith("Whether at least one of c0, Other - Placebo is not 0.")
    assert (one.vectors, one.says) == (((0, 1, 0),), "Yes.")


def test_a_wrong_expression_of_a_joint_test_is_named_with_its_place() -> None:
    samples = sheet({"Placebo": 3, "NMN": 3})
    with pytest.raises(InputError) as caught:
        _model(samples, "~ agent", "NMN - Placebo", joint=[{"id": "any", "contrasts": ["c0", "c1", "NMN + Placebo"]}])
    assert [each.entry for each in caught.value.problems] == [f"models.0.joint.0.contrasts.{place}" for place in (1, 2)]


def test_a_joint_test_may_not_share_its_id_with_a_contrast() -> None:
    with pytest.raises(InputError, match="an id of its own"):
        _model(sheet({"A": 3, "B": 3}), "~ agent", "B - A", joint=[{"id": "C0", "contrasts": ["c0"]}])


def test_a_subset_limits_the_samples_and_gives_the_reason() -> None:
    model = _model(sheet({"Placebo": 3, "NMN": 3}), "~ agent", "NMN - Placebo", subset="state == Basal")
    assert len(model.samples) == 12
    assert model.estimands[0].dropped["S1.before.Insulin"] == "not in state == Basal"


def test_disease_and_batch_of_gse140261_are_refused_with_both_names(public_data: Path) -> None:
    samples = pd.read_csv(public_data / "GSE140261/samples.tsv", sep="\t", index_col=0)
    with pytest.raises(InputError, match="disease and batch are entangled"):
        _model(samples, "~ batch + disease", "FSHD - Control")


def test_subjects_nested_in_arms_are_refused_as_a_fixed_effect_beside_the_arm() -> None:
    with pytest.raises(InputError, match="subject and agent are entangled"):
        _model(sheet({"Placebo": 3, "NMN": 3}), "~ agent + visit + subject", "after - before")


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("NMN - Plazebo", "levels are Placebo, NMN"),
        ("NMN + Placebo", "sum to 0"),
        ("NMN", "sum to 0"),
        ("__import__('os').getcwd() - NMN", "to end before"),
    ],
)
def test_a_contrast_that_is_none_is_refused(expression: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        _model(sheet({"Placebo": 3, "NMN": 3}), "~ agent", expression)


def test_one_sample_a_cell_is_refused() -> None:
    samples = sheet({"Placebo": 3, "NMN": 1}, visits=("before",), states=("Basal",))
    with pytest.raises(InputError, match="NMN: 1"):
        _model(samples, "~ agent", "NMN - Placebo")


def test_as_many_columns_as_samples_are_refused() -> None:
    samples = sheet({"Placebo": 2, "NMN": 2}, visits=("before",), states=("Basal",)).assign(
        x=[1.0, 2, 4, 5], y=[3.0, 1, 1, 2]
    )
    with pytest.raises(InputError, match="more samples than columns"):
        _model(samples, "~ agent + x + y", "NMN - Placebo")


def test_names_with_marks_are_names() -> None:
    samples = sheet({"Placebo": 3, "NMN": 3}).rename(columns={"agent": "C(x): $`drug"})
    samples["C(x): $`drug"] = samples["C(x): $`drug"].replace({"NMN": "eval(1) <b>", "Placebo": "12-weeks"})
    model = _model(samples, '~ "C(x): $`drug"', '"eval(1) <b>" - "12-weeks"')
    assert list(model.matrix) == ["Intercept", "C(x): $`drug[eval(1) <b>]"]


def test_problems_of_all_models_come_at_once() -> None:
    contrasts = [{"id": "a", "expression": "NMN - Placebo"}]
    models = [
        {"id": "one", "formula": "~ agnt", "contrasts": contrasts},
        {"id": "two", "formula": "agent", "contrasts": contrasts},
    ]
    with pytest.raises(InputError) as caught:
        design.plan(sheet({"Placebo": 3, "NMN": 3}), study(models=models))
    assert [problem.entry for problem in caught.value.problems] == ["models.0.formula", "models.1.formula"]


def test_ids_that_a_file_system_would_confuse_are_refused() -> None:
    contrasts = [{"id": "a", "expression": "NMN - Placebo"}, {"id": "A", "expression": "Placebo - NMN"}]
    with pytest.raises(InputError, match="an id of its own"):
        design.plan(
            sheet({"Placebo": 3, "NMN": 3}), study(models=[{"id": "m", "formula": "~ agent", "contrasts": contrasts}])
        )

"""Roles that go with how samples were processed are warned about, with the number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import f_oneway

from sheets import TRIAL, sheet, study
from trialseq import qc
from trialseq.problems import InputError
from trialseq.qc.entangled import association


def test_a_batch_an_arm_is_warned_about_and_an_even_one_is_not() -> None:
    samples = sheet({"NMN": 8, "Placebo": 8})
    assert qc.entangled_roles(samples, study(trial=TRIAL)) == []  # batch alternates within arms
    samples["batch"] = np.where(samples["agent"] == "NMN", "b1", "b2")
    (warning,) = qc.entangled_roles(samples, study(trial=TRIAL))
    assert warning.startswith("arm (agent) goes with the technical column batch (Cramér's V = 1.00)")
    assert qc.entangled_roles(samples, study(trial=TRIAL, qc={"technical": []})) == []


def test_four_biopsies_of_a_subject_are_one_in_an_association_with_the_arm() -> None:
    # Five of eight subjects an arm in one batch: one subject is no evidence, its four biopsies are none either.
    samples = sheet({"NMN": 8, "Placebo": 8})
    number = samples["subject"].astype(int)
    samples["batch"] = np.where((number <= 5) | (number >= 14), "b1", "b2")
    config = study(trial=TRIAL, qc={"entangled": 0.01})
    of_subjects = samples.drop_duplicates("subject")
    assert association(samples["agent"], samples["batch"])[1] > 0.1
    assert association(of_subjects["agent"], of_subjects["batch"])[1] == 0
    assert qc.entangled_roles(samples, config) == []


def test_numbers_that_go_with_the_visit_are_warned_about() -> None:
    samples = sheet({"NMN": 8, "Placebo": 8})
    random = np.random.default_rng(1)
    samples["RIN"] = 8 + 0.3 * random.normal(size=len(samples)) - 1.5 * (samples["visit"] == "after")
    (warning,) = qc.entangled_roles(samples, study(trial=TRIAL))
    assert warning.startswith("visit (visit) goes with the technical column RIN (adjusted R² = 0.")


def test_gse140261_has_its_disease_entangled_with_its_batch(public_data: Path) -> None:
    samples = pd.read_csv(public_data / "GSE140261" / "samples.tsv", sep="\t", index_col=0)
    model = {
        "id": "disease",
        "formula": "~ disease",
        "reference": {"disease": "Control"},
        "contrasts": [{"id": "c", "expression": "FSHD - Control"}],
    }
    (warning,) = qc.entangled_roles(samples, study(models=[model]))
    assert "(disease) goes with the technical column batch (Cramér's V = 0.9" in warning


def test_the_number_is_that_of_bergsma_and_of_an_analysis_of_variance() -> None:
    # By hand: table 6, 2 / 2, 6, n = 16: chi square 4, phi² 0.25 - 1 / 15 = 0.18333, least 2 - 1 / 15 - 1 = 0.93333.
    groups, values = pd.Series([*"a" * 8, *"b" * 8]), pd.Series([*"xxxxxxyy", *"xxyyyyyy"])
    assert association(groups, values) == ("Cramér's V", pytest.approx(np.sqrt(0.18333333 / 0.93333333)))
    numbers = pd.Series(np.random.default_rng(3).normal(size=16)) + 2 * (groups == "b")
    statistic = f_oneway(numbers[groups == "a"], numbers[groups == "b"]).statistic
    share = statistic / (statistic + 14)
    assert association(groups, numbers) == ("adjusted R²", pytest.approx(1 - (1 - share) * 15 / 14))


def test_columns_that_do_not_vary_go_with_nothing() -> None:
    groups = pd.Series([*"aabb"])
    for values in (["x"] * 4, [1.0] * 4, [np.nan] * 4, [""] * 4):
        assert association(groups, pd.Series(values))[1] == 0


def test_columns_of_the_options_and_words_of_sex_are_checked() -> None:
    samples = sheet({"NMN": 2, "Placebo": 2}).assign(sex="woman", gender="x")
    good = study(trial=TRIAL, qc={"technical": ["batch"], "sex_column": "sex"})
    qc.check_columns(samples, good.qc)
    with pytest.raises(InputError) as error:
        qc.check_columns(samples, study(trial=TRIAL, qc={"technical": ["bach"], "sex_column": "sx"}).qc)
    assert [(each.entry, each.hint) for each in error.value.problems] == [
        ("qc.technical.0", "did you mean batch?"),
        ("qc.sex_column", "did you mean sex?"),
    ]
    with pytest.raises(InputError, match="one of female, woman"):
        qc.check_columns(samples, study(trial=TRIAL, qc={"sex_column": "gender"}).qc)

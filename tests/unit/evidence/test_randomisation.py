"""Scores as one number a subject: the contrast's sign, who takes part, and every contrast with a test or a reason."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest

from trialseq.config import Randomisation, Trial
from trialseq.design import roles, trial
from trialseq.design.estimands import Plan
from trialseq.evidence.randomisation import Scored, randomisation

SUBJECTS = {"Placebo": 6, "NMN": 5}
DIFFERENCE = "difference.NMN_vs_Placebo.Basal"


def _sheet() -> pd.DataFrame:
    cells = [
        (f"{arm}{number}", arm, visit, state)
        for arm, count in SUBJECTS.items()
        for number in range(count)
        for visit, state in product(("before", "after"), ("Basal", "Insulin"))
    ]
    return pd.DataFrame(cells, columns=["subject", "agent", "time", "clamp"], index=[f"s{n}" for n in range(44)])


def _plan(sheet: pd.DataFrame) -> Plan:
    given = {"arm": ("agent", "Placebo"), "visit": ("time", "before"), "state": ("clamp", "Basal")}
    asked = {role: {"column": column, "reference": first} for role, (column, first) in given.items()}
    return trial.derive(roles.read_roles(sheet, Trial.model_validate({"subject": "subject", **asked})))


def _scored(sheet: pd.DataFrame) -> Scored:
    """NMN adds 2 after, and 1 more under insulin; insulin adds 4; arms start 8 apart. Noise far below."""
    nmn, after, insulin = sheet["agent"] == "NMN", sheet["time"] == "after", sheet["clamp"] == "Insulin"
    level = 8 * nmn + 2 * (nmn & after) + 4 * insulin + (nmn & after & insulin)
    noise = np.random.default_rng(4).normal(0, 0.01, (len(sheet), 2))
    values = pd.DataFrame(noise, index=sheet.index, columns=["A", "B"])
    values["A"] += level
    return Scored(values, {"A": "moves", "B": "does not"})


@pytest.mark.parametrize("estimate", ["hodges_lehmann", "mean"])
def test_every_contrast_has_its_own_sign_and_size(estimate: str) -> None:
    sheet = _sheet()
    found = randomisation(_scored(sheet), _plan(sheet), (), Randomisation(estimate=estimate), 0.95)
    of_a = found.tests[found.tests["set_id"] == "A"].set_index("contrast")
    expected = {
        "change.NMN.Basal": 2,
        "change.Placebo.Basal": 0,
        DIFFERENCE: 2,
        "difference.NMN_vs_Placebo.Insulin": 3,
        "response.NMN.before": 4,
        "response.NMN.after": 5,
        "response_change.NMN": 1,
        "response_difference.NMN_vs_Placebo": 1,
        "baseline.NMN_vs_Placebo.Basal": 8,
    }
    for contrast, value in expected.items():
        assert of_a.loc[contrast, ["estimate", "other_estimate"]].tolist() == pytest.approx([value] * 2, abs=0.03)
    assert set(of_a.index) == set(_plan(sheet).estimands)
    # The most extreme assignment of 5 of 11; all five signs alike and their mirror image.
    assert of_a.loc[DIFFERENCE, "p_value"] == of_a.loc[DIFFERENCE, "smallest_p_value"] == pytest.approx(1 / 462)
    assert of_a.loc["change.NMN.Basal", "p_value"] == pytest.approx(2 / 32)
    # Ranks of five changes reach 93.75 % at most; Student's interval has no such bound.
    ranks = "ci_low" if estimate == "hodges_lehmann" else "other_ci_low"
    assert np.isnan(of_a.loc["change.NMN.Basal", ranks])
    assert not np.isnan(of_a.loc[DIFFERENCE, ranks])


def test_changes_of_subjects_are_those_of_their_own_biopsies_and_give_the_p_value() -> None:
    sheet = _sheet()
    scored = _scored(sheet)
    scores = scored.values  # noqa: PD011 - scores, not a frame
    found = randomisation(scored, _plan(sheet), (), Randomisation(), 0.95)
    table = found.subjects.query("contrast == @DIFFERENCE and set_id == 'B'")
    keyed = scores["B"].groupby([sheet["subject"], sheet["time"], sheet["clamp"]]).first()
    for row in table.itertuples():
        own = keyed[row.subject, "after", "Basal"] - keyed[row.subject, "before", "Basal"]
        assert (row.first_at, row.second_at) == ("before", "after")
        assert row.change == pytest.approx(own)
    values, treated = table["change"].to_numpy(), (table["arm"] == "NMN").to_numpy()
    sums = [values[list(each)].mean() for each in combinations(range(11), 5)]
    distance = np.abs(np.array(sums) - values.mean())
    listed = (distance >= abs(values[treated].mean() - values.mean()) - 1e-12).mean()
    tested = found.tests.query("contrast == @DIFFERENCE and set_id == 'B'")
    assert tested["p_value"].item() == pytest.approx(listed)


def test_nothing_is_dropped_silently() -> None:
    # One biopsy is lost, and with it one subject's change of the response.
    sheet = _sheet().drop(index="s0")
    plan = _plan(sheet)
    found = randomisation(_scored(sheet), plan, {"response"}, Randomisation(), 0.95)
    of_a = found.tests[found.tests["set_id"] == "A"].set_index("contrast")
    assert set(of_a.index) == set(plan.estimands)
    assert of_a.loc["response_change.Placebo", ["test", "reason"]].tolist() == [
        "none",
        "an explicit model: roles do not say what was assigned in it",
    ]
    again = randomisation(_scored(sheet), plan, (), Randomisation(), 0.95).tests
    row = again[again["set_id"] == "A"].set_index("contrast").loc["response_change.Placebo"]
    assert (row["n_arm"], row["left_out"], row["test"]) == (5, "Placebo0", "sign flip")


def test_sampled_assignments_repeat_with_their_seed_and_say_so() -> None:
    sheet = _sheet()
    first, second = (
        randomisation(_scored(sheet), _plan(sheet), (), Randomisation(exact_up_to=10, samples=500), 0.95).tests
        for _ in range(2)
    )
    pd.testing.assert_frame_equal(first, second)
    row = first.query("contrast == @DIFFERENCE and set_id == 'B'").iloc[0]
    assert (row["exact"], row["assignments"], row["smallest_p_value"]) == ("no", 500, pytest.approx(1 / 501))
    assert row["p_value_error"] > 0

"""Over seeds: planted effects are found, and false discoveries stay at or under alpha on average."""

from __future__ import annotations

import pandas as pd
import pytest

from calibration import rates

pytestmark = pytest.mark.slow
ALPHA = 0.05


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    """Rates of every estimand and joint test over six simulated trials."""
    return rates(range(6), 1500, "t", ALPHA)


def test_false_discoveries_are_at_or_under_alpha_on_average(found: pd.DataFrame) -> None:
    planted = found["sensitivity"].notna()
    assert planted.sum() == 13  # ten contrasts, three joint tests
    assert found.loc[planted, "false_discoveries"].mean() <= ALPHA
    # One estimand over six seeds: about 50 discoveries a seed leave a standard error of about 0.015.
    assert found.loc[planted, "false_discoveries"].max() <= ALPHA + 0.03


def test_strong_planted_effects_are_found(found: pd.DataFrame) -> None:
    assert found["sensitivity"].min() > 0.75
    assert found["sensitivity"].mean() > 0.9


def test_false_positive_rates_are_nominal(found: pd.DataFrame) -> None:
    # About 8,000 null genes an estimand: standard errors of 0.0025 and 0.0004.
    assert found["p<0.05"].between(0.035, 0.062).all()
    assert found["p<0.001"].mean() <= 0.0013

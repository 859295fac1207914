"""Verdicts case by case."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from trialseq.evidence.verdicts import of_contrast, of_row, sentence

SMALL, LARGE = 0.001, 0.6


def row(left: float, gone: float, corrected: float, **p_values: float) -> dict[str, float]:
    """An effect of 1 that splits into what is left and what goes with composition."""
    found = {"estimate": 1.0, "held_estimate": left, "part_estimate": gone, "calibrated_estimate": corrected}
    names = {"plain": "p_value", "held": "held_p_value", "part": "part_p_value", "calibrated": "calibrated_p_value"}
    return found | {name: p_values[kind] for kind, name in names.items()}


SIGNALLING = row(0.9, 0.1, 0.8, plain=SMALL, held=SMALL, part=LARGE, calibrated=SMALL)
COMPOSITION = row(0.3, 0.7, 0.1, plain=SMALL, held=SMALL, part=SMALL, calibrated=LARGE)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("found", "reason", "loose", "expected"),
    [
        (SIGNALLING, "", [], "signalling"),
        (COMPOSITION, "", [], "composition"),
        (SIGNALLING | {"p_value": LARGE}, "", [], "no_change"),
        (SIGNALLING | {"p_value": np.nan}, "", [], ""),
        (SIGNALLING, "too few samples", [], "undecided"),
        (SIGNALLING, "", ["pericyte"], "undecided"),
        (COMPOSITION, "", ["pericyte"], "composition"),
        (SIGNALLING | {"calibrated_p_value": LARGE}, "", [], "undecided"),
        (SIGNALLING | {"held_p_value": LARGE}, "", [], "undecided"),
        (SIGNALLING | {"calibrated_p_value": np.nan, "calibrated_estimate": np.nan}, "", [], "undecided"),
        (SIGNALLING | {"calibrated_estimate": 0.4}, "", [], "undecided"),
        (COMPOSITION | {"part_p_value": LARGE}, "", [], "undecided"),
        (COMPOSITION | {"calibrated_p_value": SMALL}, "", [], "undecided"),
        (COMPOSITION | {"calibrated_p_value": np.nan, "held_p_value": LARGE}, "", [], "composition"),
        (COMPOSITION | {"part_estimate": -0.7, "held_estimate": 1.7, "calibrated_estimate": 2.0}, "", [], "undecided"),
    ],
)
def test_a_verdict_needs_each_of_its_grounds(
    sign: int, found: dict[str, float], reason: str, loose: list[str], expected: str
) -> None:
    turned = {name: value * sign if name.endswith("estimate") else value for name, value in found.items()}
    assert of_row(turned, 0.05, reason, loose) == expected


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["signalling", "no_change", "undecided"], "signalling"),
        (["signalling", "composition"], "undecided"),
        (["undecided", ""], "undecided"),
        (["no_change", ""], "no_change"),
        ([], "no_change"),
    ],
)
def test_headlines_decide_where_they_agree(verdicts: list[str], expected: str) -> None:
    assert of_contrast(pd.DataFrame({"verdict": pd.Series(verdicts, dtype=object)})) == expected


def test_a_sentence_has_the_numbers_and_says_what_was_not_held() -> None:
    frame = pd.DataFrame([COMPOSITION | {"name": "PDGFRB", "verdict": "composition", "share": 0.7}])
    frame[["held_ci_low", "held_ci_high"]] = [-0.1, 0.7]
    words = sentence("composition", frame, ["pericyte"], "", [], ["type_I_fibre (unreliable)"], 2.5)
    assert words == (
        "A change of composition. With pericyte held constant, PDGFRB goes from +1.00 to +0.30 (-0.10 to +0.70), "
        "70 % of it composition (composition). Holding them multiplies the variance of the contrast by 2.5. "
        "Not held: type I fibre (unreliable)."
    )

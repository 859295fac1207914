from itertools import product

import pandas as pd
import pytest

from trialseq.enrichment.reading import answers

METHODS = ("ora_p_value", "prerank_p_value", "camera_p_value", "fry_p_value", "fry_mixed_p_value")
NONE = dict.fromkeys(METHODS, 0.4)


def row(**p_values: float) -> pd.Series:
    words = {"id": "S", "name": "the set", "nes": 1.2, "camera_direction": "up", "fry_direction": "up"}
    return pd.Series({**words, "ora_down_p_value": 1.0, **NONE, **p_values})


def reading(*below: str) -> str:
    return answers(row(**{f"{name}_p_value": 0.001 for name in below}), 0.05)[1]


def test_every_p_value_is_said_with_its_direction() -> None:
    assert answers(row(fry_mixed_p_value=0.003), 0.05)[0] == (
        "the set (S): over-representation among the up genes p = 0.4, preranked GSEA (up) p = 0.4, "
        "CAMERA (up) p = 0.4, FRY (up) p = 0.4, FRY for either direction p = 0.003"
    )
    down = row(ora_p_value=0.9, ora_down_p_value=0.01).replace({"up": "down"})
    down["nes"] = -1.0
    assert answers(down, 0.05)[0].startswith(
        "the set (S): over-representation among the down genes p = 0.01, preranked GSEA (down) p = 0.4, CAMERA (down)"
    )


@pytest.mark.parametrize(
    ("below", "said"),
    [
        ((), "none of these tests finds a change of the set at p < 0.05"),
        (("ora", "prerank", "camera", "fry"), "all methods agree at p < 0.05"),
        (("camera", "fry"), "over-representation does not, so many small changes make it"),
        (("ora", "camera", "fry"), "GSEA does not, so a few genes make it"),
        (("ora", "prerank"), "only over-representation and GSEA would call it"),
        (("prerank", "fry"), "no evidence for this set in particular; GSEA, which takes genes for independent"),
        (("fry",), "FRY says that the set changed, CAMERA, which compares"),
        (("camera",), "its own mean change is not beyond the variation between samples"),
        (("camera", "fry_mixed"), "single genes of it did change"),
        (
            ("fry_mixed",),
            "single genes of the set changed (FRY for either direction), but not the set in one direction",
        ),
    ],
)
def test_what_it_means_where_methods_differ(below: tuple[str, ...], said: str) -> None:
    assert said in reading(*below)


def test_every_combination_has_a_reading_that_names_no_method_wrongly() -> None:
    names = ("ora", "prerank", "camera", "fry", "fry_mixed")
    for chosen in product((False, True), repeat=5):
        below = [name for name, yes in zip(names, chosen, strict=True) if yes]
        text = reading(*below)
        assert text
        assert ("all methods agree" in text) == set(below).issuperset(names[:4])
        if "would say otherwise" in text or "would call it" in text:
            assert ("over-representation" in text) == ("ora" in below)
            assert ("GSEA" in text) == ("prerank" in below)


def test_a_set_that_was_not_tested_says_nothing_and_one_without_a_method_gets_no_reading() -> None:
    assert answers(row(ora_p_value=float("nan")), 0.05) == []
    assert len(answers(row(camera_p_value=float("nan")), 0.05)) == 1


def test_opposite_directions_are_no_agreement() -> None:
    # CAMERA and FRY both find something: the set fell, and less than the others.
    below = dict.fromkeys(METHODS, 0.001)
    said = answers(pd.Series({**row(**below), "ora_p_value": 0.5, "fry_direction": "down"}), 0.05)[1]
    assert said.startswith("methods differ in the direction at p < 0.05 (up by GSEA, CAMERA and down by FRY)")
    assert "all methods agree" in answers(row(**below), 0.05)[1]
    fell = pd.Series({**row(**below), "ora_p_value": 1.0, "ora_down_p_value": 0.001, "nes": -1.0})
    assert "down by over-representation, GSEA)" in answers(fell, 0.05)[1]

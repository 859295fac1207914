"""The languages of formulas and contrasts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialseq.design.grammar import GrammarError, parse_contrast, parse_formula, resolve_cell


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("a - b", {"a": 1, "b": -1}),
        (
            "NMN.after - NMN.before - (P.after - P.before)",
            {"NMN.after": 1, "NMN.before": -1, "P.after": -1, "P.before": 1},
        ),
        ("(a + b) / 2 - c", {"a": 0.5, "b": 0.5, "c": -1}),
        ("-a + 2*b - b", {"a": -1, "b": 1}),
        ("0.5 * (a - b) * 2", {"a": 1, "b": -1}),
        ('"12-weeks".x - "0-weeks".x', {'"12-weeks".x': 1, '"0-weeks".x': -1}),
        ("time[post] - time[pre]", {"time[post]": 1, "time[pre]": -1}),
    ],
)
def test_a_contrast_is_weights_of_cells(text: str, weights: dict[str, float]) -> None:
    assert parse_contrast(text) == weights


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a -",
        "a b",
        "(a - b",
        "a - b)",
        "a * b",
        "1 / a",
        "a / 0",
        "a - a",
        "3",
        "a - 1",
        "a; b",
        "(" * 200 + "a",
        "x" * 3000,
    ],
)
def test_what_is_no_contrast_is_refused(text: str) -> None:
    with pytest.raises(GrammarError):
        parse_contrast(text)


@given(st.text(max_size=60))
def test_any_text_is_a_contrast_or_a_grammar_error(text: str) -> None:
    try:
        weights = parse_contrast(text)
    except GrammarError:
        return
    assert weights
    assert all(isinstance(weight, float) for weight in weights.values())


@pytest.mark.parametrize(
    ("text", "terms", "intercept"),
    [
        ("~ a", (("a",),), True),
        ("~ a + b:c", (("a",), ("b", "c")), True),
        ("~ a*b", (("a",), ("b",), ("a", "b")), True),
        ("~ 0 + a", (("a",),), False),
        ('~ "disease state" + `time-point`', (("disease state",), ("time-point",)), True),
        ("~a+a", (("a",),), True),
    ],
)
def test_a_formula_is_terms(text: str, terms: tuple[tuple[str, ...], ...], intercept: bool) -> None:
    formula = parse_formula(text)
    assert (formula.terms, formula.intercept) == (terms, intercept)


@pytest.mark.parametrize(
    "text",
    ["", "a", "~", "~ 1", "~ a +", "~ a b", "~ f(a)", "~ {a}", "~ a:", "~ (a + b)", "~ np.log(a)", "~ a*b*c*d*e*f*g"],
)
def test_what_is_no_formula_is_refused(text: str) -> None:
    with pytest.raises(GrammarError):
        parse_formula(text)


LEVELS = {"arm": ["NMN", "Placebo"], "visit": ["v1.0", "v2.0"], "batch": ["1", "2"], "site": ["1", "A"]}


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("NMN", {"arm": "NMN"}),
        ("NMN.v2.0", {"arm": "NMN", "visit": "v2.0"}),
        ("v1.0.Placebo", {"arm": "Placebo", "visit": "v1.0"}),
        ("batch[1].NMN", {"arm": "NMN", "batch": "1"}),
        ('"NMN"', {"arm": "NMN"}),
    ],
)
def test_a_cell_is_read_by_its_levels(cell: str, found: dict[str, str]) -> None:
    assert resolve_cell(cell, LEVELS) == found


@pytest.mark.parametrize("cell", ["NMM", "1", "NMN.NMN", "NMN.", "site[2]", "."])
def test_a_cell_that_is_none_or_ambiguous_is_refused(cell: str) -> None:
    with pytest.raises(GrammarError):
        resolve_cell(cell, LEVELS)

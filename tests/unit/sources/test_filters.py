"""Filters on samples: a small language, in which nothing runs and every misspelling is found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialseq.problems import InputError
from trialseq.sources.filters import FilterError, keep, parse

SAMPLES = pd.DataFrame(
    {
        "disease": ["DM1", "DM1", "healthy", "FSHD type 1", "DM1"],
        "batch": [1, 2, 3, 3, 3],
        "dose": [0.5, 1.0, np.nan, 2.0, 2.0],
        "time point": ["pre", "post", "pre", np.nan, "and"],
    },
    index=["a", "b", "c", "d", "e"],
)


@pytest.mark.parametrize(
    ("expression", "kept"),
    [
        ("disease == DM1", "abe"),
        ("disease==DM1 and batch!=3", "ab"),
        ("disease != DM1", "cd"),
        ("batch in [1, 2]", "ab"),
        ("batch not in [1,2]", "cde"),
        ('disease == "FSHD type 1"', "d"),
        ("disease in ['FSHD type 1', healthy]", "cd"),
        ("`time point` in [pre, post]", "abc"),
        ("dose == 0.5", "a"),
        ("dose == 1", "b"),
        ("dose != 1", "ade"),  # a missing dose satisfies nothing
        ('"time point" != pre', "be"),
        ("'time point' == 'and'", "e"),
        ("disease == DM1 and batch == 3 and dose in [2]", "e"),
    ],
)
def test_a_filter_keeps_what_it_says(expression: str, kept: str) -> None:
    result = keep(SAMPLES, expression, "samples.subset")
    assert result.dtype == bool
    assert result.index.equals(SAMPLES.index)
    assert "".join(SAMPLES.index[result]) == kept


def test_every_misspelt_column_and_level_is_said_with_the_likely_one() -> None:
    with pytest.raises(InputError) as caught:
        keep(SAMPLES, "desease == DM1 and disease in [DM2, Healthy] and batch == 9", "models.0.subset")
    found = {problem.found: problem for problem in caught.value.problems}
    assert set(found) == {"desease", "DM2", "Healthy", "9"}
    assert {problem.entry for problem in found.values()} == {"models.0.subset"}
    assert found["desease"].hint == "did you mean disease?"
    assert found["Healthy"].hint == "did you mean healthy?"
    assert "1, 2, 3" in found["9"].hint


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("", "a column"),
        ("disease", "=="),
        ("disease =", "a known mark"),
        ("disease ==", "a value at the end"),
        ("disease == FSHD type 1", "`and`"),
        ("disease == DM1 and", "a column at the end"),
        ("disease == DM1 or batch == 3", "`and`"),
        ("disease in DM1", "["),
        ("disease in [DM1", ", or ]"),
        ("disease in []", "a value"),
        ("disease in [DM1,]", "a value"),
        ("disease not DM1", "in"),
        ('disease == "DM1', "a known mark"),
        ("disease == DM1]", "`and`"),
        ("__import__('os').system('true') == 0", "=="),
        ("x" * 3000, "at most"),
    ],
)
def test_a_broken_filter_is_refused_with_what_was_expected(expression: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        keep(SAMPLES, expression, "samples.subset")
    (problem,) = caught.value.problems
    assert expected in problem.expected
    assert problem.found == expression


@given(st.text(alphabet="ab=! []',\"`andinot\n", max_size=40))
def test_any_text_is_a_filter_or_refused(text: str) -> None:
    try:
        conditions = parse(text)
    except FilterError:
        return
    assert all(condition.levels for condition in conditions)


@given(st.lists(st.text(st.characters(exclude_characters='"', exclude_categories=["Cs"])), min_size=1, max_size=4))
def test_any_name_can_be_quoted(names: list[str]) -> None:
    text = " and ".join(f'"{name}" in ["{name}", b]' for name in names)
    assert [(condition.column, condition.levels) for condition in parse(text)] == [(n, (n, "b")) for n in names]

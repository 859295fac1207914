"""Names of users reach file names through one checked function."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialseq.naming import LONGEST, collisions, file_name


@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=4))
def test_any_name_becomes_a_safe_one_or_is_refused(parts: list[str]) -> None:
    try:
        name = file_name(*parts)
    except ValueError:
        return
    assert re.fullmatch(r"[A-Za-z0-9_+][A-Za-z0-9_.+-]*", name)
    assert len(name) <= LONGEST


def test_names_stay_readable() -> None:
    assert file_name("change", "NMN 250 mg/d", "Basal") == "change.NMN_250_mg_d.Basal"
    assert file_name("..", "/etc/passwd") == "_.etc_passwd"


def test_names_that_differ_in_case_alone_collide() -> None:
    assert collisions(["a.B", "A.b", "c"]) == ["A.b", "a.B"]


def test_a_name_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="100 characters"):
        file_name("x" * 101)

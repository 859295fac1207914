"""Does an effect go with composition? Verdicts on genes and sets, and one on a contrast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from trialseq.problems import listing

HALF = 0.5
INFLATED = 2.0  # factor on the variance from which a reader is told


def of_row(row: Mapping[str, Any], alpha: float, reason: str, loose: Sequence[str]) -> str:
    """Verdict on a gene or set: a row with the columns of `tables.COMPOSITION`.

    reason: why composition could not be held; loose: cell types that may change unseen: those whose scores change in
    the contrast but are too noisy to be held, and those without a score. Noise of the scores hides composition, so
    signalling has to outlast the correction for it, and to be the larger part; composition needs a part that is other
    than 0 and the larger one, and nothing left beyond it.
    """
    if pd.isna(row["p_value"]):
        return ""
    if row["p_value"] >= alpha:
        return "no_change"
    if reason:
        return "undecided"
    up, whole = row["estimate"] > 0, row["part_estimate"] + row["held_estimate"]
    corrected = pd.notna(row["calibrated_p_value"])
    left, p_value = (row[f"{'calibrated' if corrected else 'held'}_{name}"] for name in ("estimate", "p_value"))
    gone = 1 - left / whole
    if row["part_p_value"] < alpha and (row["part_estimate"] > 0) == up and gone > HALF and p_value >= alpha:
        return "composition"
    outlasts = p_value < alpha and row["held_p_value"] < alpha and (left > 0) == (row["held_estimate"] > 0) == up
    return "signalling" if outlasts and gone < HALF and corrected and not loose else "undecided"


def of_contrast(headline: pd.DataFrame) -> str:
    """Verdict on a contrast from those on its headline genes and sets: what those that changed agree on."""
    found = set(headline["verdict"]) - {"no_change", ""}
    if not found:
        return "no_change"
    decided = found - {"undecided"}
    return decided.pop() if len(decided) == 1 else "undecided"


def sentence(
    verdict: str,
    headline: pd.DataFrame,
    held: Sequence[str],
    reason: str,
    loose: Sequence[str],
    left_out: Sequence[str],
    inflation: float,
) -> str:
    """The verdict on a contrast in words, with its numbers."""
    changed = headline[~headline["verdict"].isin(["no_change", ""])]
    names = listing(map(short, changed["name"]))
    if changed.empty:
        return f"None of {listing(map(short, headline['name']))} changes: there is nothing to explain."
    if reason:
        why = f"{reason}: {listing(map(plain, left_out))}" if not held else reason
        return f"Undecided. Composition could not be held constant ({why}), so it is open how far it explains {names}."
    numbers = "; ".join(_numbers(row) for _, row in changed.iterrows())
    start = {
        "signalling": "More than composition",
        "composition": "A change of composition",
        "undecided": "Undecided",
    }[verdict]
    words = f"{start}. With {listing(map(plain, held))} held constant, {numbers}."
    if inflation > INFLATED:
        words += f" Holding them multiplies the variance of the contrast by {inflation:.1f}."
    if changed["calibrated_p_value"].isna().any():
        words += " The scores go together too closely to be corrected for their error."
    if loose:
        words += f" {listing(map(plain, loose))} change too, by scores that are too noisy to be held."
    if left_out:
        words += f" Not held: {listing(map(plain, left_out))}."
    return words


def plain(kind: str) -> str:
    """A cell type in words."""
    return kind.replace("_", " ")


def _numbers(row: pd.Series) -> str:
    words = (
        f"{short(row['name'])} goes from {row['estimate']:+.2f} to {row['held_estimate']:+.2f} "
        f"({row['held_ci_low']:+.2f} to {row['held_ci_high']:+.2f})"
    )
    share = f", {100 * row['share']:.0f} % of it composition" if 0 < row["share"] < 1 else ""
    return f"{words}{share} ({row['verdict']})"


def short(name: str) -> str:
    """A gene or set as sentences call it."""
    return name.replace("platelet-derived growth factor", "PDGF")

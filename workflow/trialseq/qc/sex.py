"""Sex of a sample, by XIST and genes of the Y chromosome, against the sheet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from trialseq.config import Quality
from trialseq.qc.row import Row, not_measured

XIST = "XIST"
Y_GENES = ("DDX3Y", "EIF1AY", "KDM5D", "RPS4Y1", "USP9Y", "UTY")  # outside of the pseudoautosomal regions
LEAST_Y, LEAST_XIST = 1.0, 2.0  # counts per million; muscle of the other sex has less than a tenth
FEWEST_Y = 3
WORDS = {"female": "female", "woman": "female", "f": "female", "male": "male", "man": "male", "m": "male"}
UNKNOWN = frozenset({"", "na", "nan", "unknown"})


def check(counts: pd.DataFrame, options: Quality, sheet: pd.DataFrame, subjects: Sequence[str]) -> list[Row]:
    """Compare the sex that each sample expresses with the sheet, or with the other samples of its subject.

    counts: counts per million (samples x symbols); subjects: of each sample, empty where there is none.
    """
    names = [str(name) for name in counts.index]
    present = [gene for gene in Y_GENES if gene in counts]
    if XIST not in counts or len(present) < FEWEST_Y:
        absent = [gene for gene in (XIST, *Y_GENES) if gene not in counts]
        return not_measured(names, "sex", f"the counts have no {', '.join(absent)}")
    y, xist = counts[present].median(axis=1).to_numpy(), counts[XIST].to_numpy()
    found = np.select(
        [(y >= LEAST_Y) & (xist >= LEAST_XIST), y >= LEAST_Y, xist >= LEAST_XIST], ["both", "male", "female"], "neither"
    )
    said = _said(options, sheet)
    others = _of_others(found, subjects)
    rows = []
    for place, name in enumerate(names):
        verdict, says = _verdict(str(found[place]), said[place], others[place])
        value = float(np.log2(y[place] + 1) - np.log2(xist[place] + 1))
        seen = f"XIST {xist[place]:.3g}, Y genes {y[place]:.3g} counts per million"
        rows.append(Row(name, "sex", verdict, value, other=str(found[place]), says=says and f"{says} ({seen})"))
    return rows


def _said(options: Quality, sheet: pd.DataFrame) -> list[str]:
    if options.sex_column is None:
        return [options.sex or ""] * len(sheet)
    return [WORDS.get(str(value).strip().lower(), "") for value in sheet[options.sex_column]]


def _of_others(found: np.ndarray, subjects: Sequence[str]) -> list[str]:
    """The sex that most of the other samples of a sample's subject express; empty where there is none, or a tie."""
    result = []
    for place, subject in enumerate(subjects):
        other = [found[k] for k, each in enumerate(subjects) if k != place and subject and each == subject]
        male, female = other.count("male"), other.count("female")
        result.append("" if male == female else "male" if male > female else "female")
    return result


def _verdict(found: str, said: str, others: str) -> tuple[str, str]:
    if found == "both":
        return "look", "expresses XIST and Y genes: perhaps a mixture of a woman's and a man's"
    if found == "neither":
        return "look", "expresses neither XIST nor Y genes"
    if said and found != said:
        return "fail", f"{found} by its genes, {said} by the study"
    if not said and others and found != others:
        return "look", f"{found} by its genes, other samples of its subject are {others}"
    return "ok", ""

"""Contamination, the biopsy's own mark, and quality: one number a sample, and robust outliers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trialseq.qc.row import FEWEST, Floats, Row, deviations, not_measured

HALF = 0.5


@dataclass(frozen=True)
class Measure:
    """What is measured, from counts (samples x symbols); `least`: smallest spread, in doublings, that counts."""

    name: str
    value: Callable[[pd.DataFrame], pd.Series]
    high: str  # what an outlier at this end means; empty where it means nothing
    low: str
    least: float = 0.2


def _share(*genes: str) -> Callable[[pd.DataFrame], pd.Series]:
    """Counts per million of some genes together; missing where none is in the counts."""

    def share(counts: pd.DataFrame) -> pd.Series:
        present = [gene for gene in genes if gene in counts]
        if not present:
            return pd.Series(np.nan, index=counts.index)
        return counts[present].sum(axis=1) / counts.sum(axis=1) * 1e6

    return share


def _pattern(pattern: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda counts: _share(*counts.columns[counts.columns.str.contains(pattern)])(counts)


MEASURES = (
    Measure("library_size", lambda counts: counts.sum(axis=1), "", "sequenced little"),
    Measure(
        "detected_genes", lambda counts: (counts > 0).sum(axis=1), "many genes detected", "few genes detected", 0.05
    ),
    Measure("blood", _share("HBA1", "HBA2", "HBB"), "blood in the biopsy (haemoglobin)", "", 0.5),
    Measure("adipose", _share("ADIPOQ", "PLIN1", "PLIN4", "LEP", "CIDEC"), "fat in the biopsy", "", 0.5),
    Measure("skin", _share("KRT1", "KRT5", "KRT10", "KRT14"), "skin in the biopsy (keratins)", "", 0.5),
    Measure(
        "immediate_early",
        _share("FOS", "FOSB", "JUN", "JUNB", "EGR1", "ATF3", "IER2"),
        "immediate-early genes are high: the biopsy's own stress",
        "",
        0.5,
    ),
    Measure("mitochondrial", _pattern("^MT-"), "mitochondrial counts are high", "mitochondrial counts are low"),
    Measure("ribosomal", _pattern(r"^RP[LS]\d+[AXYL]?\d*$"), "ribosomal genes are high", "ribosomal genes are low"),
)
NOT_IN_COUNTS = "three_prime"


def check(counts: pd.DataFrame, mads: float, numbers: pd.DataFrame) -> list[Row]:
    """Robust outliers of every measure.

    counts: (samples x symbols); numbers: technical columns of numbers. Outliers are found on the scale of log2(x + 1),
    technical columns as they are. A sample in which less than half of the usual genes are detected fails.
    """
    names = [str(name) for name in counts.index]
    rows: list[Row] = []
    for each in MEASURES:
        values = each.value(counts).to_numpy(dtype=float)
        if np.isnan(values).all():
            rows += not_measured(names, each.name, "none of its genes is in the counts")
        else:
            rows += _rows(names, each, values, np.log2(values + 1), mads)
    for column in numbers:
        values = numbers[column].to_numpy(dtype=float)
        spread = float(np.nanstd(values)) / 10
        of_sheet = Measure(f"sheet.{column}", lambda _: pd.Series(), f"{column} is high", f"{column} is low", spread)
        rows += _rows(names, of_sheet, values, values, mads)
    says = "counts do not tell where in a transcript reads lie; give a column of the sheet under qc.technical"
    return rows + not_measured(names, NOT_IN_COUNTS, says)


def _rows(names: Sequence[str], measure: Measure, values: Floats, scaled: Floats, mads: float) -> list[Row]:
    if len(names) < FEWEST:
        return not_measured(names, measure.name, f"fewer than {FEWEST} samples")
    if np.nanmax(values) == np.nanmin(values):
        return not_measured(names, measure.name, "the same in all samples")
    apart, median = deviations(scaled, measure.least), float(np.nanmedian(values))
    rows = []
    for name, value, beyond in zip(names, values, apart, strict=True):
        if np.isnan(value):
            rows += not_measured([name], measure.name, "the sheet has no value")
            continue
        means = measure.high if beyond > mads else measure.low if beyond < -mads else ""
        verdict = "look" if means else "ok"
        if measure.name == "detected_genes" and value < HALF * median:
            verdict, means = "fail", "less than half of the usual genes detected"
        says = f"{means}: {value:,.4g}, median {median:,.4g} ({beyond:+.1f} MADs)" if means else ""
        rows.append(Row(name, measure.name, verdict, float(value), float(beyond), says=says))
    return rows

"""Whether counts are counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from trialseq.problems import Problem, listing
from trialseq.sources.readers import MISSING

LARGEST = 2**53  # beyond it, not every whole number is a double
MILLION = 1e6
SLACK = 0.01
HIGHEST_LOG = 30.0  # 2**30 reads of one gene are more than a run yields
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_ROUND = (
    "give raw counts; if these are a quantifier's estimates of counts (Salmon, RSEM, kallisto), set "
    "source.round_fractions: true"
)
_RAW = "give the raw counts: the model needs them, and brings its own normalisation"


@dataclass
class _Kind:
    """A way in which a value is no count: what was found, what to do, the first cell, how many."""

    found: str
    hint: str = ""
    cells: int = 0
    first: str = ""

    def add(self, bad: npt.NDArray[np.bool_], show: Callable[[int], str]) -> None:
        """Count the cells of one sample; `show` says one of them by its row."""
        if bad.any():
            self.first = self.first or show(int(np.argmax(bad)))
            self.cells += int(bad.sum())


@dataclass
class _Seen:
    """What the values of all samples are like."""

    kinds: dict[str, _Kind] = field(
        default_factory=lambda: {
            "text": _Kind("no numbers", "name columns that are no samples in source.ignore_columns"),
            "missing": _Kind("missing values", "a gene without reads has 0; leave out genes that were not counted"),
            "infinite": _Kind("infinite values"),
            "negative": _Kind("negative numbers", _RAW),
            "large": _Kind(f"numbers above 2^53 ({LARGEST})"),
            "fraction": _Kind("fractions", _ROUND),
        }
    )
    totals: list[float] = field(default_factory=list)
    highest: float = 0.0
    not_zero: int = 0


def counts(
    columns: pd.DataFrame, entry: str, *, round_fractions: bool = False
) -> tuple[Integers, list[Problem], list[str]]:
    """Integer counts (samples x genes) of a frame (genes x samples) whose cells may be anything.

    Returns the counts, which mean something only without problems; the problems; and a notice where fractions
    were rounded (half to even).
    """
    genes, samples = columns.index, columns.columns
    matrix = np.zeros((len(samples), len(genes)), dtype=np.int64)
    seen = _Seen()
    rounded = 0
    for row, sample in enumerate(samples):
        values, words = _numbers(columns.iloc[:, row])
        fractional = _look(values, words, f"sample {sample}", genes, seen)
        if values.dtype == np.int64:
            matrix[row] = values
        else:
            rounded += int(fractional.sum())
            usable = np.isfinite(values) & (np.abs(values) <= LARGEST)
            matrix[row] = np.rint(np.where(usable, values, 0)).astype(np.int64)
    problems = _problems(seen, entry, round_fractions)
    if not problems and max(seen.totals, default=0) > LARGEST:
        sample = samples[int(np.argmax(seen.totals))]
        found = f"{max(seen.totals):.3g} in sample {sample}"
        problems = [Problem(entry, f"at most 2^53 ({LARGEST}) reads in a sample", found, _RAW)]
    if not problems and len(genes):
        silent = [str(sample) for sample, total in zip(samples, matrix.sum(axis=1), strict=True) if total == 0]
        if silent:
            hint = "such a sample has no size factor: name it in samples.exclude"
            problems = [Problem(entry, "reads in every sample", f"no count at all in {listing(silent)}", hint)]
    notices = [f"{rounded} counts that were fractions were rounded to integers."] if rounded else []
    return matrix, problems, notices


def _numbers(values: pd.Series) -> tuple[npt.NDArray[Any], npt.NDArray[Any] | None]:
    """Values as int64 or float64; and, where some are text, what was written."""
    if values.dtype == np.int64:
        return values.to_numpy(), None
    if pd.api.types.is_numeric_dtype(values):
        return values.to_numpy(dtype=np.float64, na_value=np.nan), None
    words = values.where(values.notna(), "").astype(str).to_numpy(dtype=object)
    return pd.to_numeric(pd.Series(words), errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan), words


def _look(
    values: npt.NDArray[Any], words: npt.NDArray[Any] | None, sample: str, genes: pd.Index, seen: _Seen
) -> npt.NDArray[np.bool_]:
    """Note what the values of one sample are like; returns which are fractions."""

    def show(gene: int) -> str:
        value = repr(words[gene]) if words is not None else f"{values[gene]:.12g}"
        return f"{value} for gene {genes[gene]} in {sample}"

    kinds = seen.kinds
    kinds["negative"].add(values < 0, show)
    kinds["large"].add((np.abs(values) > LARGEST) & np.isfinite(values), show)
    seen.not_zero += int(np.count_nonzero(values))
    if values.dtype == np.int64:
        seen.totals.append(float(values.sum()))
        seen.highest = max(seen.highest, float(values.max(initial=0)))
        return np.zeros(len(values), dtype=bool)
    nothing = np.isnan(values)
    written = nothing & ~np.isin(words, list(MISSING)) if words is not None else np.zeros_like(nothing)
    kinds["text"].add(written, show)
    kinds["missing"].add(nothing & ~written, lambda gene: f"gene {genes[gene]} in {sample}")
    kinds["infinite"].add(np.isinf(values), show)
    finite = np.where(np.isfinite(values), values, 0.0)
    fractional: npt.NDArray[np.bool_] = finite != np.floor(finite)
    kinds["fraction"].add(fractional, show)
    seen.totals.append(float(finite.sum()))
    seen.highest = max(seen.highest, float(finite.max(initial=0)))
    return fractional


def _problems(seen: _Seen, entry: str, round_fractions: bool) -> list[Problem]:
    kinds = dict(seen.kinds)
    expected = "counts: whole numbers from 0, not normalised"
    problems = []
    if verdict := _normalised(seen):
        problems.append(Problem(entry, expected, verdict, _RAW))
        del kinds["fraction"], kinds["negative"]
    elif round_fractions:
        del kinds["fraction"]
    for kind in kinds.values():
        if kind.cells:
            cells = "one cell" if kind.cells == 1 else f"{kind.cells} cells"
            problems.append(Problem(entry, expected, f"{kind.found} in {cells}, first {kind.first}", kind.hint))
    return problems


def _normalised(seen: _Seen) -> str:
    """What values are that were normalised, or nothing. One odd fraction among counts is no such sign."""
    fractions, negatives = seen.kinds["fraction"], seen.kinds["negative"]
    if not fractions.cells:
        return ""
    if all(abs(total - MILLION) <= SLACK * MILLION for total in seen.totals):
        return f"TPM or CPM: every sample's values sum to about a million; first {fractions.first}"
    most = fractions.cells > seen.not_zero / 2
    if most and (negatives.cells or seen.highest < HIGHEST_LOG):
        low = "negative numbers" if negatives.cells else f"nothing above {seen.highest:.4g}"
        return f"log-transformed or scaled values: fractions and {low}; first {fractions.first}"
    return ""

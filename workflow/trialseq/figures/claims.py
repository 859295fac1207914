"""Claims: the effect of each with its interval, and what every line of evidence says of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from trialseq.config import Figures
from trialseq.evidence.claim_lines import Line, of
from trialseq.figures import ClaimsInputs, style

WORDS = 58.0  # mm for the text of a claim
LINES = 3  # of the claim itself, at most
TITLE, BELOW = 24.0, 10.0  # mm for the upright words above the marks, and for the axis below
MARKS: dict[str, dict[str, Any]] = {
    "yes": {"marker": "o", "ms": 5, "mfc": "black", "mec": "black"},
    "no": {"marker": "X", "ms": 5.5, "mfc": "white", "mec": "black"},
    "no answer": {"marker": "_", "ms": 5, "mec": style.GREY},
    "not asked": {"marker": ".", "ms": 2, "mfc": style.GREY, "mec": style.GREY},
}
LEGEND = {
    "yes": "the claim survives",
    "no": "it does not",
    "no answer": "no answer",
    "not asked": "not asked",
}
KINDS = {"gene": "log2 fold change", "set": "change of the mean (log2)"}
VERDICTS: dict[str, dict[str, Any]] = {
    "supported": {"marker": "o", "mfc": "black", "ms": 4.5},
    "contradicted": {"marker": "X", "mfc": "black", "ms": 6.5},
    "inconclusive": {"marker": "o", "mfc": "white", "ms": 4.5},
}


def figure(inputs: ClaimsInputs, options: Figures) -> Figure:  # noqa: ARG001 - every figure takes them
    """Genes above, sets below: words and verdict, estimate with interval, a mark for each line of evidence."""
    table = inputs.table
    parts = {kind: table[table[kind] != ""] for kind in KINDS if (table[kind] != "").any()}
    texts = {kind: [_words(row) for _, row in part.iterrows()] for kind, part in parts.items()}
    row = max(len(each) for part in texts.values() for each in part) * style.LINE * style.SMALL / 72 / style.MM + 2
    body = sum(row * len(part) + TITLE + BELOW for part in parts.values()) + 8
    subtitle = (
        "Claims that were written before the answer. The first mark decides, after Holm's correction over all claims; "
        "the next are checks of how firm it is. Methods right of the second line do not count: they ask whether "
        "a set moves more than other genes, or take its genes for independent."
    )
    made = style.figure(style.TWO_COLUMNS, body, inputs.title, subtitle)
    grid = made.add_gridspec(len(parts), 2, width_ratios=[1, 1.25], height_ratios=list(map(len, parts.values())))
    for place, (kind, part) in enumerate(parts.items()):
        left, right = made.add_subplot(grid[place, 0]), made.add_subplot(grid[place, 1])
        _forest(left, part, texts[kind], KINDS[kind])
        _marks(right, part, inputs.evidence, of(kind))
    entries = [Line2D([], [], ls="", mew=0.8, label=LEGEND[name], **look) for name, look in MARKS.items()]
    made.legend(handles=entries, loc="outside lower center", ncols=len(entries))
    return made


def _words(row: pd.Series) -> list[str]:
    """The claim, what it is on, and its verdict, as lines."""
    points = WORDS * style.MM * 72
    lines = style.wrap(style.plain(row["says"], 300), points, style.SMALL)
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], style.fit(" ".join(lines[LINES - 1 :]), points, style.SMALL)]
    on = f"{row['gene'] or row['set']} {row['direction']} in {row['contrast']}"
    firm = f"{row['survives']:.0f} of {row['checks']:.0f} checks"
    p_value = "no p value" if pd.isna(row["p_value"]) else f"p = {style.number(row['adjusted_p_value'])}"
    verdict = f"{row['verdict'].upper()}, {p_value}, {firm}"
    return [*lines, *style.wrap(style.plain(on, 160), points, style.SMALL), verdict]


def _forest(axes: Axes, part: pd.DataFrame, texts: list[list[str]], label: str) -> None:
    axes.axvline(0, color="black", lw=0.6, zorder=0)
    for place, (_, row) in enumerate(part.iterrows()):
        if np.isfinite(np.array([row["ci_low"], row["ci_high"]], dtype=float)).all():
            axes.plot([row["ci_low"], row["ci_high"]], [-place, -place], color="black", lw=0.9, zorder=1)
            axes.plot(row["estimate"], -place, ls="", mec="black", mew=0.8, **VERDICTS[row["verdict"]])
    _rows(axes, len(part))
    axes.set_yticklabels(["\n".join(each) for each in texts], linespacing=style.LINE, ha="left")
    axes.tick_params(axis="y", length=0, pad=WORDS * style.MM * 72 + 4)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(f"{label}, with interval")
    if not np.isfinite(part[["ci_low", "ci_high"]].to_numpy(dtype=float)).any():
        axes.set_xlim(-1, 1)


def _marks(axes: Axes, part: pd.DataFrame, evidence: pd.DataFrame, lines: list[Line]) -> None:
    for place, name in enumerate(part["claim"]):
        found = evidence[evidence["claim"] == name].set_index("line")["survives"]
        for column, line in enumerate(lines):
            axes.plot(column, -place, ls="", mew=0.8, clip_on=False, **MARKS[found[line.name]])
    _rows(axes, len(part))
    axes.set_xlim(-0.5, len(lines) - 0.5)
    axes.set_xticks(range(len(lines)), ["\n".join(_title(line)) for line in lines], rotation=90, va="bottom")
    axes.tick_params(axis="both", length=0, labelleft=False, labeltop=True, labelbottom=False)
    axes.get_xticklabels()[0].set_fontweight("bold")
    for spine in axes.spines.values():
        spine.set_visible(False)
    for column in range(1, len(lines)):
        if lines[column].role != lines[column - 1].role:
            axes.axvline(column - 0.5, color=style.GREY, lw=0.6)


def _title(line: Line) -> list[str]:
    return style.wrap(line.title, TITLE * style.MM * 72, style.SMALL, bold=True)


def _rows(axes: Axes, count: int) -> None:
    axes.set_yticks(-np.arange(count, dtype=float))
    axes.set_ylim(-count + 0.4, 0.6)
    for place in range(1, count):
        axes.axhline(0.5 - place, color=style.LIGHT, lw=0.5, zorder=0)

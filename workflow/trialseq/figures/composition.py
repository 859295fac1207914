"""Effects before and after composition is held constant, with what the scores of the cell types do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from trialseq.config import Figures
from trialseq.evidence.verdicts import short
from trialseq.figures import ContrastInputs, style

ROW, APART = 5.6, 0.19
HEADINGS = {"cells": "cell types: change of the score", "set": "gene sets: change of the mean", "gene": "genes"}
WORDS = {"no_change": "no change", "signalling": "signalling", "composition": "composition", "undecided": "undecided"}
BEFORE: dict[str, Any] = {"marker": "o", "ms": 3.8, "mfc": "white", "mec": "black", "mew": 0.8, "color": style.GREY}
AFTER: dict[str, Any] = {"marker": "s", "ms": 3.6, "mfc": "black", "mec": "black", "mew": 0.8, "color": "black"}
CORRECTED: dict[str, Any] = {"marker": "|", "ms": 7, "mew": 1.6, "color": style.PALETTE[4]}


def figure(inputs: ContrastInputs, options: Figures) -> Figure:  # noqa: ARG001 - every figure takes them
    """Left, cell types and sets; right, genes: before (hollow) and with composition held (filled)."""
    table = inputs.composition
    if table.empty:
        return style.message(inputs.contrast, inputs.says, "Composition was not asked.", style.TWO_COLUMNS)
    (first,) = table[table["section"] == "contrast"].to_dict("records")
    parts = [table[table["section"].isin(["cells", "set"])], table[table["section"] == "gene"]]
    rows = max(len(part) + part["section"].nunique() for part in parts)
    made = style.figure(style.TWO_COLUMNS, rows * ROW + 26, inputs.contrast, f"{inputs.says} {first['says']}")
    panels = made.subplots(1, 2)
    for axes, part in zip(panels, parts, strict=True):
        _forest(axes, part, rows)
    panels[0].set_xlabel("log2 (sets), standard deviations (scores), with interval")
    panels[1].set_xlabel("log2 fold change, with interval")
    entries = [
        Line2D([], [], lw=0.9, label="as the contrast has it", **BEFORE),
        Line2D([], [], lw=0.9, label="with the cell types held constant", **AFTER),
        Line2D([], [], ls="", label="the same, corrected for the error of the scores", **CORRECTED),
    ]
    drawn = [True, *(table[f"{each}_estimate"].notna().any() for each in ("held", "calibrated"))]
    made.legend(
        handles=[each for each, shown in zip(entries, drawn, strict=True) if shown], loc="outside lower center", ncols=3
    )
    return made


def _forest(axes: Axes, table: pd.DataFrame, rows: int) -> None:
    """Two lines a row, sections under headings; beside them the verdict, or what became of a score."""
    across = axes.get_yaxis_transform()
    axes.axvline(0, color="black", lw=0.6, zorder=0)
    labels: list[str] = []
    headings: list[int] = []
    for section, part in table.groupby("section", sort=False):
        headings.append(len(labels))
        labels.append(HEADINGS[str(section)])
        for _, row in part.iterrows():
            place = -float(len(labels))
            labels.append(_label(row))
            cells = section == "cells"
            _line(axes, row, "", place + (0 if cells else APART), BEFORE)
            _line(axes, row, "held_", place - APART, AFTER)
            if pd.notna(row["calibrated_estimate"]):
                axes.plot(row["calibrated_estimate"], place - APART, zorder=3, **CORRECTED)
            words = str(row["status"]) if cells or row["status"] != "tested" else WORDS[str(row["verdict"])]
            axes.text(1.02, place, words, transform=across, va="center", fontsize=style.SMALL)
    axes.set_yticks(-np.arange(len(labels), dtype=float), labels)
    for heading in headings:
        axes.get_yticklabels()[heading].set_fontweight("bold")
    axes.set_ylim(-rows + 0.4, 0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    if not np.isfinite(table[["ci_low", "ci_high"]].to_numpy(dtype=float)).any():
        axes.set_xlim(-1, 1)


def _label(row: pd.Series) -> str:
    if row["section"] == "cells":
        return style.plain(str(row["id"]).replace("_", " "), 34)
    name = style.fit(style.plain(short(str(row["name"] or row["id"])), 120), 130, style.SMALL)
    return name if row["section"] == "gene" else f"{name}\n{style.plain(row['id'], 30)}"


def _line(axes: Axes, row: pd.Series, prefix: str, place: float, look: dict[str, Any]) -> None:
    ends = [row[f"{prefix}ci_low"], row[f"{prefix}ci_high"]]
    if np.isfinite(np.array(ends, dtype=float)).all():
        axes.plot(ends, [place, place], color=look["color"], lw=0.9, zorder=1)
        axes.plot(row[f"{prefix}estimate"], place, ls="", zorder=2, **look)

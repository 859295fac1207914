"""Verdicts on the samples: every check of every sample, and whose biopsy each is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from trialseq.config import Figures
from trialseq.figures import StudyInputs, sheet, style

MOST_MADS, LARGEST, LEAST = 10.0, 4.6, 0.8  # deviations at which a dot is largest; sizes in points
LOOK, FAIL = "#D55E00", "#000000"
SUBTITLE = (
    "Checks of {count} samples: {fail} fail, {look} to look at. A dot is larger the further a measure is from the "
    "median, filled above it, hollow below"
)


def figure(inputs: StudyInputs, _: Figures) -> Figure:
    """A row a sample: a dot for each check, and its scores with its own and the best other subject."""
    table = inputs.checks
    if table.empty:
        sentence = "Checks of samples are switched off (qc.checks)."
        return style.message(inputs.title, "Checks of the samples", sentence, style.TWO_COLUMNS)
    who = sheet.Sheet.of(inputs.data, inputs.roles, inputs.levels)
    names = list(who.order("arm", "subject", "visit", "state").index)
    step = min(2.9, (style.PAGE - 60) / len(names))
    worst = {name: set(part["verdict"]) for name, part in table.groupby("sample")}
    fail = sum("fail" in found for found in worst.values())
    look = sum("look" in found for found in worst.values() if "fail" not in found)
    subtitle = SUBTITLE.format(count=len(names), fail=fail, look=look)
    made = style.figure(style.TWO_COLUMNS, max(len(names) * step, 24) + 34, inputs.title, subtitle)
    left, right = made.subplots(1, 2, sharey=True, width_ratios=(3, 2))
    heights = pd.Series(-np.arange(len(names), dtype=float), index=names)
    _dots(left, table[table["sample"].isin(names)], heights)
    _scores(right, inputs.identity, heights, table)
    labels = style.thinned([who.label(name) for name in names], step)
    left.set_yticks(heights if labels else [], labels, fontsize=style.TINY)
    left.set_ylim(-len(names) + 0.3, 0.7)
    if not labels:
        left.set_ylabel("samples by arm, subject, visit and state")
    for axes in (left, right):
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
    made.legend(handles=_legend(), loc="outside lower center", ncols=5, handletextpad=0.3, columnspacing=1.4)
    return made


def _dots(axes: Axes, table: pd.DataFrame, heights: pd.Series) -> None:
    checks = list(dict.fromkeys(table["check"]))
    places = {check: place for place, check in enumerate(checks)}
    for sample, check, verdict, given in table[["sample", "check", "verdict", "mads"]].to_numpy(dtype=object):
        x, y = places[check], heights[sample]
        if verdict == "not measured":
            axes.plot(x, y, marker="_", ms=2.5, color=style.LIGHT, mew=0.6)
            continue
        mads = 0.0 if pd.isna(given) else float(given)
        size = LEAST + (LARGEST - LEAST) * min(abs(mads), MOST_MADS) / MOST_MADS
        axes.plot(x, y, marker="o", ms=size, mew=0.5, mec=style.GREY, mfc="white" if mads < 0 else style.GREY)
        if verdict != "ok":
            axes.plot(x, y, ls="", **_mark(verdict))
    axes.set_xticks(
        range(len(checks)), [_label(check) for check in checks], rotation=60, ha="right", rotation_mode="anchor"
    )
    axes.tick_params(axis="x", length=0, pad=3)
    axes.set_xlim(-0.7, len(checks) - 0.3)
    axes.spines["bottom"].set_visible(False)


def _scores(axes: Axes, identity: pd.DataFrame, heights: pd.Series, table: pd.DataFrame) -> None:
    scored = identity.dropna(subset=["score"])
    scored = scored[scored["sample"].isin(heights.index)]
    if scored.empty:
        why = table.loc[table["check"] == "identity", "says"].iloc[0]
        style.say(axes, f"Identity was not measured: {why}.", 60)
        return
    own = scored[scored["own"]].set_index("sample")["score"]
    best = scored[~scored["own"]].groupby("sample")["score"].max()
    both = own.index.intersection(best.index)
    axes.hlines(heights[both], best[both], own[both], color=style.LIGHT, lw=0.6)
    axes.plot(best, heights[best.index], ls="", marker="o", ms=2.6, mew=0.7, mec=style.colour(0), mfc="white")
    axes.plot(own, heights[own.index], ls="", marker="o", ms=2.6, mew=0.7, color=style.colour(0))
    axes.axvline(0, color=style.GREY, lw=0.6)
    wrong = table[(table["check"] == "identity") & (table["other"] != "")]
    reach = max(own.max(), best.max())
    for row in wrong.itertuples(index=False):
        axes.annotate(
            f"→ {style.plain(row.other, 16)}",
            (reach, heights[row.sample]),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=style.TINY,
            annotation_clip=False,
        )
    axes.set_xlabel("log likelihood ratio: one person against two\n(filled: its own subject; hollow: the best other)")


def _mark(verdict: str) -> dict[str, Any]:
    if verdict == "fail":
        return {"marker": "X", "ms": 5.2, "mew": 0.4, "mec": "white", "mfc": FAIL}
    return {"marker": "o", "ms": 5.6, "mew": 1.0, "mec": LOOK, "mfc": "none"}


def _label(check: str) -> str:
    return style.plain(check.removeprefix("sheet.").replace("_", " "), 24)


def _legend() -> list[Line2D]:
    dot: dict[str, Any] = {"ls": "", "marker": "o", "mec": style.GREY, "mew": 0.5}
    return [
        Line2D([], [], label="as usual", ms=LEAST + 0.6, mfc=style.GREY, **dot),
        Line2D([], [], label=f"{MOST_MADS:g} robust SD above", ms=LARGEST, mfc=style.GREY, **dot),
        Line2D([], [], label="look", ls="", **_mark("look")),
        Line2D([], [], label="fail", ls="", **_mark("fail")),
        Line2D([], [], label="not measured", ls="", marker="_", ms=4, color=style.GREY),
    ]

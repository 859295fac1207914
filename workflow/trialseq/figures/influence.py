"""What one subject does: calls lost and gained without each, and the range that the PDGF genes take."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from trialseq.config import Figures
from trialseq.figures import ContrastInputs, style
from trialseq.figures.pdgf import MARKERS, lines

MOST = 30  # subjects drawn
ROW = 3.9  # mm
LOST, GAINED = "#333333", "#BDBDBD"


def figure(inputs: ContrastInputs, options: Figures) -> Figure:
    """Left a row a subject left out, those that move most above; right a row a PDGF gene."""
    subjects = inputs.influence[inputs.influence["reason"] == ""]
    without = inputs.influence[inputs.influence["reason"] != ""]
    said = [inputs.says]
    if len(without):
        names = ", ".join(style.plain(name, 24) for name in without["subject"])
        said.append(f"Without {names} it cannot be estimated.")
    if subjects.empty:
        sentence = "No subject was left out." if inputs.influence.empty else "The contrast needs every subject."
        return style.message(inputs.contrast, " ".join(said), sentence, style.TWO_COLUMNS)
    order = ["calls_lost", "calls_gained", "median_change"]
    shown = subjects.sort_values(order, ascending=False, kind="stable").head(MOST)
    if len(shown) < len(subjects):
        said.append(f"Drawn are the {MOST} of {len(subjects)} that move most.")
    genes = inputs.pdgf[inputs.pdgf["section"] != "set"]
    rows = max(len(shown), len(genes) + genes["section"].nunique(), 4)
    made = style.figure(style.TWO_COLUMNS, rows * ROW + 22, inputs.contrast, " ".join(said))
    calls, shifts, ranges = made.subplots(1, 3, width_ratios=[1.1, 0.7, 1.7])
    _calls(calls, shown)
    _shifts(shifts, shown)
    _ranges(ranges, genes, inputs, options)
    for axes in (calls, shifts, ranges):
        axes.set_ylim(-rows + 0.3, 0.7)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
    return made


def _calls(axes: Axes, subjects: pd.DataFrame) -> None:
    places = -np.arange(len(subjects), dtype=float)
    axes.barh(places, -subjects["calls_lost"], 0.7, color=LOST, label="lost")
    axes.barh(places, subjects["calls_gained"], 0.7, color=GAINED, hatch="////", ec="#555555", lw=0.4, label="gained")
    limit = max(int(subjects[["calls_lost", "calls_gained"]].to_numpy().max()), 1) * 1.1
    axes.set_xlim(-limit, limit)
    axes.xaxis.set_major_formatter(lambda value, _: style.count(abs(value)))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.axvline(0, color="black", lw=0.6)
    bystanders = subjects["in_contrast"] == "no"
    names = [
        f"({style.plain(name, 18)})" if aside else style.plain(name, 20)
        for name, aside in zip(subjects["subject"], bystanders, strict=True)
    ]
    axes.set_yticks(places, names)
    aside = "\nin brackets: not in the contrast" if bystanders.any() else ""
    axes.set_xlabel(f"calls lost | gained without the subject,\nof {style.count(subjects['calls'].max())}{aside}")


def _shifts(axes: Axes, subjects: pd.DataFrame) -> None:
    places = -np.arange(len(subjects), dtype=float)
    axes.hlines(places, 0, subjects["median_change"], color=style.LIGHT, lw=1)
    axes.plot(subjects["median_change"], places, "o", ms=3, color=style.PALETTE[0], clip_on=False)
    axes.set_xlim(left=0)
    axes.set_yticks([])
    axes.set_xlabel("median change of\nthe Wald statistic")


def _ranges(axes: Axes, genes: pd.DataFrame, inputs: ContrastInputs, options: Figures) -> None:
    """Estimate, interval (thin) and range over the subjects left out (thick) of each gene."""
    ranges = inputs.influence_genes.set_index("gene_id")
    across: Any = axes.get_yaxis_transform()
    axes.axvline(0, color="black", lw=0.6, zorder=0)
    for place, row in lines(axes, genes):
        words = str(row["status"] or "not measured").replace("_", " ")
        if row["name"] in ranges.index and pd.notna(row["p_value"]):
            left_out = ranges.loc[row["name"]]
            rises = row["log2_fold_change"] > 0
            face = (options.up if rises else options.down) if row["q_value"] < inputs.alpha else "white"
            ends = [left_out["lowest_log2_fold_change"], left_out["highest_log2_fold_change"]]
            marker = MARKERS[str(row["section"])]
            axes.plot([row["ci_low"], row["ci_high"]], [place, place], color="#333333", lw=0.7, zorder=1)
            axes.plot(ends, [place, place], color=style.GREY, lw=3.4, solid_capstyle="butt", zorder=2)
            axes.plot(row["log2_fold_change"], place, marker, ms=3.4, mew=0.7, mec="black", mfc=face, zorder=3)
            words = style.plain(left_out["subject"], 16) + (", fragile" if left_out["fragile"] == "yes" else "")
        axes.text(1.02, place, words, transform=across, va="center", fontsize=style.SMALL)
    axes.text(1.02, 0, "moved most by", transform=across, va="center", fontsize=style.SMALL, fontweight="bold")
    axes.set_xlabel(
        f"log2 fold change: interval (thin) and range with\na subject left out (thick); filled: q < {inputs.alpha:g}"
    )

"""The PDGF panel: gene sets in numbers; receptors, ligands, markers and, apart, collagens with intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trialseq.config import Figures
from trialseq.figures import ContrastInputs, style

SECTIONS = {"receptor": "receptors", "ligand": "ligands", "marker": "markers", "collagen": "collagens"}
MARKERS = {"receptor": "s", "ligand": "D", "marker": "^", "collagen": "o"}
ROW = 4.6
SET_ROW = 6.4


def figure(inputs: ContrastInputs, options: Figures) -> Figure:
    """Above, what the sets gave; below, log2 fold changes with intervals, filled where q is below alpha."""
    table = inputs.pdgf
    if table.empty:
        return style.message(inputs.contrast, inputs.says, "The PDGF panel is empty.", style.TWO_COLUMNS)
    sets = table[table["section"] == "set"]
    collagens = table[table["section"] == "collagen"]
    signalling = table[~table["section"].isin(["set", "collagen"])]
    upper = max(len(sets), 1) * SET_ROW + 18
    rows = max(len(part) + len(set(part["section"])) for part in (signalling, collagens))
    lower = max(rows, 3) * ROW + 14
    made = style.figure(style.TWO_COLUMNS, upper + lower, inputs.contrast, inputs.says)
    halves: Any = made.subfigures(2, 1, height_ratios=[upper, lower])
    above, below = halves
    if sets.empty:
        style.say(above.subplots(), "No PDGF gene set was tested.", 120)
    else:
        bars, words = above.subplots(1, 2, sharey=True, width_ratios=[1, 3])
        _bars(bars, sets, options)
        _words(words, sets)
        # Below the words: below the bars their axis has its label, and beside them it would push them aside.
        words.legend(*bars.get_legend_handles_labels(), loc="upper center", bbox_to_anchor=(0.5, 0), ncols=3)
    panels = below.subplots(1, 2, sharex=True)
    numbers = table[["ci_low", "ci_high", "log2_fold_change"]].abs().to_numpy(dtype=float)
    limit = np.nanmax(numbers) * 1.08 if np.isfinite(numbers).any() else 1.0
    for axes, part in zip(panels, (signalling, collagens), strict=True):
        _forest(axes, part, inputs.alpha, options)
        axes.set_xlim(-limit, limit)
        axes.set_ylim(-rows + 0.3, 0.7)
    return made


def _bars(axes: Axes, sets: pd.DataFrame, options: Figures) -> None:
    """A bar a set: its tested genes, and how many of them are up and down."""
    places = -np.arange(len(sets), dtype=float)
    size, up, down = (sets[name].astype(float).fillna(0).to_numpy() for name in ("size", "up", "down"))
    parts: tuple[tuple[np.ndarray, np.ndarray, dict[str, Any]], ...] = (
        (up, np.zeros_like(up), {"fc": options.up, "label": "up"}),
        (down, up, {"fc": options.down, "hatch": "////", "label": "down"}),
        (size - up - down, up + down, {"fc": "white", "label": "other tested genes"}),
    )
    for widths, left, look in parts:
        axes.barh(places, widths, 0.5, left, ec="white" if "hatch" in look else "black", lw=0.5, **look)
    axes.barh(places, size, 0.5, fc="none", ec="black", lw=0.5)
    names = [style.fit(style.plain(row["name"] or row["id"], 120), 195, style.SMALL) for _, row in sets.iterrows()]
    labels = [f"{name}\n{style.plain(identity, 40)}" for name, identity in zip(names, sets["id"], strict=True)]
    axes.set_yticks(places, labels)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(places[-1] - 0.6, 0.6)
    axes.set_xlim(0, max(size.max() * 1.02, 1))
    axes.set_xlabel("tested genes of the set")


def _words(axes: Axes, sets: pd.DataFrame) -> None:
    """The results of both methods beside the bars."""
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    columns = ((0.12, "up / down /\ntested"), (0.46, "over-representation\namong up genes"), (0.84, "preranked\nGSEA"))
    for at, title in columns:
        axes.text(at, 0.7, title, ha="center", va="bottom", fontsize=style.SMALL, fontweight="bold")
    for place, (_, row) in enumerate(sets.iterrows()):
        fold = f"{style.number(row['fold_enrichment'], 3)}-fold, p = {style.number(row['ora_p_value'])}"
        score = f"NES {row['nes']:+.2f}, p = {style.number(row['prerank_p_value'])}"
        cells = (
            " / ".join("–" if pd.isna(row[name]) else f"{row[name]:.0f}" for name in ("up", "down", "size")),
            fold if pd.notna(row["ora_p_value"]) else "not tested",
            score if pd.notna(row["nes"]) else "not tested",
        )
        for (at, _), cell in zip(columns, cells, strict=True):
            axes.text(at, -place, cell, ha="center", va="center", fontsize=style.SMALL)


def lines(axes: Axes, genes: pd.DataFrame) -> list[tuple[float, pd.Series]]:
    """Name a line of the axes for each gene, sections apart under headings; the height of each gene's line."""
    labels: list[str] = []
    heights: list[tuple[float, pd.Series]] = []
    headings = []
    for section, part in genes.groupby("section", sort=False):
        headings.append(len(labels))
        labels.append(SECTIONS[str(section)])
        for _, row in part.iterrows():
            heights.append((-float(len(labels)), row))
            labels.append(style.plain(row["id"], 24))
    axes.set_yticks(-np.arange(len(labels), dtype=float), labels)
    for heading in headings:
        axes.get_yticklabels()[heading].set_fontweight("bold")
    return heights


def _forest(axes: Axes, genes: pd.DataFrame, alpha: float, options: Figures) -> None:
    """A line a gene with its interval."""
    axes.axvline(0, color="black", lw=0.6, zorder=0)
    across = axes.get_yaxis_transform()
    for place, row in lines(axes, genes):
        words = f"q = {style.number(row['q_value'])}"
        if pd.isna(row["log2_fold_change"]) or pd.isna(row["ci_low"]):
            words = str(row["status"] or "not measured").replace("_", " ")
        else:
            called = row["q_value"] < alpha
            face = (options.up if row["log2_fold_change"] > 0 else options.down) if called else "white"
            marker = MARKERS[str(row["section"])]
            axes.plot([row["ci_low"], row["ci_high"]], [place, place], color="#333333", lw=0.9, zorder=1)
            axes.plot(row["log2_fold_change"], place, marker, ms=4.4, mew=0.8, mec="black", mfc=face, zorder=2)
            if pd.isna(row["q_value"]):
                words = f"p = {style.number(row['p_value'])}, {str(row['status']).replace('_', ' ')}"
        axes.text(1.02, place, words, transform=across, va="center", fontsize=style.SMALL)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(f"log2 fold change, with interval; filled: q < {alpha:g}")

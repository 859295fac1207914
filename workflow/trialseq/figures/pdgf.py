"""The PDGF panel: gene sets in numbers; receptors, ligands, markers and, apart, collagens with intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trialseq.config import Figures
from trialseq.enrichment.paragraph import BINDING, SIGNALLING
from trialseq.figures import ContrastInputs, style

SECTIONS = {"receptor": "receptors", "ligand": "ligands", "marker": "markers", "collagen": "collagens"}
MARKERS = {"receptor": "s", "ligand": "D", "marker": "^", "collagen": "o"}
ROW = 4.6
SET_ROW = 6.6
READ = (BINDING, f"{BINDING}-without-collagens", SIGNALLING)  # sets whose reading is written out, as in the paragraph


def figure(inputs: ContrastInputs, options: Figures) -> Figure:
    """Above, what the sets gave by each method and what it means; below, log2 fold changes with intervals."""
    table = inputs.pdgf
    if table.empty:
        return style.message(inputs.contrast, inputs.says, "The PDGF panel is empty.", style.TWO_COLUMNS)
    sets = table[table["section"] == "set"]
    collagens = table[table["section"] == "collagen"]
    signalling = table[~table["section"].isin(["set", "collagen"])]
    readings = _readings(sets)
    between = len(readings) * style.LINE * style.SMALL / 72 / style.MM + 5 if readings else 0.0
    upper = max(len(sets), 1) * SET_ROW + 18
    rows = max(len(part) + len(set(part["section"])) for part in (signalling, collagens))
    lower = max(rows, 3) * ROW + 14
    made = style.figure(style.TWO_COLUMNS, upper + between + lower, inputs.contrast, inputs.says)
    parts: Any = made.subfigures(3, 1, height_ratios=[upper, max(between, 0.1), lower])
    above, middle, below = parts
    middle.text(0.01, 0.5, "\n".join(readings), va="center", fontsize=style.SMALL, linespacing=style.LINE)
    if sets.empty:
        style.say(above.subplots(), "No PDGF gene set was tested.", 120)
    else:
        bars, words = above.subplots(1, 2, sharey=True, width_ratios=[1, 5])
        _bars(bars, sets, options)
        _words(words, sets, inputs.alpha)
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
    names = [style.fit(_name(row), 170, style.SMALL) for _, row in sets.iterrows()]
    labels = [f"{name}\n{style.plain(identity, 40)}" for name, identity in zip(names, sets["id"], strict=True)]
    axes.set_yticks(places, labels)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(places[-1] - 0.6, 0.6)
    axes.set_xlim(0, max(size.max() * 1.02, 1))
    axes.set_xlabel("tested genes of the set")


def _words(axes: Axes, sets: pd.DataFrame, alpha: float) -> None:
    """The results of every method beside the bars, bold where p is below alpha."""
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    columns: tuple[tuple[float, str, Any], ...] = (
        (0.045, "up / down /\ntested", lambda row: (_counts(row), np.nan)),
        (0.225, "over-repr.\namong up genes", lambda row: (_fold(row["fold_enrichment"]), row["ora_p_value"])),
        (0.42, "preranked\nGSEA", lambda row: (f"NES {row['nes']:+.2f}", row["prerank_p_value"])),
        (0.6, "CAMERA:\nagainst others", lambda row: (row["camera_direction"], row["camera_p_value"])),
        (0.775, "FRY: in one\ndirection", lambda row: (row["fry_direction"], row["fry_p_value"])),
        (0.945, "FRY: in\neither", lambda row: ("", row["fry_mixed_p_value"])),
    )
    for at, title, of in columns:
        axes.text(at, 0.7, title, ha="center", va="bottom", fontsize=style.SMALL, fontweight="bold")
        for place, (_, row) in enumerate(sets.iterrows()):
            said, p_value = of(row)
            words = said if at == columns[0][0] else "not tested"
            if pd.notna(p_value):
                words = f"{said}\np = {style.number(p_value)}".strip()
            weight = "bold" if p_value < alpha else "normal"
            axes.text(at, -place, words, ha="center", va="center", fontsize=style.SMALL, fontweight=weight)


def _counts(row: pd.Series) -> str:
    return " / ".join("–" if pd.isna(row[name]) else f"{row[name]:.0f}" for name in ("up", "down", "size"))


def _fold(fold: float) -> str:
    return "no gene is up" if pd.isna(fold) else f"{style.number(fold, 3)}-fold"


def _name(row: pd.Series) -> str:
    return style.plain(row["name"] or row["id"], 120).replace("platelet-derived growth factor", "PDGF")


def _readings(sets: pd.DataFrame) -> list[str]:
    """Lines that say what the methods mean together, for the sets that are read in the paragraph as well."""
    known = sets[sets["id"].isin(READ) & sets["reading"].fillna("").ne("")]
    points = style.TWO_COLUMNS * style.MM * 72 - 12
    said = [f"{_name(row)}: {row['reading']}." for _, row in known.iterrows()]
    return [line for each in said for line in style.wrap(style.plain(each, 500), points, style.SMALL)]


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

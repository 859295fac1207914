"""The strongest gene sets by preranked GSEA and by over-representation, and what every method says of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from trialseq.config import Figures
from trialseq.figures import ContrastInputs, style

PANELS = {
    "prerank": ("Preranked GSEA", "normalised enrichment score", "nes"),
    "ora": (
        "Over-representation",
        "fold enrichment (share of the list over share of the tested genes)",
        "fold_enrichment",
    ),
}
METHODS = {"prerank": "GSEA", "ora": "over-repr.", "camera": "CAMERA", "fry": "FRY"}
ROW = 3.7
WORST = 6.0  # -log10 q at which the colour is darkest
NAMES = 205.0  # points


def figure(inputs: ContrastInputs, options: Figures) -> Figure:
    """A panel a score: a row a set, the smallest p values of each direction; beside it a mark of every method.

    Size of a score's mark is the overlap, colour is q.
    """
    table = inputs.enrichment
    tops = {
        method: _top(table[table["method"] == method], column, options.top_sets)
        for method, (*_, column) in PANELS.items()
    }
    if not any(len(top) for top in tops.values()):
        return style.message(inputs.contrast, inputs.says, "No gene set was tested.", style.TWO_COLUMNS)
    rows = {method: max(len(top), 3) for method, top in tops.items()}
    made = style.figure(style.TWO_COLUMNS, sum(rows.values()) * ROW + 52, inputs.contrast, inputs.says)
    panels = made.subplots(
        len(PANELS), 2, gridspec_kw={"height_ratios": list(rows.values()), "width_ratios": [3.4, 1]}, squeeze=False
    )
    scale = max((float(top["overlap"].max()) for top in tops.values() if len(top)), default=1.0)
    for (axes, beside), (method, (name, unit, column)) in zip(panels, PANELS.items(), strict=True):
        axes.set_title(f"{name}\n{_tested(table[table['method'] == method], inputs.alpha)}")
        if tops[method].empty:
            style.say(axes, "No gene set in this panel.", 100)
            beside.set_axis_off()
            continue
        _panel(axes, tops[method], column, scale, inputs.alpha, several=len(set(table["collection"])) > 1)
        axes.set_xlabel(unit)
        _beside(beside, axes, tops[method], table, inputs.alpha)
    _legends(made, panels, scale, inputs.alpha)
    return made


def _top(table: pd.DataFrame, column: str, most: int) -> pd.DataFrame:
    """Sets of smallest p value of each direction, drawn in the order of their score; up first."""
    usable = table[table["direction"].isin(["up", "down"]) & table["p_value"].notna() & (table["overlap"] > 0)]
    parts = []
    for direction in ("up", "down"):
        part = usable[usable["direction"] == direction].assign(size_of=lambda frame: frame[column].abs())
        part = part.sort_values(["p_value", "size_of", "set_id"], ascending=[True, False, True], kind="stable")
        parts.append(part.head(most).sort_values(["size_of", "set_id"], ascending=[False, True], kind="stable"))
    return pd.concat(parts, ignore_index=True)


def _tested(table: pd.DataFrame, alpha: float) -> str:
    """How many sets were tested and called, by direction."""
    parts = []
    for direction in ("up", "down"):
        part = table[(table["direction"] == direction) & table["p_value"].notna()]
        parts.append(f"{(part['q_value'] < alpha).sum():,} of {len(part):,} {direction}")
    return f"q < {alpha:g}: {', '.join(parts)} of the tested sets"


def _panel(axes: Axes, top: pd.DataFrame, column: str, scale: float, alpha: float, *, several: bool) -> None:
    values = top[column].astype(float)
    heights = _heights(top)
    start = 0.0 if column == "nes" else 1.0
    axes.hlines(heights, start, values, color=style.LIGHT, lw=0.6, zorder=1)
    axes.axvline(start, color="black", lw=0.6, zorder=1)
    called = (top["q_value"] < alpha).to_numpy()
    colours = _colours().to_rgba(_strength(top["q_value"]))
    for direction, marker in (("up", "^"), ("down", "v")):
        for chosen, filled in ((called, True), (~called, False)):
            rows = np.flatnonzero(chosen & (top["direction"] == direction).to_numpy())
            axes.scatter(
                values.iloc[rows],
                heights[rows],
                s=_area(top["overlap"].to_numpy(dtype=float)[rows], scale),
                marker=marker,
                c=colours[rows] if filled else "white",
                ec="black",
                lw=0.5,
                zorder=2,
            )
    names = top["set_name"].where(top["set_name"] != "", top["set_id"])
    if several:
        names = names + " [" + top["collection"] + "]"
    axes.set_yticks(heights, [style.fit(style.plain(name, 90), NAMES, style.SMALL) for name in names])
    axes.set_ylim(heights.min() - 0.7, 0.7)
    axes.tick_params(axis="y", length=0)
    if column == "fold_enrichment":
        axes.set_xscale("log")
        axes.set_xlim(min(values.min(), 1) * 0.9, values.max() * 1.2)
        style.log_ticks(axes.xaxis)
    else:
        limit = values.abs().max() * 1.12
        axes.set_xlim(-limit if (values < 0).any() else -0.04 * limit, limit if (values > 0).any() else 0.04 * limit)


def _heights(top: pd.DataFrame) -> np.ndarray:
    return np.asarray(-np.arange(len(top), dtype=float) - (top["direction"] == "down").to_numpy())


def _beside(axes: Axes, rows: Axes, top: pd.DataFrame, table: pd.DataFrame, alpha: float) -> None:
    """Direction and q of the sets by every method; over-representation among the genes of the row's direction."""
    heights = _heights(top)
    directed = table[table["direction"].isin(["up", "down"]) & table["p_value"].notna()]
    found = [f"sets with q < {alpha:g}"]
    for place, (method, word) in enumerate(METHODS.items()):
        part = directed[directed["method"] == method]
        if method not in PANELS:
            calls = [int((part.loc[part["direction"] == side, "q_value"] < alpha).sum()) for side in ("up", "down")]
            found.append(f"{word}: {calls[0]:,} up, {calls[1]:,} down" if len(part) else f"{word}: none tested")
        keys = ["collection", "set_id", *(["direction"] if method == "ora" else [])]
        beside = top[keys].merge(part[list({*keys, "direction", "q_value"})], how="left", on=keys)
        for height, side, q_value in zip(heights, beside["direction"], beside["q_value"], strict=True):
            if pd.isna(q_value):
                axes.text(place, height, "–", ha="center", va="center", fontsize=style.SMALL)
                continue
            fill = _colours().to_rgba(_strength(pd.Series([q_value])))[0] if q_value < alpha else "white"
            axes.scatter([place], [height], s=18, marker="^" if side == "up" else "v", color=[fill], ec="black", lw=0.5)
    axes.set_xlim(-0.6, len(METHODS) - 0.4)
    axes.set_ylim(rows.get_ylim())
    axes.set_yticks([])
    axes.xaxis.tick_top()
    axes.set_xticks(range(len(METHODS)), list(METHODS.values()), rotation=60, ha="left", rotation_mode="anchor")
    axes.tick_params(axis="x", length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_xlabel("\n".join(found), fontsize=style.SMALL, loc="left")
    edge = (top["direction"] == "up").sum()
    for first, last, word in ((0, edge, "up"), (edge, len(top), "down")):
        if last > first:
            axes.text(
                1.005, heights[first:last].mean(), word, transform=axes.get_yaxis_transform(), rotation=270, va="center"
            )


def _strength(q_values: pd.Series) -> np.ndarray:
    return -np.log10(q_values.astype(float).clip(lower=10**-WORST).fillna(1).to_numpy())


def _colours() -> ScalarMappable:
    return ScalarMappable(Normalize(0, WORST), "cividis_r")


def _area(overlap: np.ndarray, scale: float) -> np.ndarray:
    return np.asarray(8 + 80 * overlap / scale)


def _legends(made: Figure, panels: np.ndarray, scale: float, alpha: float) -> None:
    bar = made.colorbar(
        _colours(),
        ax=list(panels.ravel()),
        location="bottom",
        shrink=0.3,
        aspect=22,
        label="−log10 q",
        extend="max",
        pad=0.02,
    )
    bar.outline.set_linewidth(0.5)
    sizes = sorted({max(1, round(scale * part)) for part in (0.1, 0.4, 1)})
    entries = [
        Line2D(
            [],
            [],
            ls="",
            marker="^",
            mfc="white",
            mec="black",
            mew=0.5,
            ms=float(_area(np.array(size), scale)) ** 0.5,
            label=f"{size} gene{'s' if size > 1 else ''}",
        )
        for size in sizes
    ]
    hollow = Line2D(
        [], [], ls="", marker="^", mfc="white", mec="black", mew=0.5, ms=5, label=f"hollow: q not below {alpha:g}"
    )
    made.legend(handles=[*entries, hollow], loc="outside lower center", ncols=len(entries) + 1, handletextpad=0.4)

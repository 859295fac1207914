"""Distances between samples, clustered."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from scipy.cluster.hierarchy import dendrogram, linkage, optimal_leaf_ordering
from scipy.spatial.distance import squareform

from trialseq.config import Figures
from trialseq.figures import StudyInputs, sheet, style


def figure(inputs: StudyInputs, _: Figures) -> Figure:
    """Euclidean distances as a heat map in the order of average linkage, with the tree and strips of roles."""
    table = inputs.distances
    count = len(inputs.data.obs_names)
    subtitle = f"Euclidean distances of {count} samples on variance-stabilised counts, clustered by average linkage"
    if len(table) < 2:
        return style.message(inputs.title, subtitle, "Fewer than three samples: there is nothing to cluster.")
    names = list(dict.fromkeys([*table["sample_1"], *table["sample_2"]]))
    square = pd.DataFrame(0.0, index=names, columns=names).to_numpy()
    place = {name: index for index, name in enumerate(names)}
    rows, columns = table["sample_1"].map(place), table["sample_2"].map(place)
    square[rows, columns] = square[columns, rows] = table["distance"]
    compact = squareform(square, checks=False)
    tree = dendrogram(optimal_leaf_ordering(linkage(compact, "average"), compact), no_plot=True)
    order = tree["leaves"]
    who = sheet.Sheet.of(inputs.data, inputs.roles, inputs.levels)

    step = min(4.0, (style.PAGE - 50) / len(names))
    height = max(len(names) * step, 40)
    made = style.figure(style.TWO_COLUMNS, height + 30, inputs.title, subtitle)
    strips = len(who.levels)
    grid = made.subplots(
        2,
        2,
        gridspec_kw={"width_ratios": [max(2.6 * strips, 0.1), 120], "height_ratios": [14, height]},
    )
    corner = grid[0, 0]
    corner.set_axis_off()
    corner.set_xlim(-0.5, max(strips, 1) - 0.5)
    for column, role in enumerate(who.levels):
        corner.text(column, 0, role, rotation=90, ha="center", va="bottom", fontsize=style.SMALL)
    _tree(grid[0, 1], tree)
    axes = grid[1, 1]
    shown = square[np.ix_(order, order)]
    image = axes.imshow(shown, cmap="cividis", aspect="auto", interpolation="nearest", rasterized=True)
    labels = style.thinned([who.label(names[index]) for index in order], step)
    axes.set_xticks([])
    axes.yaxis.tick_right()
    axes.set_yticks(range(len(labels)), labels, fontsize=style.TINY)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    _strips(grid[1, 0], who, [names[index] for index in order])
    unit = "Euclidean distance (log2 scale)"
    made.colorbar(image, ax=grid, location="bottom", label=unit, shrink=0.3, aspect=25, pad=0.01)
    if handles := legend(who):
        made.legend(handles=handles, loc="outside lower center", ncols=min(6, len(handles)), handlelength=1.2)
    return made


def _tree(axes: Axes, tree: dict[str, list[list[float]]]) -> None:
    lines = [np.column_stack(points) for points in zip(tree["icoord"], tree["dcoord"], strict=True)]
    axes.add_collection(LineCollection(lines, colors="#333333", linewidths=0.5))
    axes.set_xlim(0, 10 * len(tree["leaves"]))
    axes.set_ylim(0, max(max(heights) for heights in tree["dcoord"]) * 1.02 or 1)
    axes.set_axis_off()


def _strips(axes: Axes, who: sheet.Sheet, order: list[str]) -> None:
    """A column of coloured and hatched cells for each role."""
    for column, role in enumerate(who.levels):
        for row, code in enumerate(who.code(role)[order]):
            axes.barh(row, 0.9, 1.0, column - 0.45, lw=0, **look(column, code))
    axes.set_xlim(-0.5, max(len(who.levels), 1) - 0.5)
    axes.set_ylim(len(order) - 0.5, -0.5)
    axes.set_yticks([])
    axes.set_xticks([])
    axes.spines[:].set_visible(bool(who.levels))


def look(role: int, code: int) -> dict[str, Any]:
    """Colour and hatch of a level of the role in this place: each role has colours of its own."""
    shades = (("#FFFFFF", "#0072B2"), ("#FFFFFF", "#E69F00"), ("#FFFFFF", "#009E73"))[role % 3]
    face = shades[code] if code < len(shades) else style.colour(code)
    return {"facecolor": face, "edgecolor": style.GREY, "hatch": style.HATCHES[max(code - 1, 0) % len(style.HATCHES)]}


def legend(who: sheet.Sheet) -> list[Patch]:
    """One entry a level of each role."""
    return [
        Patch(label=f"{role}: {style.plain(level, 20)}", lw=0.5, **look(column, code))
        for column, (role, levels) in enumerate(who.levels.items())
        for code, level in enumerate(levels)
    ]

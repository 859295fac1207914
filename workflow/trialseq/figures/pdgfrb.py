"""PDGFRB in every subject, visit by visit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from trialseq.config import Figures
from trialseq.figures import StudyInputs, sheet, style

GENE = "PDGFRB"


def figure(inputs: StudyInputs, _: Figures) -> Figure:
    """A panel a state; in it, a group an arm, a place a visit, a line a subject, a bar the median."""
    subtitle = f"{GENE} in each subject; the bar is the median of a group"
    places = np.flatnonzero(inputs.data.var["gene_name"].astype(str).to_numpy() == GENE)
    if not len(places):
        return style.message(inputs.title, subtitle, f"{GENE} is not among the genes of this study.")
    counts = inputs.data.layers["normalized"][:, places]
    chosen = int(np.argmax(counts.mean(axis=0)))
    values = pd.Series(np.log2(counts[:, chosen] + 1), index=inputs.data.obs_names)
    if len(places) > 1:
        identity = inputs.data.var_names[places[chosen]]
        subtitle += f"; of {len(places)} genes of that name, {style.plain(identity, 30)}, which has the most counts"

    who = sheet.Sheet.of(inputs.data, inputs.roles, inputs.levels)
    states = who.levels.get("state", [""])
    arms, visits = who.levels.get("arm", [""]), who.levels.get("visit", [""])
    each = 8 + 11 * len(arms) * len(visits)
    wide = each * len(states) + 15 > style.ONE_COLUMN
    made = style.figure(style.TWO_COLUMNS if wide else style.ONE_COLUMN, 65, inputs.title, subtitle)
    panels = made.subplots(1, len(states), sharey=True, squeeze=False)[0]
    for number, (axes, state) in enumerate(zip(panels, states, strict=True)):
        part = who.only(who.frame.index[who.code("state") == number]) if state else who
        _panel(axes, part, values, arms, visits)
        axes.set_title(style.plain(state, 40))
    panels[0].set_ylabel(f"{GENE}, log2 (normalised count + 1)")
    if "arm" in who.levels:
        handles = [Line2D([], [], label=style.plain(name, 30), **_look(arm)) for arm, name in enumerate(arms)]
        made.legend(handles=handles, loc="outside lower center", ncols=min(4, len(handles)), handlelength=3)
    return made


def _panel(axes: Axes, who: sheet.Sheet, values: pd.Series, arms: list[str], visits: list[str]) -> None:
    places = {
        (arm, visit): number * (len(visits) + 0.3) + step
        for number, arm in enumerate(arms)
        for step, visit in enumerate(visits)
    }
    cells = pd.Series(list(zip(who.frame["arm"], who.frame["visit"], strict=True)), index=who.frame.index)
    place = cells.map(places)
    for part in who.subjects():
        # Two biopsies of one visit have no order: they are not joined.
        if part["visit"].is_unique:
            look = _look(arms.index(part["arm"].iloc[0])) | {"marker": ""}
            axes.plot(place[part.index], values[part.index], lw=0.6, alpha=0.7, zorder=1, **look)
    labels = []
    for cell, at in places.items():
        names = cells.index[cells == cell]
        axes.plot(place[names], values[names], **(_look(arms.index(cell[0])) | {"ls": "", "zorder": 2}))
        if len(names):
            axes.hlines(values[names].median(), at - 0.28, at + 0.28, color="black", lw=1.8, zorder=3)
        labels.append(f"{style.plain(cell[1] or cell[0] or 'all samples', 14)}\n(n = {len(names)})")
    axes.set_xticks(list(places.values()), labels)
    axes.set_xlim(-0.5, max(places.values()) + 0.5)


def _look(arm: int) -> dict[str, Any]:
    """Colour, dashes and marker of an arm."""
    colour = style.colour(arm)
    return {
        "color": colour,
        "ls": style.DASHES[arm % len(style.DASHES)],
        "marker": style.MARKERS[arm % len(style.MARKERS)],
        "ms": 3,
        "mew": 0.6,
        "mec": colour,
        "mfc": "white",
    }

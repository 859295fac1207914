"""Quality of the samples: library size, detected genes, shares of the top and of mitochondrial genes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from trialseq.config import Figures
from trialseq.figures import StudyInputs, sheet, style

PANELS = (
    ("total_counts", "library size\n(million counts)", 1e-6),
    ("detected_genes", "detected genes\n(thousand)", 1e-3),
    ("top_50_share", "counts in the\n50 top genes (%)", 100),
    ("mitochondrial_share", "mitochondrial\ncounts (%)", 100),
)


def figure(inputs: StudyInputs, _: Figures) -> Figure:
    """A dot a sample in each of four panels; samples by arm, subject, visit and state."""
    who = sheet.Sheet.of(inputs.data, inputs.roles, inputs.levels)
    names = who.order("arm", "subject", "visit", "state").index
    step = min(2.9, (style.PAGE - 45) / len(names))
    subtitle = f"Quality of {len(names)} samples; the vertical line is the median"
    entries = sheet.legend_entries(who)
    rows = -(-len(entries) // 4)
    made = style.figure(style.TWO_COLUMNS, max(len(names) * step, 20) + 14 + 4 * rows, inputs.title, subtitle)
    panels = made.subplots(1, len(PANELS), sharey=True)
    heights = pd.Series(-np.arange(len(names), dtype=float), index=names)
    for axes, (column, title, factor) in zip(panels, PANELS, strict=True):
        values = inputs.data.obs.loc[names, column].astype(float) * factor
        axes.set_xlabel(title)
        if values.isna().all():
            style.say(axes, "no gene symbol starts with MT-", 30)
            continue
        axes.hlines(heights, 0, values, color=style.LIGHT, lw=0.6)
        axes.axvline(values.median(), color=style.GREY, lw=0.6)
        sheet.points(axes, values, heights, who, 2.6)
        axes.set_xlim(0, values.max() * 1.06 or 1)
    labels = style.thinned([who.label(name) for name in names], step)
    panels[0].set_yticks(heights if labels else [], labels, fontsize=style.TINY)
    panels[0].set_ylim(-len(names) + 0.3, 0.7)
    if not labels:
        panels[0].set_ylabel("samples by arm, subject, visit and state")
    for axes in panels:
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
    if entries:
        made.legend(handles=entries, loc="outside lower center", ncols=4, handletextpad=0.2, columnspacing=1.2)
    return made

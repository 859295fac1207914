"""Distribution of the p values."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from trialseq.config import Figures
from trialseq.figures import ContrastInputs, style

BINS = 40
WITHOUT = {"outlier": "outliers", "low_count": "low counts", "all_zero": "no counts"}


def figure(inputs: ContrastInputs, _: Figures) -> Figure:
    """A histogram of p values by status, with the level of equal heights."""
    status = inputs.genes["status"].value_counts()
    left_out = [f"{style.count(status[name])} {said}" for name, said in WITHOUT.items() if name in status]
    subtitle = f"{inputs.says} Tested for {inputs.asks}. Without a p value: {', '.join(left_out) or 'none'}."
    genes = inputs.genes[inputs.genes["p_value"].notna()]
    if genes.empty:
        return style.message(inputs.contrast, subtitle, "No gene was tested.")
    made = style.figure(style.ONE_COLUMN, 60, inputs.contrast, subtitle)
    axes = made.subplots()
    edges = np.linspace(0, 1, BINS + 1)
    bottom = np.zeros(BINS)
    looks = {"tested": ("#0072B2", "", "with a q value"), "filtered": ("#F0C98A", "////", "filtered by their mean")}
    for kind, (face, hatch, said) in looks.items():
        values = genes.loc[genes["status"] == kind, "p_value"]
        if values.empty:
            continue
        heights = np.histogram(values, edges)[0]
        axes.bar(
            edges[:-1],
            heights,
            1 / BINS,
            bottom,
            align="edge",
            color=face,
            hatch=hatch,
            ec="white" if not hatch else "#7A5A1E",
            lw=0.3,
            label=f"{said} ({len(values):,})",
        )
        bottom += heights
    axes.axhline(len(genes) / BINS, color="black", lw=1, ls=(0, (4, 2)), label="level of equal heights")
    axes.set_xlim(0, 1)
    axes.set_xlabel("p value")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_ylabel(f"genes in each {1 / BINS:g}")
    made.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return made

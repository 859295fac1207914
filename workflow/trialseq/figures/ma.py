"""Fold change against mean."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from trialseq.config import Figures
from trialseq.figures import ContrastInputs, clouds, style


def figure(inputs: ContrastInputs, options: Figures) -> Figure:
    """A point a gene with a fold change: mean of normalised counts (logarithmic) against log2 fold change."""
    genes = inputs.genes[inputs.genes["log2_fold_change"].notna() & (inputs.genes["base_mean"] > 0)]
    if genes.empty:
        return style.message(inputs.contrast, inputs.says, "No gene was tested.", style.TWO_COLUMNS)
    made = style.figure(style.TWO_COLUMNS, 92, inputs.contrast, clouds.subtitle(inputs))
    axes = made.subplots()
    axes.set_xscale("log")
    names = clouds.chosen_names(inputs, options)
    limit = clouds.inside(genes["log2_fold_change"], genes["gene_name"].isin(names))
    heights = genes["log2_fold_change"].clip(-limit, limit)
    axes.axhline(0, color="black", lw=0.6, zorder=0)
    clouds.cloud(axes, genes["base_mean"], heights, genes, inputs.alpha, options)
    axes.set_ylim(-limit * 1.03, limit * 1.03)
    axes.set_xlabel("mean of normalised counts")
    beyond = int((genes["log2_fold_change"].abs() > limit).sum())
    aside = f"\n({beyond} drawn at the edges are beyond)" if beyond else ""
    axes.set_ylabel(f"log2 fold change{aside}")
    style.log_ticks(axes.xaxis)
    spread = np.log10(genes["base_mean"].max() / genes["base_mean"].min())
    axes.margins(x=0.02 if spread > 0 else 0.5)
    made.legend(
        *axes.get_legend_handles_labels(), loc="outside lower center", ncols=3, markerscale=2, handletextpad=0.2
    )
    style.settle(made)
    clouds.label(axes, genes["base_mean"], heights, genes, names)
    return made

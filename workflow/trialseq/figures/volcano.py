"""Significance against fold change."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from trialseq.config import Figures
from trialseq.figures import ContrastInputs, clouds, style


def figure(inputs: ContrastInputs, options: Figures) -> Figure:
    """A point a gene with a p value: log2 fold change against -log10 p; q shows as colour and marker."""
    genes = inputs.genes[inputs.genes["p_value"].notna() & inputs.genes["log2_fold_change"].notna()]
    if genes.empty:
        return style.message(inputs.contrast, inputs.says, "No gene was tested.", style.TWO_COLUMNS)
    made = style.figure(style.TWO_COLUMNS, 105, inputs.contrast, clouds.subtitle(inputs))
    axes = made.subplots()
    names = clouds.chosen_names(inputs, options)
    wanted = genes["gene_name"].isin(names)
    limit = clouds.inside(genes["log2_fold_change"], wanted | (genes["q_value"] < inputs.alpha))
    shown = genes["log2_fold_change"].clip(-limit, limit)
    with np.errstate(divide="ignore"):
        heights = -np.log10(genes["p_value"])
    finite = heights[np.isfinite(heights)]
    zero = int(np.isinf(heights).sum())
    heights = heights.clip(upper=finite.max() * 1.05 if len(finite) else 1.0)
    axes.axvline(0, color="black", lw=0.6, zorder=0)
    clouds.cloud(axes, shown, heights, genes, inputs.alpha, options)
    axes.set_xlim(-limit * 1.03, limit * 1.03)
    axes.set_ylim(bottom=-0.02 * heights.max(), top=max(heights.max() * 1.08, 1))
    axes.set_xlabel("log2 fold change")
    axes.set_ylabel("−log10 p" + (f"\n({zero} drawn at the top have p = 0)" if zero else ""))
    made.legend(
        *axes.get_legend_handles_labels(), loc="outside lower center", ncols=3, markerscale=2, handletextpad=0.2
    )
    style.settle(made)
    clouds.label(axes, shown, heights, genes, names)
    return made

"""The first two principal components, with each subject's biopsies joined."""

from __future__ import annotations

from matplotlib.figure import Figure

from trialseq.config import Figures
from trialseq.figures import StudyInputs, sheet, style


def figure(inputs: StudyInputs, _: Figures) -> Figure:
    """A point a sample: colour and filling by visit, marker by arm and state, thin lines within a subject."""
    obs, ratios = inputs.data.obs, inputs.data.uns["pca"]["variance_ratio"]
    genes = int(inputs.data.var["in_pca"].sum())
    subtitle = f"Principal components of the {genes:,} most variable genes, variance-stabilised; {len(obs)} samples"
    if "PC2" not in obs:
        return style.message(inputs.title, subtitle, "Fewer than three samples: there are no two components to draw.")
    who = sheet.Sheet.of(inputs.data, inputs.roles, inputs.levels)
    made = style.figure(style.TWO_COLUMNS, 100, inputs.title, subtitle)
    axes = made.subplots()
    groups = who.subjects()
    for part in groups:
        axes.plot(obs.loc[part.index, "PC1"], obs.loc[part.index, "PC2"], color=style.LIGHT, lw=0.6, zorder=1)
    axes.axhline(0, color=style.LIGHT, lw=0.5, zorder=0)
    axes.axvline(0, color=style.LIGHT, lw=0.5, zorder=0)
    sheet.points(axes, obs["PC1"], obs["PC2"], who, 4.2)
    axes.set_xlabel(f"PC1 ({ratios[0]:.1%} of the variance)")
    axes.set_ylabel(f"PC2 ({ratios[1]:.1%} of the variance)")
    axes.margins(0.06)
    if entries := sheet.legend_entries(who):
        title = ", ".join(who.levels) + ("\n(lines join a subject)" if groups else "")
        axes.legend(handles=entries, loc="upper left", bbox_to_anchor=(1.01, 1), title=title, alignment="left")
    return made

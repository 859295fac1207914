"""The genes of smallest p value in every sample of a contrast."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trialseq.config import Figures
from trialseq.figures import ContrastInputs, sheet, style

LIMIT = 2.5  # standard deviations
LETTER = 1.1  # mm, of a label below the columns


def figure(inputs: ContrastInputs, options: Figures) -> Figure:
    """Genes in rows, those that rise first; samples in columns by arm, state and visit, subjects in order."""
    genes = inputs.genes[inputs.genes["p_value"].notna() & inputs.genes["gene_id"].isin(inputs.data.var_names)]
    who = sheet.Sheet.of(inputs.data, inputs.roles, inputs.levels).only(inputs.samples)
    if genes.empty or who.frame.empty:
        return style.message(inputs.contrast, inputs.says, "No gene was tested.", style.TWO_COLUMNS)
    top = genes.sort_values(["p_value", "gene_id"], kind="stable").head(options.top_genes)
    top = top.assign(rises=top["log2_fold_change"] > 0)
    top = top.sort_values(["rises", "statistic", "gene_id"], ascending=[False, False, True], kind="stable")
    names = who.order("arm", "state", "visit", "subject").index
    chosen = inputs.data[names, top["gene_id"]].layers["vst"].T
    spread = chosen.std(axis=1, keepdims=True)
    scores = np.divide(chosen - chosen.mean(axis=1, keepdims=True), spread, out=np.zeros_like(chosen), where=spread > 0)

    step = 3.0
    which = "The gene" if len(top) == 1 else f"The {len(top)} genes"
    called = int((top["q_value"] < inputs.alpha).sum())
    subtitle = f"{inputs.says} {which} of smallest p value ({called} with q < {inputs.alpha:g}, in bold)."
    labels = _labels(who, names)
    around = 24 + LETTER * max(map(len, labels), default=0) + 3 * len(who.levels)
    made = style.figure(style.TWO_COLUMNS, len(top) * step + around, inputs.contrast, subtitle)
    axes = made.subplots()
    image = axes.imshow(
        scores, cmap="cividis", vmin=-LIMIT, vmax=LIMIT, aspect="auto", interpolation="nearest", rasterized=True
    )
    _genes(axes, top, inputs.alpha)
    _samples(axes, who, names, labels)
    made.colorbar(
        image,
        ax=axes,
        location="bottom",
        label="variance-stabilised count, standard deviations from the gene's mean",
        shrink=0.4,
        aspect=30,
        pad=0.02,
        extend="both",
    )
    return made


def _genes(axes: Axes, top: pd.DataFrame, alpha: float) -> None:
    labels = top["gene_name"].where(top["gene_name"] != "", top["gene_id"])
    axes.yaxis.tick_right()
    axes.set_yticks(range(len(top)), [style.plain(name, 22) for name in labels], fontsize=style.SMALL)
    for tick, q_value in zip(axes.get_yticklabels(), top["q_value"], strict=True):
        tick.set_fontweight("bold" if q_value < alpha else "normal")
    rising = int(top["rises"].sum())
    for first, last, word in ((0, rising, "up"), (rising, len(top), "down")):
        if last > first:
            middle = 1 - (first + last) / 2 / len(top)
            axes.text(-0.008, middle, word, rotation=90, ha="right", va="center", transform=axes.transAxes)
    if 0 < rising < len(top):
        axes.axhline(rising - 0.5, color="white", lw=1.5)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _samples(axes: Axes, who: sheet.Sheet, names: pd.Index, labels: list[str]) -> None:
    """Groups above the columns, with lines between them; subjects below, where they can be read."""
    roles = [role for role in ("arm", "state", "visit") if role in who.levels]
    cells = who.frame.loc[names, roles].agg("\n".join, axis=1) if roles else pd.Series("all samples", index=names)
    starts = [index for index, name in enumerate(cells) if index == 0 or name != cells.iloc[index - 1]]
    for first, last in zip(starts, [*starts[1:], len(names)], strict=True):
        label = "\n".join(style.plain(line, 16) for line in cells.iloc[first].split("\n"))
        place = ((first + last) / 2) / len(names)
        axes.text(place, 1.01, label, ha="center", va="bottom", transform=axes.transAxes, fontsize=style.SMALL)
        if first:
            axes.axvline(first - 0.5, color="white", lw=1.5)
    axes.set_xticks(range(len(labels)), labels, rotation=90, fontsize=style.TINY)
    named = (who.frame.loc[names, "subject"] != "").all()
    axes.set_xlabel("subjects, in the same order in each group" if named else "samples")


def _labels(who: sheet.Sheet, names: pd.Index) -> list[str]:
    """Subjects, or samples without one, where the columns are wide enough to read them."""
    subjects = who.frame.loc[names, "subject"]
    return style.thinned([style.plain(subject or name, 20) for name, subject in subjects.items()], 130 / len(names))

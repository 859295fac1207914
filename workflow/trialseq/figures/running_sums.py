"""Running sums of preranked GSEA for the PDGF sets."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trialseq.config import Figures
from trialseq.figures import ContrastInputs, style

COLUMNS = 2


def figure(inputs: ContrastInputs, _: Figures) -> Figure:
    """A panel a set: the running sum along the ranked genes, and a tick for each gene of the set."""
    running = inputs.running
    if running.empty:
        sentence = "No PDGF gene set was tested by preranked GSEA."
        return style.message(inputs.contrast, inputs.says, sentence, style.TWO_COLUMNS)
    parts = [part.sort_values("rank") for _, part in running.groupby("set_id", sort=False)]
    lines = -(-len(parts) // COLUMNS)
    made = style.figure(style.TWO_COLUMNS, 50 * lines, inputs.contrast, inputs.says)
    panels = made.subplots(lines, COLUMNS, squeeze=False).ravel()
    results = inputs.pdgf[inputs.pdgf["section"] == "set"]
    for axes, part in zip(panels, parts, strict=False):
        identity = str(part["set_id"].iloc[0])
        _panel(axes, part, results[results["id"] == identity])
    for axes in panels[len(parts) :]:
        axes.set_axis_off()
    made.supxlabel("rank of the gene by its statistic (1: rises most)", fontsize=style.TEXT)
    made.supylabel("running sum", fontsize=style.TEXT)
    return made


def _panel(axes: Axes, part: pd.DataFrame, results: pd.DataFrame) -> None:
    hits = part["in_set"].astype(bool).to_numpy()
    # Between two genes of the set the sum falls on a straight line: its ends are enough.
    corners = hits | np.roll(hits, -1) | np.roll(hits, 1)
    corners[[0, -1]] = True
    kept = part[corners]
    axes.axhline(0, color="black", lw=0.6, zorder=0)
    axes.plot(kept["rank"], kept["running_score"], color="#0072B2", lw=1.2)
    peak = part.loc[part["running_score"].abs().idxmax()]
    axes.plot(peak["rank"], peak["running_score"], "o", ms=3.5, mew=0.8, mec="black", mfc="white", zorder=3)
    low, high = min(0.0, float(part["running_score"].min())), max(0.0, float(part["running_score"].max()))
    band = 0.14 * (high - low or 1)
    axes.vlines(part.loc[hits, "rank"], low - band, low - 0.3 * band, color="black", lw=0.6)
    axes.set_ylim(low - 1.2 * band, high + 0.08 * (high - low or 1))
    axes.set_xlim(part["rank"].min(), part["rank"].max())
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    name = style.fit(style.plain(part["set_name"].iloc[0] or part["set_id"].iloc[0], 90), 225, style.TEXT)
    said = f"{part['set_id'].iloc[0]}, {hits.sum()} genes"
    for _, result in results[results["nes"].notna()].iterrows():
        said += f", NES {result['nes']:+.2f}, p = {style.number(result['prerank_p_value'])}"
    axes.set_title(f"{name}\n{style.plain(said, 70)}")

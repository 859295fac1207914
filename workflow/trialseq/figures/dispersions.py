"""Dispersions of a fit, with their trend."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from trialseq.config import Figures
from trialseq.figures import ModelInputs, style

LEAST = 1e-6  # a gene below it has no more variance than counting gives


def figure(inputs: ModelInputs, _: Figures) -> Figure:
    """Dispersion against mean, both logarithmic: of each gene by itself, after shrinkage to the trend, the trend."""
    title = f"Model {inputs.model}"
    table = inputs.dispersions[inputs.dispersions["base_mean"] > 0]
    subtitle = f"Dispersion of {len(table):,} genes; shrunken dispersions are those of the tests"
    if not (table["final"] > 0).any():
        return style.message(title, subtitle, "No gene was fitted.")
    made = style.figure(style.ONE_COLUMN, 78, title, subtitle)
    axes = made.subplots()
    axes.set_xscale("log")
    axes.set_yscale("log")
    shown = table.loc[table["genewise"] > LEAST, "genewise"]
    floor = 10 ** np.floor(np.log10(shown.quantile(0.002))) if len(shown) else LEAST
    low = table[table["genewise"] < floor]
    rest = table[table["genewise"] >= floor]
    common: dict[str, Any] = {"ls": "", "rasterized": True}
    axes.plot(
        rest["base_mean"],
        rest["genewise"],
        marker="o",
        ms=1.6,
        mew=0,
        color="#B5B5B5",
        label=f"gene by itself ({len(rest):,})",
        **common,
    )
    if len(low):
        label = f"by itself below the axis ({len(low):,})"
        heights = np.full(len(low), floor)
        axes.plot(low["base_mean"], heights, marker="v", ms=2.2, mew=0, color="#B5B5B5", label=label, **common)
    axes.plot(
        table["base_mean"],
        table["final"].clip(lower=floor),
        marker="o",
        ms=1.0,
        mew=0,
        color="#0072B2",
        label="shrunken to the trend",
        **common,
    )
    failed = table[~table["converged"].astype(bool)]
    if len(failed):
        label = f"fit did not converge ({len(failed):,})"
        axes.plot(
            failed["base_mean"],
            failed["final"].clip(lower=floor),
            ls="",
            marker="x",
            ms=3.5,
            color="black",
            label=label,
        )
    trend = table.dropna(subset=["trend"]).sort_values("base_mean")
    kind = "flat trend: the parametric one failed" if inputs.notes.get("trend_fell_back") else "trend"
    axes.plot(trend["base_mean"], trend["trend"], color="white", lw=2.6)
    axes.plot(trend["base_mean"], trend["trend"], color="#D55E00", lw=1.3, ls=(0, (5, 1)), label=kind)
    axes.set_ylim(floor * 0.8)
    axes.set_xlabel("mean of normalised counts")
    axes.set_ylabel("dispersion")
    style.log_ticks(axes.xaxis)
    style.log_ticks(axes.yaxis)
    made.legend(
        *axes.get_legend_handles_labels(), loc="outside lower center", ncols=2, markerscale=2, handletextpad=0.4
    )
    return made

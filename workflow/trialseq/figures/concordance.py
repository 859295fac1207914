"""Other engines against the default one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trialseq.config import Figures
from trialseq.figures import ConcordanceInputs, style

NAMES = {"pydeseq2": "PyDESeq2", "edger": "edgeR", "limma": "limma-voom", "stock": "stock PyDESeq2"}
HEIGHT = 64.0  # mm a row
SMALLEST = 1e-300  # p values are drawn down to
# Differ in shape, filling and lightness, so that they can be told apart in grey.
LOOKS: dict[str, dict[str, Any]] = {
    "neither": {"marker": "o", "ms": 1.2, "mew": 0, "color": "#CFCFCF"},
    "both": {"marker": "o", "ms": 1.9, "mew": 0, "color": "#4D4D4D"},
    "first": {"marker": "^", "ms": 3.0, "mew": 0.5, "mec": "black", "mfc": "white"},
    "second": {"marker": "x", "ms": 2.4, "mew": 0.7, "mec": "#D55E00"},
}


def figure(inputs: ConcordanceInputs, _: Figures) -> Figure:
    """A row an engine: log2 fold changes on the left, signed -log10 p on the right; disagreements are marked."""
    (default, one), *others = inputs.results.items()
    one = one.set_index("gene_id")
    made = style.figure(style.TWO_COLUMNS, HEIGHT * len(others), inputs.contrast, inputs.says)
    panels = made.subplots(len(others), 2, squeeze=False)
    for (engine, genes), row in zip(others, panels, strict=True):
        two = genes.set_index("gene_id").reindex(one.index)
        tested = one["p_value"].notna() & two["p_value"].notna()
        if not tested.any():
            for axes in row:
                style.say(axes, f"No gene was tested by both {NAMES[default]} and {NAMES[engine]}.", 80)
            continue
        classes = _classes(one, two, inputs.alpha)[tested]
        for axes, name in zip(row, ("log2 fold change", "signed −log10 p"), strict=True):
            x, y = (_values(each[tested], name) for each in (one, two))
            _scatter(axes, x, y, classes)
            axes.set_xlabel(f"{name}, {NAMES[default]}")
            axes.set_ylabel(f"{name}, {NAMES[engine]}")
        _describe(row, inputs.concordance, engine)
        _legend(row[1], classes, NAMES[default], NAMES[engine])
    return made


def _classes(one: pd.DataFrame, two: pd.DataFrame, alpha: float) -> pd.Series:
    first, second = one["q_value"] < alpha, two["q_value"] < alpha
    names = np.select([first & second, first, second], ["both", "first", "second"], "neither")
    return pd.Series(names, index=one.index)


def _values(genes: pd.DataFrame, name: str) -> pd.Series:
    if name == "log2 fold change":
        return genes["log2_fold_change"]
    sizes = -np.log10(genes["p_value"].clip(lower=SMALLEST).to_numpy())
    return pd.Series(np.copysign(sizes, genes["log2_fold_change"]), index=genes.index)


def _scatter(axes: Axes, x: pd.Series, y: pd.Series, classes: pd.Series) -> None:
    marked = classes != "neither"
    sizes = pd.concat([x, y]).abs()
    kept = pd.concat([x[marked], y[marked]]).abs()
    limit = 1.08 * max(float(sizes.quantile(0.999)), float(kept.quantile(0.99)) if len(kept) else 0.0, 0.5)
    axes.axline((0, 0), slope=1, color="black", lw=0.5, zorder=0)
    for kind, look in LOOKS.items():
        chosen = classes == kind
        axes.plot(x[chosen].clip(-limit, limit), y[chosen].clip(-limit, limit), ls="", rasterized=True, **look)
    axes.set(xlim=(-limit * 1.03, limit * 1.03), ylim=(-limit * 1.03, limit * 1.03), box_aspect=1)
    axes.locator_params(nbins=5)


def _describe(row: np.ndarray, concordance: pd.DataFrame, engine: str) -> None:
    pair = concordance[(concordance["engine_2"] == engine)].iloc[0]
    row[0].set_title(
        f"correlation {style.number(pair['fold_change_correlation'], 3)}, {style.count(pair['genes'])} genes"
    )
    row[1].set_title(
        f"rank correlation {style.number(pair['statistic_rank_correlation'], 3)}, "
        f"Jaccard {style.number(pair['jaccard'])}"
    )


def _legend(axes: Axes, classes: pd.Series, default: str, engine: str) -> None:
    said = {
        "both": "called by both",
        "first": f"by {default} alone",
        "second": f"by {engine} alone",
        "neither": "by neither",
    }
    handles = [
        axes.plot([], [], ls="", **{**LOOKS[kind], "ms": 4}, label=f"{words} ({(classes == kind).sum():,})")[0]
        for kind, words in said.items()
    ]
    axes.legend(handles=handles, loc="center left", bbox_to_anchor=(1.0, 0.5), handletextpad=0.2)

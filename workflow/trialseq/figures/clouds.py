"""Clouds of genes: what MA and volcano plots share."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from adjustText import adjust_text
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.text import Text

from trialseq.config import Figures
from trialseq.figures import ContrastInputs, style

GENE_SECTIONS = ("receptor", "ligand", "marker", "collagen")
ROUNDS = 100
# Of a label's box, until no label hides another one or a ring.
EXPANSIONS = ((1.1, 1.3), (1.15, 1.5), (1.2, 1.7))
RING = 2.2  # points, with its line


def classes(genes: pd.DataFrame, alpha: float) -> pd.Series:
    """`up`, `down` or `rest` of each gene, by its q value and the sign of its fold change."""
    called = genes["q_value"] < alpha
    direction = np.where(genes["log2_fold_change"] > 0, "up", "down")
    return pd.Series(np.where(called, direction, "rest"), index=genes.index)


def cloud(axes: Axes, x: pd.Series, y: pd.Series, genes: pd.DataFrame, alpha: float, options: Figures) -> None:
    """Draw genes: grey dots, and triangles that point up or down where q is below alpha."""
    kinds = classes(genes, alpha)
    looks: dict[str, dict[str, Any]] = {
        "rest": {"marker": "o", "ms": 1.5, "color": "#B5B5B5"},
        "up": {"marker": "^", "ms": 2.8, "color": options.up},
        "down": {"marker": "v", "ms": 2.8, "color": options.down},
    }
    said = {"rest": "other genes with a fold change", "up": f"up, q < {alpha:g}", "down": f"down, q < {alpha:g}"}
    for kind, look in looks.items():
        chosen = kinds == kind
        label = f"{said[kind]} ({chosen.sum():,})"
        axes.plot(x[chosen], y[chosen], ls="", mew=0, label=label, rasterized=True, **look)


def subtitle(inputs: ContrastInputs) -> str:
    """What a positive fold change means, and what q refers to."""
    return f"{inputs.says} Tested for {inputs.asks}."


def chosen_names(inputs: ContrastInputs, options: Figures) -> set[str]:
    """Symbols that are labelled: those of the PDGF panel, and those that the user named."""
    panel = inputs.pdgf.loc[inputs.pdgf["section"].isin(GENE_SECTIONS), "id"].astype(str)
    return {*panel, *options.label_genes}


def label(axes: Axes, x: pd.Series, y: pd.Series, genes: pd.DataFrame, names: Iterable[str]) -> None:
    """Ring the genes of these names, and write the names beside them without overlap.

    The axes must have their final limits and place. Repeated symbols are labelled once, where p is smallest.
    """
    wanted = genes[genes["gene_name"].isin(set(names)) & x.notna() & y.notna()]
    wanted = wanted.sort_values(["p_value", "gene_id"], kind="stable").drop_duplicates("gene_name")
    if wanted.empty:
        return
    x, y = x[wanted.index], y[wanted.index]
    axes.plot(x, y, ls="", marker="o", ms=3.6, mew=0.7, mfc="none", mec="black", zorder=4)
    outline = [patheffects.withStroke(linewidth=1.6, foreground="white")]
    texts = [
        axes.text(at, height, style.plain(name, 20), fontsize=style.SMALL, zorder=6, path_effects=outline)
        for at, height, name in zip(x, y, wanted["gene_name"], strict=True)
    ]
    centres = axes.transData.transform(np.column_stack([x, y]))
    radius = RING * axes.figure.dpi / 72
    corners = np.concatenate([centres + radius * np.array(way) for way in ((1, 1), (1, -1), (-1, 1), (-1, -1))])
    around = axes.transData.inverted().transform(corners)
    for expand in EXPANSIONS:
        for text, at, height in zip(texts, x, y, strict=True):
            text.set(position=(at, height), ha="left", va="baseline")
        # Bounded by rounds, not by time: the same data give the same places.
        adjust_text(texts, *around.T, ax=axes, iter_lim=ROUNDS, expand=expand)
        boxes = [text.get_window_extent() for text in texts]
        touching = any(one.overlaps(other) for one, other in combinations(boxes, 2))
        hiding = any(box.padded(radius / 2).contains(*centre) for box in boxes for centre in centres)
        if not touching and not hiding:
            break
    _leaders(axes, texts, centres, radius)


def _leaders(axes: Axes, texts: list[Text], centres: np.ndarray, radius: float) -> None:
    """A line from each label to its ring, where they do not touch."""
    lines = []
    for text, centre in zip(texts, centres, strict=True):
        box = text.get_window_extent()
        near = np.clip(centre, box.min, box.max)
        away = float(np.hypot(*(near - centre)))
        if away > radius * 1.6:
            lines.append(axes.transData.inverted().transform([near, centre + (near - centre) * radius / away]))
    axes.add_collection(LineCollection(lines, colors="black", linewidths=0.4, zorder=5), autolim=False)


def inside(values: pd.Series, keep: pd.Series) -> float:
    """A limit that holds half as much again as 99 in 100 values do, and all that are kept."""
    wide = 1.5 * float(values.abs().quantile(0.99))
    kept = float(values[keep].abs().max()) if keep.any() else 0.0
    return max(wide, kept, 0.5) * 1.12

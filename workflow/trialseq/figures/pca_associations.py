"""What the principal components go with."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from trialseq.config import Figures
from trialseq.figures import StudyInputs, style

STRONG, CALLED = 0.5, 0.05


def figure(inputs: StudyInputs, _: Figures) -> Figure:
    """A cell for each component and column of the sheet: R squared, with a star where q < 0.05."""
    table = inputs.associations
    subtitle = (
        "Share of each principal component's variance (R²) that a column of the sample sheet explains; "
        f"* q < {CALLED:g}; # a column of numbers, on a straight line"
    )
    if table.empty:
        sentence = "No column of the sample sheet has groups or numbers to compare."
        return style.message(inputs.title, subtitle, sentence, style.TWO_COLUMNS)
    components = list(dict.fromkeys(table["component"]))
    columns = list(dict.fromkeys(table["column"]))
    values, called = (
        table.pivot(index="column", columns="component", values=name).loc[columns, components].to_numpy(dtype=float)
        for name in ("r_squared", "q_value")
    )
    made = style.figure(style.TWO_COLUMNS, 16 + 6 * len(columns), inputs.title, subtitle)
    axes = made.subplots()
    image = axes.imshow(values, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row, column in np.argwhere(np.isfinite(values)):
        axes.text(
            column,
            row,
            f"{values[row, column]:.2f}{' *' if called[row, column] < CALLED else ''}",
            ha="center",
            va="center",
            fontsize=style.SMALL,
            color="white" if values[row, column] > STRONG else "black",
        )
    ratios = table.drop_duplicates("component").set_index("component")["variance_ratio"]
    axes.set_xticks(range(len(components)), [f"{name}\n{ratios[name]:.1%}" for name in components])
    numeric = set(table.loc[table["kind"] == "number", "column"])
    names = [style.plain(name, 36) + (" #" if name in numeric else "") for name in columns]
    axes.set_yticks(range(len(columns)), names)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("principal component, and its share of the variance")
    made.colorbar(image, ax=axes, label="R²", fraction=0.03, pad=0.01)
    return made

"""What the principal components go with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy.stats import f, false_discovery_control

from trialseq.tables import ASSOCIATIONS, COMPONENTS, SAMPLES
from trialseq.tables.samples import MEASURED


def associations(data: AnnData) -> pd.DataFrame:
    """R squared of each component on each column of the sheet, with its F test, as `tables.ASSOCIATIONS`.

    A column of text is a one-way analysis of variance, a column of numbers a straight line; samples without a
    value are left out. Left out are columns that are constant, columns of text in which every value differs, and
    those that leave no residual degree of freedom.
    """
    ratios = data.uns["pca"]["variance_ratio"]
    rows: list[dict[str, Any]] = []
    of_sheet = [name for name in data.obs if not name.startswith(MEASURED)]
    for column in [name for name in of_sheet if name not in SAMPLES.names or name == "sample"]:
        kind, design, used = _design(data.obs[column])
        residual = int(used.sum()) - design.shape[1]
        if design.shape[1] < 2 or residual < 1:
            continue
        for component, ratio in zip(COMPONENTS, ratios, strict=False):
            scores = data.obs.loc[used, component].to_numpy(dtype=float)
            r_squared = _r_squared(scores, design)
            row = {"component": component, "variance_ratio": ratio, "column": column, "kind": kind}
            model = design.shape[1] - 1
            with np.errstate(divide="ignore"):
                statistic = np.divide(r_squared / model, (1 - r_squared) / residual)
            rows.append({**row, "r_squared": r_squared, "p_value": f.sf(statistic, model, residual), "n": used.sum()})
    frame = pd.DataFrame(rows, columns=[name for name in ASSOCIATIONS.names if name != "q_value"])
    frame["q_value"] = np.nan
    usable = frame["p_value"].notna()
    if usable.any():
        frame.loc[usable, "q_value"] = false_discovery_control(frame.loc[usable, "p_value"].astype(float))
    return ASSOCIATIONS.conform(frame)


def _design(values: pd.Series) -> tuple[str, np.ndarray, np.ndarray]:
    """Kind of a column, its design with an intercept (used samples x columns), and which samples are used."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        used = np.isfinite(values.to_numpy(dtype=float))
        numbers = values.to_numpy(dtype=float)[used]
        varies = len(np.unique(numbers)) > 1
        return "number", np.column_stack([np.ones(len(numbers)), *([numbers] if varies else [])]), used
    text = values.astype(object).where(values.notna(), "").astype(str).to_numpy()
    used = text != ""
    levels, codes = np.unique(text[used], return_inverse=True)
    if len(levels) == used.sum():
        levels = levels[:1]
    dummies = [codes == index for index in range(1, len(levels))]
    return "text", np.column_stack([np.ones(used.sum()), *dummies]).astype(float), used


def _r_squared(scores: np.ndarray, design: np.ndarray) -> float:
    centred = scores - scores.mean()
    total = float(centred @ centred)
    if total == 0:
        return np.nan
    # Centred numbers keep the fit exact where a column is a date or an id of many digits.
    varying = design[:, 1:] - design[:, 1:].mean(axis=0)
    varying = varying / np.linalg.norm(varying, axis=0)
    fitted = varying @ np.linalg.lstsq(varying, centred, rcond=None)[0]
    return float(np.clip(fitted @ fitted / total, 0, 1))

"""Scores of cell types, and what a design leaves of them to hold composition with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from anndata import AnnData

from trialseq.evidence.markers import Markers
from trialseq.tables.samples import CELLS, PROPORTION

TOLERANCE = 1e-8
LEAST_EIGENVALUE = 0.2  # of the correlations of what is measured: below it, types cannot be told apart


@dataclass(frozen=True)
class Covariates:
    """Scores that are held constant, beside a design (samples x columns).

    frame: one row a cell type that was asked for, index = types; columns `genes` (markers used, separated by spaces),
    `n_genes`, `reliability`, `status` (`held`, `too few markers`, `unreliable`). scores: (samples x types asked
    for, missing where there are too few markers). held: (samples x types held), centred. calibration: (types held x
    types held), see `calibrated`.
    """

    frame: pd.DataFrame
    scores: pd.DataFrame
    held: np.ndarray
    calibration: np.ndarray


def measure(data: AnnData, markers: Markers, signature: pd.DataFrame | None, fewest: int) -> None:
    """Add to obs the score of every cell type, `cells.<type>`, and by a signature its proportion, `proportion.<type>`.

    data: as `qc.normalise` gives it; signature: see `single_cell.Reference`. A score is the mean over the type's
    markers of variance-stabilised values, standardised over the study; missing with fewer than `fewest` markers.
    """
    z = standardised(by_symbol(data, data.layers["vst"]))
    for kind, genes in markers.items():
        present = [gene for gene in genes if gene in z.columns]
        data.obs[column(CELLS, kind)] = z[present].mean(axis=1) if len(present) >= fewest else np.nan
    if signature is not None:
        from trialseq.evidence import single_cell

        found = single_cell.proportions(by_symbol(data, data.X), signature)
        for name in found:
            data.obs[column(PROPORTION, str(name))] = found[name]


def column(start: str, kind: str) -> str:
    """Name of a column of obs; an .h5ad file takes no slash in it."""
    return f"{start}{kind.replace('/', '_')}"


def by_symbol(data: AnnData, values: np.ndarray) -> pd.DataFrame:
    """Values (samples x genes) by symbol; of genes that share one, the one with the highest mean count."""
    places = first_of_symbol(data.var["gene_name"].astype(str), np.asarray(data.X.mean(axis=0)).ravel())
    return pd.DataFrame(values[:, places.to_numpy()], index=data.obs_names, columns=places.index)


def first_of_symbol(symbols: pd.Series, means: np.ndarray) -> pd.Series:
    """Position of each symbol (index) among genes (genes,); of several that share one, that of the highest mean."""
    frame = pd.DataFrame({"symbol": symbols.to_numpy(), "mean": means, "place": np.arange(len(means))})
    frame = frame[frame["symbol"] != ""].sort_values("mean", ascending=False, kind="stable")
    return frame.drop_duplicates("symbol").set_index("symbol")["place"].sort_values()


def standardised(values: pd.DataFrame) -> pd.DataFrame:
    """Each gene (column) less its mean, over its standard deviation; genes that do not vary are left out."""
    spread = values.std(axis=0)
    kept = spread.index[spread > TOLERANCE]
    return (values[kept] - values[kept].mean(axis=0)) / spread[kept]


def covariates(
    z: pd.DataFrame,
    markers: Markers,
    asked: Sequence[str],
    dropped: Collection[str],
    design: np.ndarray,
    fewest: int,
    least: float,
) -> Covariates:
    """Scores of some cell types in the samples of a model: the mean over a type's markers.

    z: (samples of the model x genes), standardised over the study; dropped: genes that are no markers here, because
    they are what is tested; design: (samples x columns); fewest: markers that a type needs; least: reliability below
    which a score is not held.
    """
    rows, scores, held = [], {}, []
    for kind in asked:
        genes = [gene for gene in markers.get(kind, ()) if gene in z.columns and gene not in dropped]
        row: dict[str, object] = {
            "genes": " ".join(genes),
            "n_genes": len(genes),
            "reliability": np.nan,
            "status": "too few markers",
        }
        scores[kind] = pd.Series(np.nan, index=z.index)
        if len(genes) >= fewest:
            scores[kind] = z[genes].mean(axis=1)
            alpha = reliability(residuals(z[genes].to_numpy(), design))
            row |= {"reliability": alpha, "status": "held" if alpha >= least else "unreliable"}
        if row["status"] == "held":
            held.append(kind)
        rows.append(row)
    frame = pd.DataFrame(rows, index=pd.Index(list(asked), name="id"))
    chosen = pd.DataFrame(scores)[held].to_numpy(dtype=float).reshape(len(z), len(held))
    chosen = chosen - chosen.mean(axis=0)
    return Covariates(
        frame,
        pd.DataFrame(scores, index=z.index),
        chosen,
        calibration(chosen, design, frame.loc[held, "reliability"].to_numpy(dtype=float)),
    )


def residuals(values: np.ndarray, design: np.ndarray) -> np.ndarray:
    """What a least-squares fit of a design (samples x columns) leaves of values (samples x any)."""
    return np.asarray(values - design @ (np.linalg.pinv(design) @ values))


def reliability(values: np.ndarray) -> float:
    """Cronbach's alpha (Psychometrika 1951;16:297): share of the variance of the markers' mean that they share.

    values: (samples x markers), from which the design is taken out, so that it speaks of what differs between samples
    that the design holds alike. At most 1; below 0 where markers go against each other; missing where nothing varies.
    """
    count, total = values.shape[1], float((values.sum(axis=1) ** 2).sum())
    if count < 2 or total < TOLERANCE:
        return np.nan
    return float(count / (count - 1) * (1 - float((values**2).sum()) / total))


def calibration(held: np.ndarray, design: np.ndarray, reliabilities: np.ndarray) -> np.ndarray:
    """Matrix K (types x types) that turns slopes on measured scores into slopes on what they measure.

    Measured scores w = z + e have the covariance S, given the design, of which (1 - reliability) of each variance is
    error; the slopes on z are (S - Theta)^-1 S times those on w (Carroll et al., Measurement Error in Nonlinear Models,
    2nd ed., chapter 4: regression calibration). Missing where S - Theta is not well conditioned.
    """
    rest = residuals(held, design)
    covariance = rest.T @ rest
    true = covariance - np.diag((1 - reliabilities) * np.diag(covariance))
    scale = np.sqrt(np.diag(true))
    if not len(scale) or np.linalg.eigvalsh(true / np.outer(scale, scale)).min() < LEAST_EIGENVALUE:
        return np.full(covariance.shape, np.nan)
    return np.asarray(np.linalg.solve(true, covariance))

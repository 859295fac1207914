"""Size factors and the variance-stabilising transformation.

Anders and Huber 2010; Love, Huber and Anders 2014 (DESeq2); Muzellec et al. 2023 (PyDESeq2).
"""

from __future__ import annotations

import logging
import warnings
from typing import Any

import numpy as np
import pandas as pd
from anndata import AnnData

from trialseq.config import Statistics
from trialseq.counts import CountMatrix
from trialseq.de import direct, inference
from trialseq.de.filtering import size_factors
from trialseq.problems import InputError, Problem, listing
from trialseq.tables import SAMPLES
from trialseq.tables.samples import MEASURED

LOGGER = logging.getLogger("trialseq.qc")
FEWEST_COUNTS = 10


def normalised(matrix: CountMatrix, options: Statistics, threads: int) -> AnnData:
    """Counts (X), counts over size factors (`normalized`) and variance-stabilised counts (`vst`).

    The transformation is fitted without a design (`~ 1`), so that it does not know the groups, on the genes with
    at least 10 counts in some sample; it is applied to all genes, and a gene without counts has in every sample
    the value of a zero count. Raises InputError where a sample has no counts, or no gene has 10.
    """
    counts = matrix.counts
    empty = counts.index[counts.to_numpy().sum(axis=1) == 0]
    if len(empty):
        hint = "list it under samples.exclude"
        raise InputError(Problem("source.counts", "counts in every sample", f"none in {listing(empty)}", hint))
    factors, notices = _factors(counts, options)
    expressed = counts.columns[np.asarray((counts.to_numpy() >= FEWEST_COUNTS).any(axis=0))]
    if expressed.empty:
        found = f"at most {int(counts.to_numpy().max())} in any gene and sample"
        raise InputError(Problem("source.counts", f"genes with {FEWEST_COUNTS} counts", found))

    data = AnnData(X=counts.to_numpy(), obs=_sheet(matrix.samples), var=matrix.genes.copy())
    data.obs["size_factor"] = factors.to_numpy()
    data.layers["normalized"] = data.X / factors.to_numpy()[:, None]
    trend = _trend(counts[expressed], factors, options, threads)
    data.layers["vst"] = transform(data.layers["normalized"], trend)
    if options.trend == "parametric" and trend["a1"] == 0:
        notices.append("The dispersion trend of the variance-stabilising transformation failed; a flat one was used.")
    for notice in notices:
        LOGGER.warning("%s", notice)
    LOGGER.info("Variance-stabilising transformation fitted on %d genes: %s", len(expressed), trend)
    data.uns["vst"] = {**trend, "genes": len(expressed)}
    data.uns["notices"] = [*matrix.notices, *notices]
    return data


def transform(normalized: np.ndarray, trend: dict[str, float]) -> np.ndarray:
    """Variance-stabilise normalised counts under the dispersion a0 + a1 / mean, on a log2 scale.

    Closed forms of Love et al. 2014 (vignette of DESeq2, `vst.pdf`); a1 = 0 is a flat trend.
    """
    a0, a1 = trend["a0"], trend["a1"]
    if a1 == 0:
        stable = (2 * np.arcsinh(np.sqrt(a0 * normalized)) - np.log(4 * a0)) / np.log(2)
    else:
        root = np.sqrt(a0 * normalized * (1 + a1 + a0 * normalized))
        stable = np.log2((1 + a1 + 2 * a0 * normalized + 2 * root) / (4 * a0))
    return np.asarray(stable)


def _factors(counts: pd.DataFrame, options: Statistics) -> tuple[pd.Series, list[str]]:
    if options.size_factors == "ratio" and (counts.to_numpy() == 0).any(axis=0).all():
        notice = "No gene has counts in every sample: size factors are those of poscounts, over the positive counts."
        return size_factors(counts, "poscounts"), [notice]
    return size_factors(counts, options.size_factors), []


def _taken(name: str) -> bool:
    return name in set(SAMPLES.names) - {"sample"} or name.startswith(MEASURED)


def _sheet(samples: pd.DataFrame) -> pd.DataFrame:
    """The sample sheet as anndata stores it: missing text empty, no name that a measure takes."""
    taken = {name: f"{name}_in_sheet" for name in samples if _taken(str(name))}
    sheet = samples.rename(columns=taken)
    for name in sheet.select_dtypes(object):
        sheet[name] = sheet[name].where(sheet[name].notna(), "").astype(str)
    return sheet


def _trend(counts: pd.DataFrame, factors: pd.Series, options: Statistics, threads: int) -> dict[str, float]:
    """Coefficients a0 and a1 of the blind dispersion trend; a1 is 0 where the trend is flat."""
    if options.inference == "reference":
        return _stock_trend(counts, factors, options, threads)
    values, sizes = np.asfortranarray(counts.to_numpy(), dtype=float), factors.to_numpy()
    engine, blind = inference("compiled", threads), np.ones((len(counts), 1))
    genewise, _, means = direct.genewise_dispersions(engine, values, blind, sizes)
    return dict(zip(("a0", "a1"), direct.trend_coefficients(genewise, means, options.trend), strict=True))


def _stock_trend(counts: pd.DataFrame, factors: pd.Series, options: Statistics, threads: int) -> dict[str, float]:
    """The same of PyDESeq2 as it is."""
    from trialseq.de.dataset import StockDataSet

    fitted: Any = StockDataSet(
        factors=factors.to_numpy(),
        counts=counts,
        metadata=pd.DataFrame({"all": "samples"}, index=counts.index),
        design=pd.DataFrame({"intercept": 1.0}, index=counts.index),
        fit_type=options.trend,
        inference=inference(options.inference, threads),
        quiet=True,
    )
    fitted.vst_fit_type = options.trend
    with warnings.catch_warnings():
        # The failure of the trend is told as a notice.
        warnings.filterwarnings("ignore", message="The dispersion trend curve fitting did not converge")
        fitted.vst_fit(use_design=False)
    if fitted.vst_fit_type == "parametric":
        return {name: float(value) for name, value in fitted.uns["vst_trend_coeffs"].items()}
    from scipy.stats import trim_mean

    dispersions = fitted.var["vst_genewise_dispersions"]
    usable = dispersions[dispersions > 10 * fitted.min_disp]
    return {"a0": float(trim_mean(usable, 0.001)) if len(usable) else 10 * fitted.min_disp, "a1": 0.0}

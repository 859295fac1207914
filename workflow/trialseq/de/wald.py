"""PyDESeq2: negative binomial models, Wald tests of linear contrasts, apeGLM shrinkage.

Love, Huber and Anders 2014 (DESeq2); Muzellec et al. 2023 (PyDESeq2).
"""

from __future__ import annotations

import logging
import os
import warnings
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import polygamma
from scipy.stats import norm
from scipy.stats import t as student_t

from trialseq.counts import CountMatrix
from trialseq.de import Fit, inference
from trialseq.de.filtering import before_fit, size_factors
from trialseq.de.independent import adjust, independent_filtering
from trialseq.de.shrinkage import prior_scale, shrink
from trialseq.de.trend import gamma_trend
from trialseq.design.estimands import Estimand, Model
from trialseq.tables import DISPERSIONS, STATISTICS

if TYPE_CHECKING:
    from trialseq.config import Statistics

LOGGER = logging.getLogger("trialseq.de")
EFFECTS = ["log2_fold_change", "lfc_se", "ci_low", "ci_high", "statistic", "p_value", "q_value"]


def fit(matrix: CountMatrix, model: Model, options: Statistics, threads: int) -> Fit:
    """Fit a model with PyDESeq2 and test all of its contrasts.

    Genes below the count filter are left out of the fit and of the size factors, but not out of the tables.
    """
    counts = matrix.counts.loc[list(model.samples)]
    before, needed = before_fit(counts, model, options)
    kept = before.index[before == "tested"]
    factors = size_factors(counts[kept], options.size_factors)
    base_mean = counts.div(factors, axis=0).mean()
    LOGGER.info("Model %s: %d samples, %d columns, %d genes fitted.", model.id, *model.matrix.shape, len(kept))

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fitted = estimate(counts[kept], model, factors, options, threads)
        frames, shrinkage = [], {}
        for estimand in model.estimands:
            frame, failures = _test(fitted, model, estimand, options)
            frame["status"] = _status(frame, base_mean[kept])
            frame = frame.reindex(counts.columns)
            frame["status"] = frame["status"].where(before == "tested", before)
            frame.insert(0, "contrast", estimand.id)
            frames.append(frame.assign(base_mean=base_mean, gene_name=matrix.genes["gene_name"]))
            shrinkage[estimand.id] = failures
            LOGGER.info(
                "Contrast %s: %d genes at q < %g.", estimand.id, (frame["q_value"] < options.alpha).sum(), options.alpha
            )
    messages = sorted({str(each.message).strip() for each in caught if each.category is UserWarning})
    for message in messages:
        LOGGER.warning("PyDESeq2: %s", message)

    statistics = STATISTICS.conform(pd.concat(frames).rename_axis("gene_id").reset_index())
    dispersions, notes = _dispersions(fitted, matrix, base_mean, options)
    notes |= {
        "model": model.id,
        "samples": len(model.samples),
        "columns": len(model.columns),
        "min_count": options.min_count,
        "min_samples": needed,
        "genes": {name: int(count) for name, count in before.value_counts().sort_index().items()},
        "shrinkage_not_converged": shrinkage,
        "warnings": messages,
    }
    return Fit(statistics, dispersions, notes)


def estimate(counts: pd.DataFrame, model: Model, factors: pd.Series, options: Statistics, threads: int) -> Any:  # noqa: ANN401 - PyDESeq2 is untyped
    """PyDESeq2's data set, fitted: counts (samples x genes) that passed the filter, and their size factors."""
    from pydeseq2.dds import DeseqDataSet

    class DataSet(DeseqDataSet):  # type: ignore[misc]
        """PyDESeq2's data set with the size factors that it is given, and R's choice of genes in the trend."""

        def fit_size_factors(self, *_: object, **__: object) -> None:
            self.obs["size_factors"] = factors.to_numpy()
            self.layers["normed_counts"] = self.X / factors.to_numpy()[:, None]
            self.var["_normed_means"] = self.layers["normed_counts"].mean(axis=0)

        def _fit_parametric_dispersion_trend(self, vst: bool = False) -> None:
            if options.inference == "reference" or vst:
                super()._fit_parametric_dispersion_trend(vst)
                return
            present = self.var["non_zero"].to_numpy()
            means = self.var["_normed_means"].to_numpy()
            coefficients = gamma_trend(
                self.var["genewise_dispersions"].to_numpy()[present], means[present], self.min_disp
            )
            if coefficients is None:
                warnings.warn("The dispersion trend did not converge; a flat one is used.", UserWarning, stacklevel=2)
                self._fit_mean_dispersion_trend(vst)
                return
            self.uns["trend_coeffs"] = pd.Series(coefficients, index=["a0", "a1"])
            self.uns["disp_function_type"] = "parametric"
            trend = np.full(self.n_vars, np.nan)
            trend[present] = coefficients[0] + coefficients[1] / means[present]
            self.var["fitted_dispersions"] = trend

    fitted = DataSet(
        counts=counts,
        metadata=pd.DataFrame({"cell": list(model.cells)}, index=counts.index),
        design=model.matrix,
        fit_type=options.trend,
        refit_cooks=options.cooks,
        inference=inference(options.inference, threads),
        quiet=True,
    )
    fitted.deseq2()
    return fitted


def _test(fitted: Any, model: Model, estimand: Estimand, options: Statistics) -> tuple[pd.DataFrame, int]:  # noqa: ANN401
    """Effects of one contrast, index = fitted genes, and the number of failed searches in shrinkage."""
    from pydeseq2.ds import DeseqStats

    vector = np.array(estimand.vector)
    test = DeseqStats(
        fitted,
        contrast=vector,
        alpha=options.alpha,
        cooks_filter=options.cooks,
        independent_filter=options.independent_filtering and _stock(options),
        inference=fitted.inference,
        quiet=True,
    )
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):  # noqa: PTH123
        test.summary()
    result = test.results_df.rename(
        columns={
            "log2FoldChange": "log2_fold_change",
            "lfcSE": "lfc_se",
            "stat": "statistic",
            "pvalue": "p_value",
            "padj": "q_value",
        }
    )
    samples, columns = model.matrix.shape
    unshrunken = fitted.var["_outlier_genes"].fillna(False).to_numpy(dtype=bool)
    null = reference(samples - columns, float(fitted.uns["prior_disp_var"]), unshrunken, options)
    width = null.ppf(0.5 + options.confidence / 2) * result["lfc_se"]
    result["ci_low"], result["ci_high"] = result["log2_fold_change"] - width, result["log2_fold_change"] + width
    if not _stock(options):
        outlier = result["p_value"].isna().to_numpy()
        p_values = np.where(outlier, np.nan, 2 * null.sf(np.abs(result["statistic"].to_numpy(dtype=float))))
        means = result["baseMean"].to_numpy(dtype=float)
        result["p_value"] = p_values
        result["q_value"] = (
            independent_filtering(p_values, means, options.alpha) if options.independent_filtering else adjust(p_values)
        )
    result = result[EFFECTS].assign(shrunk_log2_fold_change=np.nan)
    failures = 0
    if options.shrinkage:
        usable = (fitted.var["non_zero"] & result["lfc_se"].gt(0) & fitted.var["dispersions"].gt(0)).to_numpy()
        scale = prior_scale(
            *(result.loc[usable, name].to_numpy() * np.log(2) for name in ("log2_fold_change", "lfc_se"))
        )
        shrunk, converged = shrink(
            fitted.inference,
            fitted.X[:, usable],
            model.matrix.to_numpy(),
            vector,
            fitted.obs["size_factors"].to_numpy(),
            fitted.var["dispersions"].to_numpy()[usable],
            scale,
        )
        result.loc[usable, "shrunk_log2_fold_change"] = shrunk
        failures = int((~converged).sum())
    return result, failures


def _stock(options: Statistics) -> bool:
    """Whether p and q values are to be PyDESeq2's as they are."""
    return options.inference == "reference" and options.distribution == "normal"


def reference(residual: int, prior_variance: float, unshrunken: np.ndarray, options: Statistics) -> Any:  # noqa: ANN401
    """Distribution of Wald statistics under the null: normal, or Student's t by gene.

    A shrunken dispersion rests on the residual degrees of freedom and on those of its prior, d0, for which
    trigamma(d0 / 2) is the prior's variance (Smyth 2004, as in limma); one that was left unshrunken, because it
    is far above the trend, on the first alone. unshrunken: (genes,).
    """
    if options.distribution == "normal":
        return norm
    return student_t(residual + np.where(unshrunken, 0.0, prior_degrees(prior_variance)))


def prior_degrees(variance: float) -> float:
    """Degrees of freedom d0 of which the log of a mean square has a given variance: trigamma(d0 / 2)."""
    return 2 * float(brentq(lambda half: polygamma(1, half) - variance, 1e-6, 1e9))


def _status(frame: pd.DataFrame, base_mean: pd.Series) -> pd.Series:
    """Why a fitted gene has no p or q value."""
    status = pd.Series("tested", index=frame.index)
    status[frame["q_value"].isna()] = "filtered"
    status[frame["p_value"].isna() & (base_mean > 0)] = "outlier"
    return status


def _dispersions(
    fitted: Any,  # noqa: ANN401
    matrix: CountMatrix,
    base_mean: pd.Series,
    options: Statistics,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    genes = fitted.var
    converged = genes["_LFC_converged"].fillna(False).astype(bool)
    table = pd.DataFrame(
        {
            "gene_id": genes.index,
            "gene_name": matrix.genes.loc[genes.index, "gene_name"].to_numpy(),
            "base_mean": base_mean[genes.index].to_numpy(),
            "genewise": genes["genewise_dispersions"].to_numpy(),
            "trend": genes["fitted_dispersions"].to_numpy(),
            "final": genes["dispersions"].to_numpy(),
            "converged": converged.to_numpy(),
        }
    )
    trend = fitted.uns["disp_function_type"]
    notes = {
        "trend": trend,
        "trend_fell_back": trend != options.trend,
        "trend_coefficients": {key: float(value) for key, value in fitted.uns.get("trend_coeffs", pd.Series()).items()},
        "distribution": options.distribution,
        "dispersion_prior_variance": float(fitted.uns["prior_disp_var"]),
        "not_converged": int((~converged).sum()),
        "handed_to_pydeseq2": getattr(fitted.inference, "handed_over", 0),
        "outliers_replaced": int(genes["replaced"].sum()) if "replaced" in genes else 0,
    }
    return DISPERSIONS.conform(table), notes

"""PyDESeq2: negative binomial models, tests of linear contrasts and of several at once, apeGLM shrinkage.

Love, Huber and Anders 2014 (DESeq2); Muzellec et al. 2023 (PyDESeq2).
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from trialseq.counts import CountMatrix
from trialseq.de import Fit, direct, hypothesis, inference, joint
from trialseq.de.filtering import before_fit, size_factors
from trialseq.de.independent import adjust, independent_filtering
from trialseq.de.shrinkage import prior_scale, shrink
from trialseq.design.estimands import Estimand, Model
from trialseq.tables import DISPERSIONS, JOINT, STATISTICS

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
        for estimand, frame, shrinkage[estimand.id] in tests(fitted, model, options):
            frames.append(_whole(frame, before, base_mean).assign(contrast=estimand.id))
            _report("Contrast", estimand.id, frame, options)
        joint_frames = []
        for each in model.joint:
            frame = joint.test(fitted, np.array(each.vectors), options.distribution, threads)
            frame = _adjusted(frame, fitted, options)
            joint_frames.append(_whole(frame, before, base_mean).assign(test=each.id))
            _report("Joint test", each.id, frame, options)
    messages = sorted({str(each.message).strip() for each in caught if each.category is UserWarning})
    for message in messages:
        LOGGER.warning("PyDESeq2: %s", message)

    statistics = STATISTICS.conform(_named(frames, matrix))
    joint_tests = JOINT.conform(_named(joint_frames, matrix)) if joint_frames else JOINT.empty()
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
    return Fit(statistics, dispersions, notes, joint_tests)


def estimate(counts: pd.DataFrame, model: Model, factors: pd.Series, options: Statistics, threads: int) -> Any:  # noqa: ANN401 - PyDESeq2 is untyped
    """PyDESeq2's data set, fitted: counts (samples x genes) that passed the filter, and their size factors."""
    from trialseq.de.dataset import CompiledDataSet, StockDataSet

    fitted = (CompiledDataSet if options.inference == "compiled" else StockDataSet)(
        factors=factors.to_numpy(),
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


def tests(fitted: Any, model: Model, options: Statistics) -> Iterator[tuple[Estimand, pd.DataFrame, int]]:  # noqa: ANN401
    """Each contrast, its effects (index = fitted genes), and the number of failed searches in shrinkage."""
    effects = _compiled_effects if options.inference == "compiled" else _stock_effects
    reference = hypothesis.reference(options.distribution, hypothesis.degrees_of_fit(fitted))
    beyond = reference.ppf(0.5 + options.confidence / 2)
    for estimand, result in zip(model.estimands, effects(fitted, model, options), strict=True):
        middle, errors = (result[name].to_numpy(dtype=float) for name in ("log2_fold_change", "lfc_se"))
        result["ci_low"], result["ci_high"] = middle - beyond * errors, middle + beyond * errors
        if not _stock(options):
            result["statistic"], result["p_value"] = hypothesis.test(
                middle, errors, options.lfc_threshold, options.alternative, reference
            )
            result = _adjusted(result, fitted, options)
        result = result[EFFECTS].assign(shrunk_log2_fold_change=np.nan, shrunk_lfc_se=np.nan)
        failures = _shrink(fitted, model, estimand, result, options) if options.shrinkage else 0
        yield estimand, result, failures


def _compiled_effects(fitted: Any, model: Model, options: Statistics) -> Iterator[pd.DataFrame]:  # noqa: ANN401, ARG001
    """Fold change and standard error of each contrast; the fold change is 0 where there is nothing to compare."""
    design, vectors = model.matrix.to_numpy(), np.array([each.vector for each in model.estimands])
    middles, errors = direct.effects(
        fitted.inference,
        fitted.var["dispersions"].to_numpy(),
        fitted.varm["LFC"].to_numpy(),
        design,
        fitted.obs["size_factors"].to_numpy(),
        vectors,
    )
    compared = np.array([np.isin(model.samples, each.samples) for each in model.estimands])
    middles[hypothesis.without_counts(fitted.floats, design, vectors, compared)] = 0.0
    # A gene without a count once its outliers are replaced: PyDESeq2's coefficients of it are 0, and so is its error.
    errors[:, (fitted.var["_normed_means"] == 0).to_numpy()] = 0.0
    for middle, error in zip(middles, errors, strict=True):
        yield pd.DataFrame({"log2_fold_change": middle, "lfc_se": error}, index=fitted.var_names)


def _stock_effects(fitted: Any, model: Model, options: Statistics) -> Iterator[pd.DataFrame]:  # noqa: ANN401
    """What PyDESeq2 says of each contrast."""
    from pydeseq2.ds import DeseqStats

    for estimand in model.estimands:
        test = DeseqStats(
            fitted,
            contrast=np.array(estimand.vector),
            alpha=options.alpha,
            cooks_filter=options.cooks,
            independent_filter=options.independent_filtering and _stock(options),
            inference=fitted.inference,
            quiet=True,
        )
        with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):  # noqa: PTH123
            test.summary()
        yield test.results_df.rename(
            columns={
                "log2FoldChange": "log2_fold_change",
                "lfcSE": "lfc_se",
                "stat": "statistic",
                "pvalue": "p_value",
                "padj": "q_value",
            }
        )


def _shrink(fitted: Any, model: Model, estimand: Estimand, result: pd.DataFrame, options: Statistics) -> int:  # noqa: ANN401
    """Write shrunken fold changes and their standard errors; how many searches failed."""
    usable = (result["lfc_se"].gt(0) & fitted.var["dispersions"].gt(0)).to_numpy()
    effects, errors = (
        result[name].to_numpy(dtype=float)[usable] * np.log(2) for name in ("log2_fold_change", "lfc_se")
    )
    shrunk, shrunk_errors, converged = shrink(
        fitted.inference,
        fitted.floats if usable.all() else fitted.floats[:, usable],
        model.matrix.to_numpy(),
        np.array(estimand.vector),
        fitted.obs["size_factors"].to_numpy(),
        fitted.var["dispersions"].to_numpy()[usable],
        prior_scale(effects, errors),
        fitted.varm["LFC"].to_numpy()[usable],
    )
    result.loc[usable, "shrunk_log2_fold_change"] = shrunk
    if options.inference == "compiled":
        result.loc[usable, "shrunk_lfc_se"] = shrunk_errors
    return int((~converged).sum())


def _stock(options: Statistics) -> bool:
    """Whether p and q values are to be PyDESeq2's as they are."""
    plain = options.lfc_threshold == 0 and options.alternative == "greaterAbs"
    return options.inference == "reference" and options.distribution == "normal" and plain


def _adjusted(result: pd.DataFrame, fitted: Any, options: Statistics) -> pd.DataFrame:  # noqa: ANN401
    """A test's p values without those of outliers, and its q values."""
    p_values = np.where(np.asarray(fitted.cooks_outlier()) & options.cooks, np.nan, result["p_value"])
    means = fitted.var["_normed_means"].to_numpy(dtype=float)
    filtering = options.independent_filtering
    q_values = independent_filtering(p_values, means, options.alpha) if filtering else adjust(p_values)
    return result.assign(p_value=p_values, q_value=q_values)


def _whole(frame: pd.DataFrame, before: pd.Series, base_mean: pd.Series) -> pd.DataFrame:
    """A test's rows for all genes of the matrix, with the reason where there is no p or q value."""
    whole = frame.assign(status=_status(frame, base_mean[frame.index])).reindex(before.index)
    return whole.assign(status=whole["status"].where(before == "tested", before), base_mean=base_mean)


def _named(frames: list[pd.DataFrame], matrix: CountMatrix) -> pd.DataFrame:
    """Tests below each other, with gene ids and symbols as columns."""
    return pd.concat(frames).rename_axis("gene_id").join(matrix.genes["gene_name"]).reset_index()


def _report(what: str, name: str, frame: pd.DataFrame, options: Statistics) -> None:
    LOGGER.info("%s %s: %d genes at q < %g.", what, name, (frame["q_value"] < options.alpha).sum(), options.alpha)


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

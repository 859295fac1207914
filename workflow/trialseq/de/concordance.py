"""How far engines agree on a contrast, on which genes they do not, and why."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from trialseq.config import Statistics
from trialseq.counts import CountMatrix
from trialseq.de import DEFAULT
from trialseq.de.filtering import before_fit, size_factors
from trialseq.design.estimands import Model
from trialseq.tables import CONCORDANCE, DISAGREEMENTS

NEAR = 2.0  # times alpha: a q value that just missed
SMALLER, LARGER = 0.8, 1.25  # ratios from which a fold change or a standard error is called another one
SAME = 0.95  # ratio from which a statistic is as large as another one
SHRUNK = 1.5  # ratio of the gene's own dispersion to the one that is used, or its inverse
STANDS_OUT = 6.0  # robust standard deviations; less than 1 in 100 genes of GSE184951, 1 in 500 of simulated trials
LOW = 20.0  # mean of normalised counts


def concordance(results: Mapping[str, pd.DataFrame], alpha: float) -> pd.DataFrame:
    """Agreement of each pair of engines as `tables.CONCORDANCE`.

    results: `tables.CONTRAST_GENES` of one contrast by engine. A call is a q value below alpha. Correlations are
    over the genes that both engines tested, and missing where these are fewer than three.
    """
    rows = []
    by_engine = {engine: genes.set_index("gene_id") for engine, genes in results.items()}
    for (first, one), (second, two) in combinations(by_engine.items(), 2):
        two = two.reindex(one.index)
        compared = one["p_value"].notna() & two["p_value"].notna()
        enough = compared.sum() > 2
        calls = one["q_value"] < alpha, two["q_value"] < alpha
        both, either = calls[0] & calls[1], calls[0] | calls[1]
        opposite = np.sign(one["log2_fold_change"]) * np.sign(two["log2_fold_change"]) < 0
        changes, statistics = (
            [each.loc[compared, name] for each in (one, two)] for name in ("log2_fold_change", "statistic")
        )
        rows.append(
            {
                "engine_1": first,
                "engine_2": second,
                "genes": compared.sum(),
                "fold_change_correlation": changes[0].corr(changes[1]) if enough else np.nan,
                "statistic_rank_correlation": statistics[0].corr(statistics[1], "spearman") if enough else np.nan,
                "calls_1": calls[0].sum(),
                "calls_2": calls[1].sum(),
                "calls_both": both.sum(),
                "jaccard": both.sum() / either.sum() if either.any() else np.nan,
                "opposite_signs": (either & opposite).sum(),
            }
        )
    return CONCORDANCE.conform(pd.DataFrame(rows))


def disagreements(
    results: Mapping[str, pd.DataFrame], dispersions: pd.DataFrame, outlyingness: pd.Series, alpha: float
) -> pd.DataFrame:
    """Genes that the default engine or another calls and the other one does not, as `tables.DISAGREEMENTS`.

    results: as for `concordance`; dispersions: `tables.DISPERSIONS` of the default engine; outlyingness: of each
    gene that was fitted, from `outlyingness`.
    """
    default = results[DEFAULT].set_index("gene_id")
    own = dispersions.set_index("gene_id")
    pulled = (own["genewise"] / own["final"]).reindex(default.index)
    about = pd.DataFrame({"pulled": pulled, "outlyingness": outlyingness.reindex(default.index)})
    frames = []
    for engine, genes in results.items():
        if engine == DEFAULT:
            continue
        other = genes.set_index("gene_id").reindex(default.index)
        frame = default[["gene_name", "base_mean", "log2_fold_change", "q_value"]].assign(
            engine=engine,
            other_log2_fold_change=other["log2_fold_change"],
            other_q_value=other["q_value"],
            p_value=np.fmin(default["p_value"], other["p_value"]),
        )
        calls = {DEFAULT: default["q_value"] < alpha, engine: other["q_value"] < alpha}
        opposite = np.sign(default["log2_fold_change"]) * np.sign(other["log2_fold_change"]) < 0
        contrary = calls[DEFAULT] & calls[engine] & opposite
        frames.append(frame[contrary].assign(called_by="both", reasons="opposite signs"))
        sides = {DEFAULT: default, engine: other}
        for caller, silent in ((DEFAULT, engine), (engine, DEFAULT)):
            alone = calls[caller] & ~calls[silent]
            words = _reasons(caller, silent, sides[caller], sides[silent], about, alpha)
            said = [_joined(words, gene) for gene in default.index[alone]]
            frames.append(frame[alone].assign(called_by=caller, reasons=said))
    whole = pd.concat(frames).rename_axis("gene_id").reset_index()
    return DISAGREEMENTS.conform(whole.sort_values(["engine", "p_value", "gene_id"], kind="stable"))


def _reasons(
    caller: str, silent: str, one: pd.DataFrame, two: pd.DataFrame, about: pd.DataFrame, alpha: float
) -> dict[str, pd.Series]:
    """Which genes each reason holds for, of those that `caller` calls and `silent` does not."""
    last = one.loc[one["q_value"] < alpha, "p_value"].max()
    down, up = about["pulled"] > SHRUNK, about["pulled"] < 1 / SHRUNK
    pulled = {"downwards": down} if caller == DEFAULT else {"upwards": up} if silent == DEFAULT else {}
    return {
        f"an outlier by Cook's distance in {silent}": two["status"] == "outlier",
        f"left out by independent filtering in {silent}": two["status"] == "filtered",
        "opposite signs": np.sign(one["log2_fold_change"]) * np.sign(two["log2_fold_change"]) < 0,
        f"just missed in {silent} (q below {NEAR * alpha:g})": two["q_value"] < NEAR * alpha,
        f"a p value that {caller} calls and {silent}, with fewer calls, does not": two["p_value"] <= last,
        f"smaller fold change in {silent}": two["log2_fold_change"].abs() < SMALLER * one["log2_fold_change"].abs(),
        f"larger standard error in {silent}": two["lfc_se"] > LARGER * one["lfc_se"],
        **{f"dispersion shrunk {way} in {DEFAULT}": holds for way, holds in pulled.items()},
        f"as large a statistic, a larger p value in {silent} (fewer degrees of freedom)": (
            (two["statistic"].abs() > SAME * one["statistic"].abs()) & (two["p_value"] > LARGER * one["p_value"])
        ),
        "one sample stands out": about["outlyingness"] > STANDS_OUT,
        "low counts": one["base_mean"] < LOW,
    }


def _joined(reasons: Mapping[str, pd.Series], gene: str) -> str:
    return "; ".join(reason for reason, holds in reasons.items() if holds[gene]) or "many small differences"


def outlyingness(matrix: CountMatrix, model: Model, options: Statistics) -> pd.Series:
    """How far the sample that fits worst lies from a model, in robust standard deviations; index = fitted genes.

    Residuals are of least squares on the design, of log2 normalised counts with 0.5 added; their standard
    deviation is 1.4826 times the median of their sizes. In a pair that is a block both samples lie equally far.
    """
    counts = matrix.counts.loc[list(model.samples)]
    before, _ = before_fit(counts, model, options)
    kept = counts.loc[:, before == "tested"]
    normalised = kept.div(size_factors(kept, options.size_factors), axis=0).to_numpy()
    logs = np.log2(normalised + 0.5)
    design = model.matrix.to_numpy()
    sizes = np.abs(logs - design @ (np.linalg.pinv(design) @ logs))
    typical = 1.4826 * np.median(sizes, axis=0)
    ratios = np.divide(sizes.max(axis=0), typical, out=np.zeros(len(typical)), where=typical > 0)
    return pd.Series(ratios, index=kept.columns)

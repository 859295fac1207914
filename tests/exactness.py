"""The compiled engine beside PyDESeq2's own loops under the same rules, gene by gene.

The rules in which the compiled engine follows R (means held at 0.5, genes in the trend) are given to PyDESeq2's loops
too, so that what is left is how an optimum is found. Where a few genes have another optimum, the trend of dispersions
and their prior move, and with them the dispersions of all genes; so there are three fits: PyDESeq2's loops, ours, and
ours with the trend and prior of PyDESeq2's loops.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from pydeseq2.default_inference import DefaultInference
from pydeseq2.utils import nb_nll

from trialseq.config import Statistics
from trialseq.counts import CountMatrix
from trialseq.de import direct
from trialseq.de.compiled import MIN_MU, CompiledInference
from trialseq.de.dataset import CompiledDataSet, StockDataSet
from trialseq.de.filtering import before_fit, size_factors
from trialseq.design.estimands import Model

CLOSE = 1e-3  # relative; of a fold change, to itself or its standard error, whichever is larger
WORSE = 1e-6  # log units
CAUSES = ("a lower objective", "a border crossed", "another trend or prior", "not explained")


class _HeldMeans(DefaultInference):  # type: ignore[misc]
    """PyDESeq2's loops with means held at 0.5 in the search for dispersions."""

    def alpha_mle(self, *, mu: np.ndarray, **others: Any) -> Any:  # noqa: ANN401 - PyDESeq2 is untyped
        return super().alpha_mle(mu=np.maximum(mu, MIN_MU), **others)


class _Loops(StockDataSet):
    """PyDESeq2's data set and loops with R's choice of genes in the trend."""

    _fit_parametric_dispersion_trend = CompiledDataSet._fit_parametric_dispersion_trend


def compared(matrix: CountMatrix, model: Model, options: Statistics, cpus: int = 1) -> pd.DataFrame:
    """Of each gene, how far ours lie from PyDESeq2's loops, and why where that is further than CLOSE.

    Columns log2_fold_change, lfc_se and dispersion (the largest difference over the contrasts), the same with
    `_same_trend` for ours under the trend and prior of PyDESeq2's loops, `missing` (a pattern of missing numbers that
    differs), `cause`, and whether an objective of ours is higher: `at_bound`, as R's is, or `worse`. A border is that
    between shrunken and unshrunken dispersions.
    """
    counts = matrix.counts.loc[list(model.samples)]
    counts = counts.loc[:, before_fit(counts, model, options)[0] == "tested"]
    factors = size_factors(counts, options.size_factors).to_numpy()
    given = {
        "factors": factors,
        "counts": counts,
        "metadata": pd.DataFrame({"cell": list(model.cells)}, index=counts.index),
        "design": model.matrix,
        "refit_cooks": False,
        "quiet": True,
    }
    ours = CompiledDataSet(**given, inference=CompiledInference(2))
    loops = _Loops(**given, inference=_HeldMeans(n_cpus=cpus))
    for each in (ours, loops):
        each.deseq2()
    design, values, genewise = model.matrix.to_numpy(), ours.floats, ours.var["genewise_dispersions"].to_numpy()
    trend, variance = loops.var["fitted_dispersions"].to_numpy(), float(loops.uns["prior_disp_var"])
    _, first, _ = direct.genewise_dispersions(ours.inference, values, design, factors)
    shrunken = direct.shrunken_dispersions(ours.inference, values, design, first, genewise, trend, variance)
    far = np.log(genewise) > np.log(trend) + 2 * np.sqrt(loops.uns["_squared_logres"])
    dispersions = np.where(far, genewise, shrunken)
    same_trend, *_ = ours.inference.irls(values, factors, design, dispersions, MIN_MU, direct.BETA_TOL, leverages=False)

    vectors = np.array([each.vector for each in model.estimands])

    def numbers(dispersions: np.ndarray, coefficients: np.ndarray) -> dict[str, np.ndarray]:
        effects, errors = direct.effects(ours.inference, dispersions, coefficients, design, factors, vectors)
        return {"log2_fold_change": effects, "lfc_se": errors, "dispersion": dispersions[None, :]}

    reference, our, third = (
        numbers(*each)
        for each in (
            (loops.var["dispersions"].to_numpy(), loops.varm["LFC"].to_numpy()),
            (ours.var["dispersions"].to_numpy(), ours.varm["LFC"].to_numpy()),
            (dispersions, same_trend),
        )
    )
    scale = {**reference, "log2_fold_change": np.maximum(np.abs(reference["log2_fold_change"]), reference["lfc_se"])}
    frame = pd.DataFrame(index=counts.columns)
    for suffix, numbers_of in (("", our), ("_same_trend", third)):
        for name, values_of in numbers_of.items():
            frame[name + suffix] = (np.abs(values_of - reference[name]) / scale[name]).max(axis=0)
    frame["missing"] = [bool(each) for each in np.any(np.isnan(our["lfc_se"]) != np.isnan(reference["lfc_se"]), axis=0)]

    held = np.maximum(first, MIN_MU)

    def gained(ours_of: np.ndarray, theirs: np.ndarray, *, with_prior: bool) -> np.ndarray:
        """By how much our objective is lower."""
        total = np.zeros(len(ours_of))
        for gene in np.flatnonzero(np.abs(ours_of / theirs - 1) > CLOSE):
            values = []
            for alpha in (ours_of[gene], theirs[gene]):
                weights = held[:, gene] / (1 + held[:, gene] * alpha)
                value = nb_nll(counts.iloc[:, gene].to_numpy(), held[:, gene], alpha)
                value += 0.5 * np.linalg.slogdet((design.T * weights) @ design)[1]
                prior = (np.log(alpha) - np.log(trend[gene])) ** 2 / (2 * variance) if with_prior else 0.0
                values.append(float(value + prior))
            total[gene] = values[1] - values[0]
        return total

    lower = gained(genewise, loops.var["genewise_dispersions"].to_numpy(), with_prior=False)
    lower_shrunken = gained(shrunken, loops.var["MAP_dispersions"].to_numpy(), with_prior=True)
    moved = frame[["log2_fold_change", "lfc_se", "dispersion"]].max(axis=1) > CLOSE
    stays = frame.filter(like="_same_trend").max(axis=1) > CLOSE
    crossed = np.asarray(loops.var["_outlier_genes"].to_numpy() != far) | np.asarray(
        ours.var["_outlier_genes"].to_numpy() != far
    )
    better = (lower > 0) | (lower_shrunken > 0)
    frame["cause"] = np.select([~moved, better & stays, crossed, ~stays], ["", *CAUSES[:3]], CAUSES[3])
    # A search that begins at the lower bound on next to no slope stays there, as R's does.
    frame["at_bound"] = (lower < -WORSE) & (genewise <= 100 * direct.MIN_DISP)
    frame["worse"] = (np.minimum(lower, lower_shrunken) < -WORSE) & ~frame["at_bound"]
    return frame

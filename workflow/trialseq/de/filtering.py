"""Which genes are fitted, and the size factors of the samples."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialseq.config import Statistics
from trialseq.design.estimands import Model
from trialseq.problems import InputError, Problem


def before_fit(counts: pd.DataFrame, model: Model, options: Statistics) -> tuple[pd.Series, int]:
    """Status of each gene before the fit (`all_zero`, `low_count` or `tested`), and the samples that it needed.

    counts: (samples x genes) of the model's samples.
    """
    needed = model.smallest_cell if options.min_samples == "smallest_cell" else options.min_samples
    values = counts.to_numpy()
    enough = (values >= options.min_count).sum(axis=0) >= needed
    status = pd.Series(np.where(enough, "tested", "low_count"), index=counts.columns)
    status = status.mask((values == 0).all(axis=0), "all_zero")
    if not (status == "tested").any():
        found = f"none of {len(status)} has {options.min_count} counts in {needed} samples of model {model.id}"
        raise InputError(Problem("statistics.min_count", "genes that pass the count filter", found))
    return status, needed


def size_factors(counts: pd.DataFrame, kind: str) -> pd.Series:
    """Median-of-ratios size factors (Anders and Huber 2010), over all genes.

    counts: (samples x genes). kind: `ratio`, over genes without a zero, as DESeq2's default; `poscounts`, over
    the positive counts of each gene. Raises InputError where no gene is without a zero.
    """
    values = counts.to_numpy(dtype=float)
    if kind == "ratio":
        whole = (values > 0).all(axis=0)
        if not whole.any():
            raise InputError(
                Problem(
                    "statistics.size_factors",
                    "genes that have counts in every sample",
                    "none",
                    "use size_factors: poscounts, or leave out samples with few counts",
                )
            )
        logs = values[:, whole]
        np.log(logs, out=logs)
        logs -= logs.mean(axis=0)
        return pd.Series(np.exp(np.median(logs, axis=1, overwrite_input=True)), index=counts.index)
    with np.errstate(divide="ignore"):
        logs = np.log(values)
    # R's estimateSizeFactors(type = "poscounts"): geometric means in which zeros count as one.
    means = np.where(np.isfinite(logs), logs, 0).mean(axis=0)
    usable = means > 0
    factors = [np.median((row - means)[usable & np.isfinite(row)]) for row in logs]
    return pd.Series(np.exp(factors - np.mean(factors)), index=counts.index)

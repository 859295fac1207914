"""How often null genes are called, and planted ones are missed, over simulated trials."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from sheets import TRIAL, study
from trialseq import de, design, simulate
from trialseq.counts import CountMatrix


def rates(
    seeds: Iterable[int], genes: int, distribution: str, alpha: float = 0.05, engine: str = de.DEFAULT
) -> pd.DataFrame:
    """Of every estimand, on average over seeds: false discoveries, sensitivity to strong effects, false positives.

    A strong effect is a planted log2 fold change of at least 0.8 in a gene with a mean above 50. Sensitivity is
    missing where nothing was planted.
    """
    rows = []
    for seed in seeds:
        trial = simulate.trial(seed=seed, genes=genes)
        config = study(trial=TRIAL, statistics={"shrinkage": False, "distribution": distribution, "alpha": alpha})
        matrix = CountMatrix(trial.counts, trial.samples, trial.genes)
        for model in design.plan(trial.samples, config).models:
            fit = de.fit(matrix, model, config.statistics, threads=2, engine=engine)
            for estimand in model.estimands:
                table = de.of_contrast(fit.statistics, estimand.id).set_index("gene_id")
                effect = simulate.true_effect(trial.truth, estimand.id).reindex(table.index)
                called, null = table["q_value"] < alpha, (effect == 0) & table["p_value"].notna()
                strong = (effect.abs() >= 0.8) & (table["base_mean"] > 50)
                rows.append(
                    {
                        "estimand": estimand.id,
                        "discoveries": int(called.sum()),
                        "false_discoveries": float((effect[called] == 0).mean()) if called.any() else 0.0,
                        "sensitivity": float(called[strong].mean()) if strong.any() else np.nan,
                        "p<0.05": float((table.loc[null, "p_value"] < 0.05).mean()),
                        "p<0.001": float((table.loc[null, "p_value"] < 0.001).mean()),
                    }
                )
    return pd.DataFrame(rows).groupby("estimand", sort=False).mean()

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
    """Of every estimand and joint test, on average over seeds: false discoveries, sensitivity, false positives.

    The effect of a joint test is the largest of its contrasts. Sensitivity is to planted log2 fold changes of at
    least 0.8 in genes with a mean above 50, and missing where nothing was planted.
    """
    rows = []
    for seed in seeds:
        trial = simulate.trial(seed=seed, genes=genes)
        config = study(trial=TRIAL, statistics={"shrinkage": False, "distribution": distribution, "alpha": alpha})
        matrix = CountMatrix(trial.counts, trial.samples, trial.genes)
        for model in design.plan(trial.samples, config).models:
            fit = de.fit(matrix, model, config.statistics, threads=2, engine=engine)
            effects = {e.id: simulate.true_effect(trial.truth, e.id) for e in model.estimands}
            tests = {e.id: de.of_contrast(fit.statistics, e.id) for e in model.estimands}
            for each in model.joint if engine == de.DEFAULT else ():
                effects[each.id] = pd.concat([effects[name] for name in each.contrasts], axis=1).abs().max(axis=1)
                tests[each.id] = fit.joint[fit.joint["test"] == each.id]
            for name, test in tests.items():
                table = test.set_index("gene_id")
                effect = effects[name].reindex(table.index)
                called, null = table["q_value"] < alpha, (effect == 0) & table["p_value"].notna()
                strong = (effect.abs() >= 0.8) & (table["base_mean"] > 50)
                rows.append(
                    {
                        "estimand": name,
                        "discoveries": int(called.sum()),
                        "false_discoveries": float((effect[called] == 0).mean()) if called.any() else 0.0,
                        "sensitivity": float(called[strong].mean()) if strong.any() else np.nan,
                        "p<0.05": float((table.loc[null, "p_value"] < 0.05).mean()),
                        "p<0.001": float((table.loc[null, "p_value"] < 0.001).mean()),
                    }
                )
    return pd.DataFrame(rows).groupby("estimand", sort=False).mean()

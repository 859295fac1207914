"""How often null genes are called, and planted ones are missed, over simulated trials."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from sheets import TRIAL, study
from trialseq import de, design, simulate
from trialseq.counts import CountMatrix


def rates(
    seeds: Iterable[int],
    genes: int,
    distribution: str,
    alpha: float = 0.05,
    engine: str = de.DEFAULT,
    outliers: float = 0.0,
    reassigned: bool = False,
    **shape: Any,  # noqa: ANN401 - arguments of another function
) -> pd.DataFrame:
    """Of every estimand and joint test, on average over seeds: false discoveries, sensitivity, false positives.

    The effect of a joint test is the largest of its contrasts. Sensitivity is to planted log2 fold changes of at
    least 0.8 in genes with a mean above 50, and missing where nothing was planted. outliers: share of the counts that
    are multiplied by 20; reassigned: whether arms are drawn anew, so that nothing differs between them, and what
    compares arms is looked at alone; shape: of `simulate.trial`.
    """
    rows = []
    roles = {role: column for role, column in TRIAL.items() if role != "state" or len(shape.get("states", "ab")) > 1}
    for seed in seeds:
        trial = simulate.trial(seed=seed, genes=genes, **shape)
        config = study(trial=roles, statistics={"shrinkage": False, "distribution": distribution, "alpha": alpha})
        if reassigned:
            trial = _reassigned(trial, seed)
        wild = np.random.default_rng(seed).random(trial.counts.shape) < outliers
        matrix = CountMatrix(trial.counts.where(~wild, trial.counts * 20), trial.samples, trial.genes)
        for model in design.plan(trial.samples, config).models:
            fit = de.fit(matrix, model, config.statistics, threads=2, engine=engine)
            effects = {e.id: simulate.true_effect(trial.truth, e.id) for e in model.estimands}
            tests = {e.id: de.of_contrast(fit.statistics, e.id) for e in model.estimands}
            for each in model.joint if engine == de.DEFAULT else ():
                effects[each.id] = pd.concat([effects[name] for name in each.contrasts], axis=1).abs().max(axis=1)
                tests[each.id] = fit.joint[fit.joint["test"] == each.id]
            rows += [
                {"estimand": name, **_found(test, 0 * effects[name] if reassigned else effects[name], alpha)}
                for name, test in tests.items()
                if not reassigned or "_vs_" in name
            ]
    return pd.DataFrame(rows).groupby("estimand", sort=False).mean()


def _reassigned(trial: simulate.Simulated, seed: int) -> simulate.Simulated:
    """A trial whose subjects bear the arms of others: as many in each arm as before."""
    arms = trial.samples.groupby("subject", sort=False)["agent"].first()
    drawn = dict(zip(arms.index, np.random.default_rng(seed + 1000).permutation(arms), strict=True))
    return replace(trial, samples=trial.samples.assign(agent=trial.samples["subject"].map(drawn)))


def block_alone(seeds: Iterable[int], genes: int, distribution: str) -> pd.DataFrame:
    """The change in one state of an untreated arm, over seeds, if four biopsies of a subject shared the subject alone.

    This is the model that is not used; its rates are to be held against those of `change` in `rates`.
    """
    rows = []
    for seed in seeds:
        trial = simulate.trial(seed=seed, genes=genes, subjects_per_arm={"Placebo": 12})
        contrast = {"id": "block_alone", "expression": "after.Basal - before.Basal"}
        model = {"id": "m", "formula": "~ subject + visit * state", "contrasts": [contrast]}
        model["reference"] = {"visit": "before", "state": "Basal"}
        config = study(models=[model], statistics={"shrinkage": False, "distribution": distribution})
        plan = design.plan(trial.samples, config)
        matrix = CountMatrix(trial.counts, trial.samples, trial.genes)
        fit = de.fit(matrix, plan.models[0], config.statistics, threads=2)
        effect = simulate.true_effect(trial.truth, "change.Placebo.Basal")
        rows.append({"estimand": "block_alone", **_found(fit.statistics, effect, config.statistics.alpha)})
    return pd.DataFrame(rows).groupby("estimand").mean()


def _found(test: pd.DataFrame, truth: pd.Series, alpha: float) -> dict[str, float]:
    table = test.set_index("gene_id")
    effect = truth.reindex(table.index)
    called, null = table["q_value"] < alpha, (effect == 0) & table["p_value"].notna()
    strong = (effect.abs() >= 0.8) & (table["base_mean"] > 50)
    return {
        "discoveries": int(called.sum()),
        "false_discoveries": float((effect[called] == 0).mean()) if called.any() else 0.0,
        "sensitivity": float(called[strong].mean()) if strong.any() else np.nan,
        **{f"p<{cut}": float((table.loc[null, "p_value"] < cut).mean()) for cut in (0.05, 0.01, 0.001)},
    }

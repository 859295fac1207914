"""How long refits without each subject take, and what fragile calls are worth: `make bench`."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "tests")]
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")  # as in a job

import pandas as pd  # noqa: E402 - after the path and the threads

from sheets import TRIAL, study  # noqa: E402
from trialseq import de, design, simulate  # noqa: E402
from trialseq.counts import CountMatrix  # noqa: E402
from trialseq.de.influence import influence  # noqa: E402

SEEDS = range(6)


def main() -> None:
    """Print both tables."""
    print("\nRefits without each of 23 subjects, 20,000 simulated genes, 2 threads")
    print(_times(20_000).round(1).to_string(index=False))
    print(f"\nCalls at q < 0.05 in {len(SEEDS)} simulated trials of 2,500 genes, averages")
    print(_worth(2_500).round(3).to_string())


def _study(seed: int, genes: int) -> tuple[simulate.Simulated, list[tuple[str, de.Fit, pd.DataFrame, float, float]]]:
    """A trial, and of each model that plants effects its fit, influence by gene, wall and processor seconds."""
    trial = simulate.trial(seed=seed, genes=genes)
    matrix = CountMatrix(trial.counts, trial.samples, trial.genes)
    config = study(trial=TRIAL, statistics={"shrinkage": False})
    found = []
    for model in design.plan(trial.samples, config).models:
        fit = de.fit(matrix, model, config.statistics, threads=2)
        wall, processor = time.perf_counter(), time.process_time()
        ranges = influence(matrix, model, fit.statistics, config.statistics, threads=2).genes
        found.append((model.id, fit, ranges, time.perf_counter() - wall, time.process_time() - processor))
    return trial, found


def _times(genes: int) -> pd.DataFrame:
    _study(0, 200)  # compiles
    _, found = _study(1, genes)
    rows = [(name, len(set(ranges["contrast"])), wall, cpu) for name, _, ranges, wall, cpu in found]
    return pd.DataFrame(rows, columns=["model", "contrasts", "seconds", "processor_seconds"])


def _worth(genes: int) -> pd.DataFrame:
    """Of changes, differences and responses: calls, how many are fragile, and how many of either kind are false."""
    rows = []
    for seed in SEEDS:
        trial, found = _study(seed, genes)
        for ranges in (each[2] for each in found):
            for contrast, table in ranges[ranges["fragile"] != ""].groupby("contrast"):
                null = simulate.true_effect(trial.truth, str(contrast)).loc[table["gene_id"]].to_numpy() == 0
                fragile = table["fragile"].to_numpy() == "yes"
                kind = str(contrast).partition(".")[0]
                rows.append((kind, len(table), fragile.sum(), null[fragile].sum(), null[~fragile].sum()))
    names = ["kind", "calls", "fragile", "false_fragile", "false_solid"]
    totals = pd.DataFrame(rows, columns=names).groupby("kind", sort=False).sum()
    return pd.DataFrame(
        {
            "calls": totals["calls"] / len(SEEDS),
            "fragile": totals["fragile"] / totals["calls"],
            "false among fragile": totals["false_fragile"] / totals["fragile"],
            "false among the others": totals["false_solid"] / (totals["calls"] - totals["fragile"]),
        }
    )


if __name__ == "__main__":
    main()

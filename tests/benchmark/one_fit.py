"""One measurement of `engine.py`: arguments engine, folder, design, samples, genes; prints seconds as JSON."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "tests")]

import numpy as np  # noqa: E402 - after the number of threads
import pandas as pd  # noqa: E402

from sheets import TRIAL, study  # noqa: E402
from trialseq import simulate  # noqa: E402
from trialseq.counts import CountMatrix  # noqa: E402
from trialseq.design.estimands import Estimand, Model  # noqa: E402

THREADS = 2


def simulated(samples: int, genes: int) -> CountMatrix:
    """Counts of a simulated trial; four samples a subject."""
    subjects = {"Placebo": samples // 8, "NMN": samples // 4 - samples // 8}
    trial = simulate.trial(seed=1, genes=genes, subjects_per_arm=subjects)
    return CountMatrix(trial.counts, trial.samples, trial.genes)


def design_of(kind: str, sheet: pd.DataFrame) -> pd.DataFrame:
    """Design matrix (samples x columns); the last columns are effects."""
    after, nmn, insulin = sheet["visit"] == "after", sheet["agent"] == "NMN", sheet["state"] == "Insulin"
    if kind == "two groups":
        return pd.DataFrame({"all": 1.0, "after": after.astype(float)})
    if kind == "two groups and a covariate":
        depth = np.random.default_rng(2).normal(size=len(sheet))
        return pd.DataFrame({"all": 1.0, "covariate": depth, "after": after.astype(float)}, index=sheet.index)
    columns = {f"block[{subject}]": sheet["subject"] == subject for subject in sheet["subject"].unique()}
    if kind == "blocked":
        return pd.DataFrame({**columns, "after": after}).astype(float)
    for arm, members in (("Placebo", ~nmn), ("NMN", nmn)):
        columns |= {f"{arm}.after": members & after & ~insulin, f"{arm}.insulin": members & ~after & insulin}
        columns[f"{arm}.after.insulin"] = members & after & insulin
    return pd.DataFrame(columns).astype(float)


def vectors(columns: int) -> list[np.ndarray]:
    """Three contrasts: of the last column, against it, and half of it and of the column before."""
    last = np.eye(columns)[-1]
    return [last, -last, (last + np.eye(columns)[-2]) / 2]


def stock(matrix: CountMatrix, design: pd.DataFrame) -> dict[str, float]:
    """PyDESeq2 as it is."""
    from pydeseq2.dds import DeseqDataSet
    from pydeseq2.default_inference import DefaultInference
    from pydeseq2.ds import DeseqStats

    start = time.perf_counter()
    engine = DefaultInference(n_cpus=THREADS)
    kept = matrix.counts.loc[:, (matrix.counts > 0).any(axis=0)]
    sheet = pd.DataFrame({"sample": list(kept.index)}, index=kept.index)
    fitted = DeseqDataSet(counts=kept, metadata=sheet, design=design, inference=engine, quiet=True)
    fitted.deseq2()
    seconds = {"fit": time.perf_counter() - start}
    for vector in vectors(design.shape[1]):
        test = DeseqStats(fitted, contrast=vector, inference=engine, quiet=True)
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123
            printed, sys.stdout = sys.stdout, nowhere
            test.summary()
            sys.stdout = printed
        seconds.setdefault("tested", time.perf_counter() - start)
    test.lfc_shrink(coeff=design.columns[-1])
    fitted.vst()
    return {**seconds, "all": time.perf_counter() - start}


def compiled(matrix: CountMatrix, design: pd.DataFrame) -> dict[str, float]:
    """The same by the engine of the pipeline."""
    import pydeseq2.ds  # noqa: F401 - imports are not what is measured here

    from trialseq.de import compiled, wald  # noqa: F401
    from trialseq.de.filtering import before_fit, size_factors
    from trialseq.qc.normalisation import normalised

    names = tuple(matrix.counts.index)
    tests = [Estimand(f"c{i}", "", tuple(each), {}, names, ()) for i, each in enumerate(vectors(design.shape[1]))]
    rows = tuple(map(tuple, design.to_numpy()))
    model = Model("benchmark", names, names, tuple(design.columns), rows, "", tuple(tests))
    options = study(trial=TRIAL, statistics={"min_count": 0, "shrinkage": False}).statistics
    start = time.perf_counter()
    before, _ = before_fit(matrix.counts, model, options)
    kept = matrix.counts.loc[:, before == "tested"]
    fitted = wald.estimate(kept, model, size_factors(kept, "ratio"), options, THREADS)
    seconds = {"fit": time.perf_counter() - start}
    *plain, last = tests
    for shrinkage, asked in ((False, plain), (True, [last])):
        for _ in wald.tests(
            fitted, replace(model, estimands=tuple(asked)), options.model_copy(update={"shrinkage": shrinkage})
        ):
            seconds.setdefault("tested", time.perf_counter() - start)
    normalised(matrix, options, THREADS)
    return {**seconds, "all": time.perf_counter() - start}


def trial(folder: Path) -> dict[str, float]:
    """Every model of the trial from counts to tables, with shrinkage, as the pipeline fits them."""
    from trialseq import de, design, io

    config = study(trial=TRIAL)
    matrix = io.read_counts(folder / "counts.h5ad")
    for model in design.plan(matrix.samples, config).models:
        fit = de.fit(matrix, model, config.statistics, THREADS)
        io.write_table(fit.statistics, folder / f"{model.id}.parquet")
    return {}


def write(matrix: CountMatrix, design: pd.DataFrame, folder: Path) -> dict[str, float]:
    """Counts and design for R, and for `trial`."""
    from trialseq import io

    matrix.counts.T.to_csv(folder / "counts.tsv", sep="\t")
    design.to_csv(folder / "design.tsv", sep="\t")
    io.write_counts(matrix, folder / "counts.h5ad")
    return {}


def main() -> None:
    """Measure."""
    engine, folder, *wanted = sys.argv[1:]
    if engine == "trial":
        print("ready", flush=True)
        seconds = trial(Path(folder))
    else:
        kind, samples, genes = wanted
        matrix = simulated(int(samples), int(genes))
        design = design_of(kind, matrix.samples)
        if engine == "write":
            print("ready", flush=True)
            seconds = write(matrix, design, Path(folder))
        else:
            np.ones(2**28)  # 2 GB that a virtual machine may have to fetch from its host, before the clock starts
            run = {"stock": stock, "compiled": compiled}[engine]
            # Once on few genes: imports, compiled code and worker processes are there when the clock starts.
            run(CountMatrix(matrix.counts.iloc[:, :300], matrix.samples, matrix.genes.iloc[:300]), design)
            print("ready", flush=True)
            seconds = run(matrix, design)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()

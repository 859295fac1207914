"""Speed and memory of the compiled engine, PyDESeq2 as it is, and R's DESeq2 where it is installed: `make bench`.

Every measurement is a process of its own; engines take turns, so that a drift of the machine meets all of them alike.
Simulated trials of 23 women with two visits and two states: 92 samples, 20,000 genes, no count filter.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
GENES, REPEATS, LARGE = 20_000, 3, (500, 1000)
R_SCRIPT = """
suppressPackageStartupMessages(library(DESeq2))
given <- commandArgs(TRUE)
counts <- as.matrix(read.delim(file.path(given, "counts.tsv"), row.names = 1, check.names = FALSE))
design <- as.matrix(read.delim(file.path(given, "design.tsv"), row.names = 1, check.names = FALSE))
start <- proc.time()[["elapsed"]]
sheet <- data.frame(row.names = colnames(counts))
dds <- DESeqDataSetFromMatrix(counts, sheet, design = design)
dds <- DESeq(dds, quiet = TRUE, minReplicatesForReplace = Inf)
result <- results(dds, contrast = c(rep(0, ncol(design) - 1), 1))
cat(proc.time()[["elapsed"]] - start)
"""


def measured(*arguments: str) -> dict[str, float]:
    """Run one measurement: its own times in seconds, and the peak memory of its processes in MB."""
    command = [sys.executable, str(Path(__file__).with_name("one_fit.py")), *arguments]
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()  # ready: what came before does not count as memory
        root, peak = psutil.Process(process.pid), 0
        while process.poll() is None:
            try:
                family = [root, *root.children(recursive=True)]
                peak = max(peak, sum(each.memory_info().rss for each in family))
            except psutil.NoSuchProcess:
                pass
            time.sleep(0.02)
        printed = process.stdout.read()
    if process.returncode:
        sys.exit(f"{' '.join(arguments)} failed")
    seconds: dict[str, float] = json.loads(printed.splitlines()[-1])
    return {**seconds, "process": time.perf_counter() - start, "peak_mb": peak / 1e6}


def compared(design: str, samples: int, repeats: int) -> None:
    """Print what both engines need for a design, medians and ranges, and their ratio."""
    runs: dict[str, list[dict[str, float]]] = {"stock": [], "compiled": []}
    for _ in range(repeats):
        for engine, done in runs.items():
            done.append(measured(engine, "", design, str(samples), str(GENES)))
    print(f"\n{design}, {samples} samples x {GENES:,} genes, 2 cores; median (range) of {repeats}")
    for what in ("fit", "all", "peak_mb"):
        values = {engine: [run[what] for run in done] for engine, done in runs.items()}
        middle = {engine: statistics.median(each) for engine, each in values.items()}
        said = [f"{name} {middle[name]:.2f} ({min(each):.2f}-{max(each):.2f})" for name, each in values.items()]
        print(f"  {what:8} {'   '.join(said)}   ratio {middle['stock'] / middle['compiled']:.1f}")


def against_r(folder: str) -> None:
    """Print what R needs for the fit and one test of the blocked design, and the compiled engine beside it."""
    if shutil.which("Rscript") is None:
        print("\nR is not installed: no comparison with R's DESeq2.")
        return
    times = []
    for _ in range(REPEATS):
        ours = measured("compiled", "", "blocked", "92", str(GENES))["tested"]
        done = subprocess.run(["Rscript", "-e", R_SCRIPT, folder], capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"\nR's DESeq2 did not run: {done.stderr.strip().splitlines()[-1]}")
            return
        times.append((float(done.stdout), ours))
    r, ours = (statistics.median(each) for each in zip(*times, strict=True))
    print(f"\nblocked, fit and one test: R DESeq2 {r:.1f} s on one core, compiled {ours:.2f} s, ratio {r / ours:.0f}")


def whole_trial(folder: str) -> None:
    """Print what all estimands of the trial need, from counts to tables."""
    runs = [measured("trial", folder) for _ in range(REPEATS)]
    whole = [run["process"] for run in runs]
    print(
        f"\nall 15 estimands of the trial, counts to tables, imports included: {statistics.median(whole):.1f} s "
        f"({min(whole):.1f}-{max(whole):.1f}), {max(run['peak_mb'] for run in runs):.0f} MB"
    )


def main() -> None:
    """Print every table."""
    for design in ("nested", "two groups"):
        compared(design, 92, REPEATS)
    for samples in LARGE:
        compared("two groups and a covariate", samples, 1)
    with tempfile.TemporaryDirectory() as folder:
        measured("write", folder, "blocked", "92", str(GENES))
        against_r(folder)
        whole_trial(folder)


if __name__ == "__main__":
    main()

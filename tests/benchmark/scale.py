"""Time and memory of every rule as samples grow: `make bench`, or `scale.py 300` for one size.

A simulated trial of 30,000 genes in two arms, two biopsies a subject, with GO, on two cores.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "tests")]

import pandas as pd  # noqa: E402 - after the path
import yaml  # noqa: E402

from trialseq import io, simulate  # noqa: E402
from trialseq.genesets import SHIPPED, read_gmt  # noqa: E402

SAMPLES = (30, 100, 300, 1000)
GENES = 30_000
CORES = 2


def main() -> None:
    """Print, for each number of samples, seconds and peak memory (MB) of each rule."""
    sizes = [int(each) for each in sys.argv[1:]] or SAMPLES
    columns = {}
    for samples in sizes:
        seconds, table = _run(samples)
        columns |= {f"{samples} seconds": table["seconds"], f"{samples} peak_mb": table["peak_mb"]}
        print(f"{samples} samples x {GENES} genes, {CORES} cores: {seconds:.0f} s", flush=True)
    print(pd.DataFrame(columns).round(1).to_string())


def study(samples: int, genes: int, folder: Path) -> Path:
    """Write a simulated trial of so many samples into a folder; returns its configuration."""
    known = {gene for each in read_gmt(ROOT / SHIPPED["GO"]).values() for gene in each.genes}
    symbols = [*sorted(known), *(f"GENE{number:05d}" for number in range(genes))][:genes]
    arms = {"Placebo": samples // 4, "NMN": samples // 2 - samples // 4}
    trial = simulate.trial(seed=1, genes=symbols, subjects_per_arm=arms, states=("Basal",))
    counts = trial.counts.T.rename_axis("gene_id").reset_index()
    counts.to_parquet(folder / "counts.parquet", index=False)
    io.write_table(trial.samples.reset_index(), folder / "samples.tsv")
    config = {
        "study": f"scale_{samples}",
        "simulated": True,
        "source": {"type": "table", "counts": "counts.parquet", "samples": "samples.tsv"},
        "trial": {
            "subject": "subject",
            "arm": {"column": "agent", "reference": "Placebo"},
            "visit": {"column": "visit", "reference": "before"},
        },
    }
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return path


def _run(samples: int) -> tuple[float, pd.DataFrame]:
    """Seconds of a whole run, and seconds and peak memory of its rules."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = study(samples, GENES, folder)
        command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--cores", str(CORES)]
        command += ["--configfile", str(config), "--directory", name, "--quiet", "all"]
        start = time.perf_counter()
        subprocess.run(command, check=True)
        elapsed = time.perf_counter() - start
        runs = [
            pd.read_csv(path, sep="\t").assign(rule=path.relative_to(folder).parts[2].removesuffix(".tsv"))
            for path in folder.glob("benchmarks/**/*.tsv")
        ]
    return elapsed, pd.concat(runs).groupby("rule").agg(seconds=("s", "sum"), peak_mb=("max_rss", "max"))


if __name__ == "__main__":
    main()

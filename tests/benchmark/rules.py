"""Time and memory of every rule on the example, from an empty folder: `make bench`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Run the example and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--cores", "2"]
        command += ["--configfile", str(ROOT / "config/config.yaml"), "--directory", folder, "--quiet", "all"]
        start = time.perf_counter()
        subprocess.run(command, check=True)
        elapsed = time.perf_counter() - start
        runs = [
            pd.read_csv(path, sep="\t").assign(rule=path.relative_to(folder).parts[2].removesuffix(".tsv"))
            for path in Path(folder).glob("benchmarks/**/*.tsv")
        ]
    table = pd.concat(runs).groupby("rule").agg(jobs=("s", "size"), seconds=("s", "sum"), peak_mb=("max_rss", "max"))
    print(table.sort_values("seconds", ascending=False).round(1).to_string())
    print(f"whole run, 2 cores: {elapsed:.0f} s")


if __name__ == "__main__":
    main()

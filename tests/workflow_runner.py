"""Runs the workflow as a user does: the snakemake command, in a folder of its own."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]


def run(
    folder: Path, config: Path | Mapping[str, object], *arguments: str, cores: int = 2
) -> subprocess.CompletedProcess[str]:
    """Run the workflow in a folder with a configuration; returns what it printed, and its exit code."""
    if not isinstance(config, Path):
        path = folder / "config.yaml"
        path.write_text(yaml.safe_dump(dict(config), sort_keys=False), encoding="utf-8")
        config = path
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--directory", str(folder)]
    command += ["--configfile", str(config), "--cores", str(cores), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=1500, check=False)


def finished(folder: Path, config: Path | Mapping[str, object], *arguments: str, cores: int = 2) -> str:
    """Run the workflow, which has to succeed; returns what it printed."""
    done = run(folder, config, *arguments, cores=cores)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    return done.stdout + done.stderr


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, by its path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

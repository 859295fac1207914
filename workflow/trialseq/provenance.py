"""Where results came from: configuration, versions, checksums of every input."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from trialseq import __version__
from trialseq.config import Config
from trialseq.de import OF_EDGEPYTHON

PACKAGES = ("anndata", "gseapy", "matplotlib", "numpy", "pandas", "pydeseq2", "scanpy", "scipy", "snakemake")


def record(
    config: Config,
    files: Iterable[str],
    addresses: Mapping[str, str],
    notices: Iterable[str],
    notes: Iterable[dict[str, Any]],
) -> dict[str, Any]:
    """Everything that is needed to repeat a run, as plain values; no dates, so that equal runs are equal.

    files: paths of the inputs; addresses: path: address of those that were fetched; notices: how the counts came
    to be; notes: of each fit.
    """
    inputs = [
        {"path": path, "sha256": sha256(Path(path)), "address": addresses.get(path)} for path in dict.fromkeys(files)
    ]
    optional = ["edgepython"] if OF_EDGEPYTHON.intersection(config.statistics.second_opinion) else []
    versions = {name: version(name) for name in (*PACKAGES, *optional)}
    return {
        "configuration": config.model_dump(mode="json"),
        "inputs": inputs,
        "notices": list(notices),
        "fits": list(notes),
        "versions": {"python": platform.python_version(), "trialseq": __version__, **versions},
    }


def sha256(path: Path) -> str:
    """Checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

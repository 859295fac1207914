"""One run of the example, which several modules look at."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialseq import io
from workflow_runner import ROOT, finished


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the default configuration has run."""
    path = tmp_path_factory.mktemp("example")
    printed = finished(path, ROOT / "config" / "config.yaml")
    (path / "printed.txt").write_text(printed)
    return path


@pytest.fixture(scope="session")
def results(folder: Path) -> Path:
    """Its results."""
    return folder / "results" / "example"


@pytest.fixture(scope="session")
def contrasts(results: Path) -> list[str]:
    """Its contrasts."""
    design = io.read_table(results / "tables" / "design.tsv")
    return design.loc[design["test"] == "wald", "contrast"].tolist()

"""What tests share: where the public data lie, a run of the example, and what a skip means."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from trialseq import io
from workflow_runner import finished

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"


def absent(reason: str) -> None:
    """Skip for a stated reason; in CI, where everything has to be present, fail."""
    if os.environ.get("CI"):
        pytest.fail(f"in CI nothing may be absent: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def public_data() -> Path:
    """The folder of real public data beside the checkout."""
    if not SHARED.is_dir():
        absent("the folder ../shared/data with public muscle data is not beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def edgepython() -> None:
    """The optional package of the second opinion is installed."""
    if find_spec("edgepython") is None:
        absent("edgePython is not installed (make opinion)")


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

"""What tests share: where the public data lie, and what a skip means."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

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

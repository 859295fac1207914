"""Generated documentation says what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialseq.docs import REPAIR, documents, stale
from workflow_runner import ROOT


@pytest.mark.parametrize("path", documents(ROOT), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_generated_file_is_in_step_with_the_code(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    assert name not in stale(ROOT), f"{name} differs from what the code says; {REPAIR}"

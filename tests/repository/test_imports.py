"""What Snakemake imports for every job of a run, because it reads the Snakefile again, stays light."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from workflow_runner import ROOT

HEAVY = {
    *("numpy", "pandas", "scipy", "sklearn", "numba", "pyarrow", "h5py", "anndata", "scanpy", "matplotlib"),
    *("pydeseq2", "gseapy", "statsmodels", "requests", "openpyxl", "adjustText", "edgepython"),
}
COMMON = (ROOT / "workflow" / "rules" / "common.smk").read_text(encoding="utf-8")


def _loaded(code: str) -> set[str]:
    code += "\nimport sys\nprint(*{name.partition('.')[0] for name in sys.modules})"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "workflow")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["config", "validation", "sources", "genesets", "figures", "de", "fingerprint"])
def test_a_module_that_the_snakefile_imports_is_light(module: str) -> None:
    assert _loaded(f"import trialseq.{module}") & HEAVY == set()


def test_everything_that_the_snakefile_imports_together_is_light() -> None:
    imports = re.findall(r"^(?:from trialseq\S* import .+|import trialseq\S*)$", COMMON, re.MULTILINE)
    assert len(imports) >= 3
    assert _loaded("\n".join(imports)) & HEAVY == set()


def test_a_heavy_import_would_be_seen() -> None:
    assert {"numpy", "pandas"} <= _loaded("import trialseq.tables") & HEAVY

"""The example that ships is what its script and its README say."""

from __future__ import annotations

import hashlib
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
import yaml

from trialseq.config import TableSource
from trialseq.planted import NAMED
from trialseq.simulate import trial
from trialseq.validation import parse
from workflow_runner import ROOT

EXAMPLE = ROOT / "resources" / "example"
FILES = sorted(EXAMPLE.iterdir())


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """resources/make_example.py."""
    spec = importlib.util.spec_from_file_location("make_example", ROOT / "resources" / "make_example.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def counts() -> pd.DataFrame:
    """The table of counts that ships."""
    return pd.read_csv(EXAMPLE / "simulated_counts.tsv.gz", sep="\t", index_col="gene_id", keep_default_na=False)


def test_the_files_are_named_simulated_and_small() -> None:
    assert len(FILES) == 3
    assert all(path.name.startswith("simulated_") for path in FILES)
    assert sum(path.stat().st_size for path in FILES) < 1.5e6


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_readme_has_the_checksum(path: Path) -> None:
    lines = (ROOT / "resources" / "README.md").read_text(encoding="utf-8").splitlines()
    (row,) = [line for line in lines if line.startswith(f"| `{path.name}`")]
    (digest,) = re.findall(r"[0-9a-f]{64}", row)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == digest


def test_the_seed_and_the_genes_that_ship_give_the_files_again(
    script: ModuleType, counts: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> None:
    again = tmp_path_factory.mktemp("again")
    script.write(trial(seed=script.SEED, genes=counts[["gene_name", "biotype"]]), again)
    for path in FILES:
        # What compresses may differ between versions of zlib; what is compressed may not.
        old, new = (pd.read_csv(each, sep="\t", dtype=str, keep_default_na=False) for each in (path, again / path.name))
        pd.testing.assert_frame_equal(old, new)


def test_gzip_headers_hold_no_time() -> None:
    for path in FILES:
        if path.suffix == ".gz":
            assert path.read_bytes()[4:8] == bytes(4), path.name


def test_genes_are_real_unique_and_hold_the_pdgf_terms(script: ModuleType, counts: pd.DataFrame) -> None:
    assert len(counts) == script.GENES
    assert counts.shape[1] == 2 + 92
    assert counts.index.is_unique
    assert counts.index.str.fullmatch(r"ENSG\d{11}").all()
    symbols = counts["gene_name"]
    assert symbols.is_unique
    assert set(NAMED) <= set(symbols)
    sets = {}
    for line in (ROOT / "resources" / "genesets" / "pdgf.gmt").read_text(encoding="utf-8").splitlines():
        name, _, *members = line.split("\t")
        sets[name] = {member for member in members if not member.startswith("MIR")}  # micro-RNAs code for no protein
    assert set(sets) == set(script.PDGF_TERMS)
    for name, members in sets.items():
        assert members <= set(symbols), name


def test_the_smallest_configuration_runs_the_example_and_calls_it_simulated() -> None:
    text = (ROOT / "config" / "config.yaml").read_text(encoding="utf-8")
    assert 10 <= len(text.splitlines()) <= 40
    config = parse(yaml.safe_load(text))
    assert config.simulated
    assert "imulated" in str(config.title)
    assert isinstance(config.source, TableSource)
    for path in (config.source.counts, config.source.samples):
        assert (ROOT / path) in FILES

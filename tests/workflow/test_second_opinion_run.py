"""A small study with a second opinion: from the configuration to tables and figures; and without the package."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from trialseq import io, tables
from workflow_runner import ROOT, finished, run

CONTRAST = "change.after_vs_before"
ENGINES = ["edger", "limma", "stock"]
GENE = "A1CF"  # the simulated treatment lowers it

# Python reads it at its start: an interpreter that finds every package but this one.
WITHOUT_EDGEPYTHON = """
import sys
from importlib.machinery import PathFinder


class Without(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name == "edgepython" else super().find_spec(name, path, target)


sys.meta_path = [Without if each is PathFinder else each for each in sys.meta_path]
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    """A folder with 300 genes of one arm and state of the example, and a configuration that asks for every engine."""
    folder = tmp_path_factory.mktemp("opinion")
    example = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
    counts = pd.read_csv(ROOT / "resources/example/simulated_counts.tsv.gz", sep="\t", nrows=300)
    counts.to_csv(folder / "counts.tsv", sep="\t", index=False)
    shutil.copy(ROOT / "resources/example/simulated_samples.tsv", folder / "samples.tsv")
    config = {
        **example,
        "study": "small",
        "source": {**example["source"], "counts": "counts.tsv", "samples": "samples.tsv"},
        "samples": {"subset": "state == Basal and agent == NMN"},
        "trial": {key: example["trial"][key] for key in ("subject", "visit")},
        "statistics": {"second_opinion": ENGINES},
        "evidence": {"composition": {"run": False}},
        "claims": [{"id": "mine", "says": "it falls", "contrast": CONTRAST, "gene": GENE, "direction": "down"}],
        "figures": {"formats": ["png"]},
    }
    return folder, config


@pytest.fixture(scope="module")
def results(study: tuple[Path, dict[str, object]], edgepython: None) -> Path:  # noqa: ARG001 - it has to be there
    """The second opinion's results of the study, and what they need."""
    folder, config = study
    targets = [f"results/small/figures/contrasts/{CONTRAST}/concordance.png"]
    targets += [f"results/small/tables/{CONTRAST}.{table}.tsv" for table in ("concordance", "disagreements")]
    targets += [f"results/small/{tables.CLAIMS_EVIDENCE.file}"]
    finished(folder, config, *targets)
    return folder / "results" / "small"


def test_every_engine_tests_the_same_genes_in_the_same_columns(results: Path) -> None:
    default = io.read_table(results / "models" / "change.parquet")
    for engine in ENGINES:
        table = io.read_table(results / "models" / f"change.{engine}.parquet")
        pd.testing.assert_frame_equal(table, tables.STATISTICS.conform(table))
        same = ["contrast", "gene_id", "gene_name", "base_mean"]
        pd.testing.assert_frame_equal(table[same], default[same])
        assert (table["p_value"].notna() == default["p_value"].notna()).all()
        assert default["log2_fold_change"].corr(table["log2_fold_change"]) > 0.98
        assert io.read_json(results / "models" / f"change.{engine}.notes.json")["model"] == "change"


def test_the_contrast_has_its_concordance_and_figure(results: Path) -> None:
    concordance = io.read_table(results / "tables" / f"{CONTRAST}.concordance.tsv")
    assert list(concordance) == tables.CONCORDANCE.names
    pairs = list(zip(concordance["engine_1"], concordance["engine_2"], strict=True))
    assert [pair for pair in pairs if pair[0] == "pydeseq2"] == [("pydeseq2", engine) for engine in ENGINES]
    assert len(pairs) == 6
    genes = io.read_table(results / "tables" / f"{CONTRAST}.disagreements.tsv")
    assert list(genes) == tables.DISAGREEMENTS.names
    with_default = concordance[concordance["engine_1"] == "pydeseq2"]
    apart = with_default["calls_1"] + with_default["calls_2"] - 2 * with_default["calls_both"]
    alone = genes[genes["called_by"] != "both"].groupby("engine").size().reindex(ENGINES, fill_value=0)
    assert alone.tolist() == apart.tolist()
    assert (results / "figures" / "contrasts" / CONTRAST / "concordance.png").stat().st_size > 1000


def test_a_claim_is_asked_of_every_engine(results: Path) -> None:
    evidence = io.read_table(results / tables.CLAIMS_EVIDENCE.file).set_index("line")
    for engine in ENGINES:
        table = io.read_table(results / "models" / f"change.{engine}.parquet").set_index("gene_name")
        assert evidence.loc[engine, "p_value"] == pytest.approx(table.loc[GENE, "p_value"], rel=1e-9)
        assert evidence.loc[engine, "survives"] == "yes"
    assert evidence.loc["composition", "survives"] == "not asked"


def test_another_second_opinion_refits_nothing(study: tuple[Path, dict[str, object]], results: Path) -> None:
    assert results.is_dir()
    folder, config = study
    done = run(folder, {**config, "statistics": {"second_opinion": ["edger", "stock"]}}, "--dry-run").stdout
    assert "rule concordance:" in done
    for rule in ("rule model:", "rule second_opinion:", "checkpoint design:"):
        assert rule not in done


def test_without_a_second_opinion_nothing_of_it_is_made(study: tuple[Path, dict[str, object]]) -> None:
    folder, config = study
    (folder / "plain").mkdir()
    for name in ("counts.tsv", "samples.tsv"):
        shutil.copy(folder / name, folder / "plain" / name)
    plain = {**config, "statistics": {}}
    finished(folder / "plain", plain, "results/small/plan.json")
    planned = run(folder / "plain", plain, "--dry-run").stdout
    assert "rule model:" in planned
    assert "second_opinion" not in planned
    assert "concordance" not in planned


def test_a_package_that_is_absent_stops_the_run_and_says_how_to_get_it(
    study: tuple[Path, dict[str, object]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, config = study
    (tmp_path / "sitecustomize.py").write_text(WITHOUT_EDGEPYTHON)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    done = run(folder, {**config, "study": "without"})
    assert done.returncode != 0
    for part in ("statistics.second_opinion", "edger and limma", "not installed", "make opinion"):
        assert part in done.stderr
    assert not (folder / "results" / "without").exists()
    assert run(folder, {**config, "statistics": {"second_opinion": ["stock"]}}, "--dry-run").returncode == 0

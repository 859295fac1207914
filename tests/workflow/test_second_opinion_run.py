"""A small study with a second opinion: from the configuration to tables and figures; and without the package."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest
import yaml

from trialseq import io, tables
from workflow_runner import ROOT, finished, run

ENGINES = ["edger", "limma", "stock"]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    """A folder with 300 genes of one state of the example, and a configuration that asks for two engines and stock."""
    folder = tmp_path_factory.mktemp("opinion")
    example = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
    counts = pd.read_csv(ROOT / "resources/example/simulated_counts.tsv.gz", sep="\t", nrows=300)
    counts.to_csv(folder / "counts.tsv", sep="\t", index=False)
    shutil.copy(ROOT / "resources/example/simulated_samples.tsv", folder / "samples.tsv")
    config = {
        **example,
        "study": "small",
        "source": {**example["source"], "counts": "counts.tsv", "samples": "samples.tsv"},
        "samples": {"subset": "state == Basal"},
        "trial": {key: value for key, value in example["trial"].items() if key != "state"},
        "statistics": {"second_opinion": ENGINES},
        "enrichment": {"methods": ["ora"]},
        "figures": {"formats": ["png"]},
    }
    return folder, config


@pytest.fixture(scope="module")
def results(study: tuple[Path, dict[str, object]], edgepython: None) -> Path:  # noqa: ARG001 - it has to be there
    """The results of the study."""
    folder, config = study
    finished(folder, config)
    return folder / "results" / "small"


def test_every_engine_fits_every_model_in_the_same_columns(results: Path) -> None:
    plan = io.read_json(results / "plan.json")
    for model in plan["models"]:
        default = io.read_table(results / "models" / f"{model['id']}.parquet")
        for engine in ENGINES:
            table = io.read_table(results / "models" / f"{model['id']}.{engine}.parquet")
            pd.testing.assert_frame_equal(table, tables.STATISTICS.conform(table))
            pd.testing.assert_frame_equal(table[["contrast", "gene_id"]], default[["contrast", "gene_id"]])
            fitted = table["p_value"].notna()
            assert fitted.sum() > 300
            assert default["log2_fold_change"].corr(table["log2_fold_change"]) > 0.95
            pd.testing.assert_series_equal(table["base_mean"], default["base_mean"])


def test_every_contrast_has_its_concordance_and_figure(results: Path) -> None:
    for contrast in io.read_table(results / "tables" / "design.tsv")["contrast"]:
        concordance = io.read_table(results / tables.CONCORDANCE.file.replace("<contrast>", contrast))
        assert list(concordance) == tables.CONCORDANCE.names
        pairs = list(zip(concordance["engine_1"], concordance["engine_2"], strict=True))
        assert [pair for pair in pairs if pair[0] == "pydeseq2"] == [("pydeseq2", engine) for engine in ENGINES]
        assert len(pairs) == 6
        genes = io.read_table(results / tables.DISAGREEMENTS.file.replace("<contrast>", contrast))
        assert list(genes) == tables.DISAGREEMENTS.names
        with_default = concordance[concordance["engine_1"] == "pydeseq2"]
        apart = with_default["calls_1"] + with_default["calls_2"] - 2 * with_default["calls_both"]
        alone = genes[genes["called_by"] != "both"].groupby("engine").size().reindex(ENGINES, fill_value=0)
        assert alone.tolist() == apart.tolist()
        assert (results / "figures" / "contrasts" / contrast / "concordance.png").stat().st_size > 1000


def test_another_second_opinion_refits_nothing(study: tuple[Path, dict[str, object]], results: Path) -> None:
    assert results.is_dir()
    folder, config = study
    done = run(folder, {**config, "statistics": {"second_opinion": ["edger", "stock"]}}, "--dry-run").stdout
    assert "rule concordance:" in done
    for rule in ("rule model:", "rule second_opinion:", "rule contrast:", "rule normalise:"):
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


@pytest.mark.skipif(find_spec("edgepython") is not None, reason="edgePython is installed here")
def test_a_package_that_is_absent_stops_the_run_and_says_how_to_get_it(study: tuple[Path, dict[str, object]]) -> None:
    folder, config = study
    done = run(folder, config)
    assert done.returncode != 0
    for part in ("statistics.second_opinion", "edger and limma", "not installed", "make opinion"):
        assert part in done.stderr
    assert not (folder / "results").exists()

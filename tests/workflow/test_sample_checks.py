"""A sample that is left out is left out of what depends on it, and the run says so."""

from __future__ import annotations

from pathlib import Path

import tiny_study
from trialseq import io, tables
from workflow_runner import finished, run

TABLE = "results/tiny/tables/samples.tsv"


def test_verdicts_are_written_and_an_excluded_sample_is_gone_from_all_that_used_it(tmp_path: Path) -> None:
    config = tiny_study.write(tmp_path)
    finished(tmp_path, config, TABLE)
    before = io.read_table(tmp_path / TABLE)
    assert set(before["verdict"]) == {"ok"}
    checks = io.read_table(tmp_path / "results/tiny/tables/sample_checks.tsv")
    assert list(checks) == tables.SAMPLE_CHECKS.names
    tables.SAMPLE_CHECKS.conform(checks)
    assert set(checks["sample"]) == set(before["sample"])
    name = before["sample"].iloc[1]
    excluded = {**config, "samples": {"exclude": [name]}}
    finished(tmp_path, excluded, TABLE)
    assert io.read_table(tmp_path / TABLE)["sample"].tolist() == [each for each in before["sample"] if each != name]


def test_a_technical_column_that_is_not_there_stops_the_run_and_an_entangled_one_is_warned_about(
    tmp_path: Path,
) -> None:
    config = tiny_study.write(tmp_path)
    failed = run(tmp_path, {**config, "qc": {"technical": ["bach"]}}, "--dry-run")
    assert failed.returncode != 0
    assert "qc.technical.0" in failed.stdout + failed.stderr
    sheet = io.read_table(tmp_path / "samples.tsv")
    sheet["batch"] = sheet["visit"].map({"before": "b1", "after": "b2"})
    io.write_table(sheet, tmp_path / "samples.tsv")
    warned = run(tmp_path, config, "--dry-run")
    assert "visit (visit) goes with the technical column batch (Cramér's V = 1.00)" in warned.stderr

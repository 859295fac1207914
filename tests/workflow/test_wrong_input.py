"""Wrong input stops before any job: one message, every problem, a way out, and nothing written."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sheets import TRIAL, sheet
from workflow_runner import run

Study = dict[str, Any]
CLAIM = {"id": "mine", "says": "it rises", "contrast": "change.NMN.Basal", "gene": "GENE1", "direction": "up"}


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """A small right study: counts.tsv and samples.tsv in the folder, and its configuration."""
    samples = sheet({"Placebo": 3, "NMN": 3})
    rng = np.random.default_rng(1)
    counts = pd.DataFrame(
        rng.poisson(100, (50, len(samples))), index=[f"GENE{i}" for i in range(50)], columns=samples.index
    )
    counts.rename_axis("gene").to_csv(tmp_path / "counts.tsv", sep="\t")
    samples.to_csv(tmp_path / "samples.tsv", sep="\t")
    source = {"type": "table", "counts": "counts.tsv", "samples": "samples.tsv"}
    return {"study": "mine", "source": source, "trial": {**TRIAL}}


def _counts(folder: Path, change: Callable[[pd.DataFrame], object]) -> None:
    table = pd.read_csv(folder / "counts.tsv", sep="\t", index_col=0)
    changed = change(table)
    (table if changed is None else changed).to_csv(folder / "counts.tsv", sep="\t")  # type: ignore[attr-defined]


def _sheet(folder: Path, change: Callable[[pd.DataFrame], object]) -> None:
    table = pd.read_csv(folder / "samples.tsv", sep="\t", index_col=0, dtype=str)
    changed = change(table)
    (table if changed is None else changed).to_csv(folder / "samples.tsv", sep="\t")  # type: ignore[attr-defined]


def _set(value: object) -> Callable[[pd.DataFrame], None]:
    def change(table: pd.DataFrame) -> None:
        table[table.columns[2]] = table[table.columns[2]].astype(object)
        table.iloc[4, 2] = value

    return change


def _cases() -> dict[str, tuple[Callable[[Study, Path], object], tuple[str, ...]]]:
    return {
        "an unknown option": (lambda s, _: s.update(statistic={}), ("statistic", "did you mean statistics?")),
        "a misspelt column": (lambda s, _: s["trial"].update(subject="subjekt"), ("did you mean subject?",)),
        "a misspelt level": (
            lambda s, _: s["trial"].update(arm={"column": "agent", "reference": "placebo"}),
            ("trial.arm.reference", "did you mean Placebo?"),
        ),
        "a sample without counts": (
            lambda _, f: _counts(f, lambda t: t.drop(columns="S1.before.Basal")),
            ("S1.before.Basal",),
        ),
        "counts without a sample": (lambda _, f: _sheet(f, lambda t: t.drop("S1.before.Basal")), ("S1.before.Basal",)),
        "a gene twice": (lambda _, f: _counts(f, lambda t: t.rename({"GENE3": "GENE4"})), ("GENE4",)),
        "a sample twice": (
            lambda _, f: _sheet(f, lambda t: t.rename({"S1.before.Basal": "S2.before.Basal"})),
            ("S2.before.Basal",),
        ),
        "a negative count": (lambda _, f: _counts(f, _set(-3)), ("negative", "GENE4")),
        "a fraction": (lambda _, f: _counts(f, _set(1.5)), ("round_fractions", "GENE4")),
        "a missing count": (lambda _, f: _counts(f, _set(None)), ("GENE4",)),
        "a word for a count": (lambda _, f: _counts(f, _set("many")), ("many", "GENE4")),
        "TPM": (lambda _, f: _counts(f, lambda t: t / t.sum() * 1e6), ("TPM",)),
        "logarithms": (lambda _, f: _counts(f, lambda t: np.log2(t + 0.5)), ("log",)),
        "genes in columns": (lambda _, f: _counts(f, lambda t: t.T), ("transpose",)),
        "a subject in both arms": (
            lambda _, f: _sheet(f, lambda t: t.replace({"subject": {"4": "1", "5": "2", "6": "3"}})),
            ("each subject in one arm", "within: [agent]"),
        ),
        "one sample a cell": (
            lambda s, _: s["samples"].update(subset="subject in [1, 4]"),
            ("at least one estimand",),
        ),
        "an empty file": (lambda _, f: (f / "counts.tsv").write_text(""), ("empty",)),
        "a cut gzip file": (
            lambda s, f: (
                (f / "counts.tsv.gz").write_bytes(gzip.compress((f / "counts.tsv").read_bytes())[:-100]),
                s["source"].update(counts="counts.tsv.gz"),
            ),
            ("counts.tsv.gz", "truncated"),
        ),
        "no such file": (lambda s, _: s["source"].update(counts="count.tsv"), ("count.tsv",)),
        "a claim on an unknown contrast": (
            lambda s, _: s.update(claims=[{**CLAIM, "contrast": "change.NMN.Bazal"}]),
            ("claims.0.contrast", "did you mean change.NMN.Basal?"),
        ),
        "a claim on an unknown gene": (
            lambda s, _: s.update(claims=[{**CLAIM, "gene": "GENE55x"}]),
            ("claims.0.gene", "did you mean GENE5?"),
        ),
        "a claim on an unknown set": (
            lambda s, _: s.update(claims=[{**CLAIM, "gene": None, "set": "GO:00484077"}]),
            ("claims.0.set", "did you mean GO:0048407?"),
        ),
        "a contrast without a cell": (
            lambda s, _: s.update(
                models=[
                    {"id": "m", "formula": "~ agent", "contrasts": [{"id": "c", "expression": "NMN - Plazebo"}]},
                ]
            ),
            ("models.0.contrasts.0.expression", "levels are Placebo, NMN"),
        ),
    }


@pytest.mark.parametrize("case", _cases())
def test_wrong_input_is_said_in_plain_words_and_nothing_is_written(case: str, study: Study, tmp_path: Path) -> None:
    study["samples"] = {}
    break_it, words = _cases()[case]
    break_it(study, tmp_path)
    done = run(tmp_path, study)
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "nothing was run" in said
    for word in words:
        assert word in said
    assert "Traceback" not in said
    assert not (tmp_path / "results").exists()
    assert not (tmp_path / "logs").exists()


def test_all_problems_are_said_at_once(study: Study, tmp_path: Path) -> None:
    study["trial"]["subject"] = "subjekt"
    study["models"] = [{"id": "m", "formula": "~ agnt", "contrasts": [{"id": "c", "expression": "NMN - Placebo"}]}]
    study["enrichment"] = {"collections": [{"name": "mine", "file": "no.gmt"}]}
    said = run(tmp_path, study).stderr
    assert "3 problems" in said
    for word in ("subjekt", "agnt", "no.gmt"):
        assert word in said


def test_disease_and_batch_of_gse140261_are_refused_before_any_job(tmp_path: Path, public_data: Path) -> None:
    folder = public_data / "GSE140261"
    config = {
        "study": "fshd",
        "source": {
            "type": "table",
            "counts": str(folder / "GSE140261_year2_genecounts.csv.gz"),
            "samples": str(folder / "samples.tsv"),
        },
        "models": [
            {
                "id": "disease",
                "formula": "~ batch + disease",
                "contrasts": [{"id": "FSHD_vs_control", "expression": "FSHD - Control"}],
            }
        ],
    }
    done = run(tmp_path, config)
    assert done.returncode != 0
    assert "disease and batch are entangled" in done.stderr
    assert not (tmp_path / "results").exists()


def test_patients_against_deeper_sequenced_controls_are_a_warning(tmp_path: Path, public_data: Path) -> None:
    folder = public_data / "GSE184951"
    config = {
        "study": "dm1",
        "source": {
            "type": "table",
            "counts": str(folder / "GSE184951_gene_counts.tsv.gz"),
            "samples": str(folder / "samples.tsv"),
            "symbol_column": "symbol",
        },
        "samples": {"subset": "time != post"},
        "models": [
            {"id": "m", "formula": "~ group", "contrasts": [{"id": "DM1_vs_control", "expression": "DM1 - control"}]}
        ],
    }
    done = run(tmp_path, config, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "Samples of control were sequenced" in done.stderr

"""edgeR's quasi-likelihood and limma-voom through our designs against R's, on real and on nested simulated counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sheets import study
from trialseq import de, design
from trialseq.config import Config
from trialseq.counts import CountMatrix

# R 4.2.2, edgeR 3.40.2, limma 3.54.1: made by make.R in this folder.
DATA = Path(__file__).parents[2] / "data"
OF_R = DATA / "second_opinion"
KEYS = ["contrast", "gene_id"]
EDGEPYTHON = ["edger", "limma"]

pytestmark = pytest.mark.usefixtures("edgepython")


def _of_r(name: str, engine: str) -> pd.DataFrame:
    table = pd.read_csv(OF_R / f"{name}.tsv.gz", sep="\t")
    return table[table["engine"] == engine].set_index(KEYS)


@pytest.fixture(scope="module")
def nested() -> tuple[CountMatrix, Config]:
    """Subjects nested in arms."""
    counts = pd.read_csv(DATA / "deseq2_nested" / "counts.tsv.gz", sep="\t", index_col=0).T
    sheet = pd.DataFrame([name.split(".") for name in counts.index], columns=["subject", "visit"], index=counts.index)
    sheet["agent"] = np.where(sheet["subject"] <= "S05", "NMN", "Placebo")
    roles = {
        "subject": "subject",
        "arm": {"column": "agent", "reference": "Placebo"},
        "visit": {"column": "visit", "reference": "before"},
    }
    genes = pd.DataFrame({"gene_name": counts.columns, "biotype": ""}, index=counts.columns)
    return CountMatrix(counts, sheet, genes), study(trial=roles, statistics={"min_count": 0})


def _fit(given: tuple[CountMatrix, Config], engine: str) -> de.Fit:
    matrix, config = given
    return de.fit(matrix, design.plan(matrix.samples, config).models[0], config.statistics, threads=1, engine=engine)


@pytest.mark.parametrize("engine", EDGEPYTHON)
def test_subjects_nested_in_arms_agree_with_r(nested: tuple[CountMatrix, Config], engine: str) -> None:
    r = _of_r("nested", engine)
    ours = _fit(nested, engine).statistics.set_index(KEYS).loc[r.index]
    _agree(ours, r, engine)
    for contrast in r.index.unique("contrast"):
        called, of_r = (set(each.loc[contrast].query("q_value < 0.05").index) for each in (ours, r))
        assert len(called & of_r) / len(called | of_r) > 0.97


def _agree(ours: pd.DataFrame, r: pd.DataFrame, engine: str) -> None:
    # edgeR: locfit's surface and the dispersions' optimum are found to other precisions in the port.
    change, p_value = {"edger": (1e-4, 2e-3), "limma": (1e-7, 1e-6)}[engine]
    np.testing.assert_allclose(ours["log2_fold_change"], r["log2_fold_change"], atol=change)
    np.testing.assert_allclose(np.log10(ours["p_value"]), np.log10(r["p_value"]), atol=p_value)
    np.testing.assert_allclose(ours["statistic"], r["statistic"], atol=5 * p_value)


@pytest.mark.parametrize("engine", EDGEPYTHON)
def test_paired_training_in_gse184951_agrees_with_r(public_data: Path, engine: str) -> None:
    folder = public_data / "GSE184951"
    table = pd.read_csv(folder / "GSE184951_gene_counts.tsv.gz", sep="\t", index_col=0, keep_default_na=False)
    sheet = pd.read_csv(folder / "samples.tsv", sep="\t", index_col=0, dtype=str)
    sheet = sheet[sheet["group"] == "DM1"]
    genes = pd.DataFrame({"gene_name": table["symbol"], "biotype": ""})
    config = study(trial={"subject": "subject", "visit": {"column": "time", "reference": "pre"}})
    ours = _fit((CountMatrix(table[sheet.index].T.astype(int), sheet, genes), config), engine).statistics
    ours = ours.set_index("gene_id")
    r = _of_r("gse184951", engine).droplevel("contrast")
    _agree(ours.loc[r.index], r, engine)
    # R's table has every gene that it calls.
    assert set(ours.index[ours["q_value"] < 0.05]) == set(r.index[r["q_value"] < 0.05])

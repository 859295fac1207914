"""PyDESeq2 through our designs against R DESeq2, on real and on nested simulated counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gse184951
from sheets import study
from trialseq import de, design
from trialseq.counts import CountMatrix
from trialseq.de.independent import independent_filtering

NESTED = Path(__file__).parents[2] / "data" / "deseq2"
AS_R = {"min_count": 0, "shrinkage": False, "distribution": "normal"}


def test_paired_training_in_gse184951_agrees_with_r(public_data: Path) -> None:
    folder = public_data / "GSE184951"
    ours = de.fit(*gse184951.asked(folder), threads=2).statistics.set_index("gene_id")
    r = gse184951.of_r(folder)

    assert (ours["p_value"].isna() == r["pvalue"].isna()).all()
    high = r["baseMean"] > 10
    apart = (ours["log2_fold_change"] - r["log2FoldChange"])[high].abs()
    assert apart.max() < 0.002
    assert ours["statistic"].corr(r["stat"], method="spearman") >= 0.999
    called, of_r = set(ours.index[ours["q_value"] < gse184951.CALLED]), set(r.index[r["padj"] < gse184951.CALLED])
    assert len(called & of_r) / len(called | of_r) >= 0.94
    receptor = ours[ours["gene_name"] == "PDGFRB"].iloc[0]
    assert receptor["log2_fold_change"] == pytest.approx(0.62, abs=0.01)
    assert receptor["q_value"] < 0.05


def test_independent_filtering_of_rs_p_values_gives_rs_q_values(public_data: Path) -> None:
    r = gse184951.of_r(public_data / "GSE184951")
    ours = independent_filtering(r["pvalue"].to_numpy(), r["baseMean"].to_numpy(), 0.1)
    np.testing.assert_allclose(ours, r["padj"].to_numpy(), rtol=1e-9)


@pytest.fixture(scope="module")
def nested() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Our statistics and R's (data/deseq2, made by make.R) for subjects nested in arms."""
    counts = pd.read_csv(NESTED / "nested.counts.tsv.gz", sep="\t", index_col=0).T
    sheet = pd.DataFrame([name.split(".") for name in counts.index], columns=["subject", "visit"], index=counts.index)
    sheet["agent"] = np.where(sheet["subject"] <= "S05", "NMN", "Placebo")
    matrix = CountMatrix(
        counts, sheet, pd.DataFrame({"gene_name": counts.columns, "biotype": ""}, index=counts.columns)
    )
    roles = {
        "subject": "subject",
        "arm": {"column": "agent", "reference": "Placebo"},
        "visit": {"column": "visit", "reference": "before"},
    }
    config = study(trial=roles, statistics=AS_R)
    fit = de.fit(matrix, design.plan(sheet, config).models[0], config.statistics, threads=1)
    keys = ["contrast", "gene_id"]
    reference = pd.read_csv(NESTED / "nested.wald.tsv.gz", sep="\t").set_index(["test", "gene_id"]).rename_axis(keys)
    return fit.statistics.set_index(keys).loc[reference.index], reference


@pytest.mark.parametrize("contrast", ["change.Placebo", "change.NMN", "difference.NMN_vs_Placebo"])
def test_contrasts_of_subjects_nested_in_arms_agree_with_r(
    nested: tuple[pd.DataFrame, pd.DataFrame], contrast: str
) -> None:
    ours, r = (each.loc[contrast] for each in nested)
    assert (ours["p_value"].isna() == r["p_value"].isna()).all()
    np.testing.assert_allclose(ours["base_mean"], r["base_mean"], rtol=1e-6)
    np.testing.assert_allclose(ours["log2_fold_change"], r["log2_fold_change"], atol=1e-3)
    assert ours["statistic"].corr(r["statistic"], method="spearman") > 0.9999
    called, of_r = set(ours.index[ours["q_value"] < 0.05]), set(r.index[r["q_value"] < 0.05])
    assert len(called & of_r) / len(called | of_r) > 0.957


def test_planted_changes_have_the_planted_sign(nested: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    ours, _ = nested
    rise, fall = [f"gene{i:03d}" for i in range(1, 61)], [f"gene{i:03d}" for i in range(61, 121)]
    # make.R: +1.2 in NMN only, -0.9 in both arms, natural log.
    effect = ours["log2_fold_change"] * np.log(2)
    assert effect.loc["change.NMN"][rise].median() == pytest.approx(1.2, abs=0.1)
    assert effect.loc["change.Placebo"][fall].median() == pytest.approx(-0.9, abs=0.1)
    assert effect.loc["difference.NMN_vs_Placebo"][rise].median() == pytest.approx(1.2, abs=0.15)
    assert effect.loc["difference.NMN_vs_Placebo"][fall].median() == pytest.approx(0, abs=0.15)

"""How engines are compared, and which reasons for a disagreement are given."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gene_tables import contrast_genes
from sheets import TRIAL, study
from trialseq import design, simulate
from trialseq.config import Statistics
from trialseq.counts import CountMatrix
from trialseq.de.concordance import concordance, disagreements, outlyingness

GENES = [f"G{number}" for number in range(8)]
STATISTIC = np.array([6.0, 5.0, -5.0, 4.0, -3.0, 1.0, 0.5, 0.2])
ALPHA = 0.05


def _ids(*numbers: int) -> list[str]:
    return [f"id{number:05d}" for number in numbers]


def _reasons(default: pd.DataFrame, other: pd.DataFrame, **about: pd.Series) -> dict[str, str]:
    """Reasons by gene: the default engine against edgeR, dispersions at the trend and no outlier unless given."""
    ids = default["gene_id"]
    dispersions = pd.DataFrame({"gene_id": ids, "genewise": 0.1, "final": 0.1})
    dispersions["genewise"] *= about.get("pulled", pd.Series(1.0, index=ids)).to_numpy()
    away = about.get("outlyingness", pd.Series(2.0, index=ids))
    table = disagreements({"pydeseq2": default, "edger": other}, dispersions, away, ALPHA)
    return dict(zip(table["gene_id"], table["called_by"] + ": " + table["reasons"], strict=True))


def test_pairs_of_engines_are_counted() -> None:
    one = contrast_genes(GENES, STATISTIC, called=GENES[:4])
    two = contrast_genes(GENES, STATISTIC * [1, 1, 1, -1, 1, 1, 1, 1], called=GENES[2:6])
    three = contrast_genes(GENES, STATISTIC, called=[], p_value=[0.1] * 7 + [np.nan])
    table = concordance({"pydeseq2": one, "edger": two, "limma": three}, ALPHA)
    assert list(zip(table["engine_1"], table["engine_2"], strict=True)) == [
        ("pydeseq2", "edger"), ("pydeseq2", "limma"), ("edger", "limma"),
    ]  # fmt: skip
    first = table.iloc[0]
    assert first[["genes", "calls_1", "calls_2", "calls_both", "opposite_signs"]].tolist() == [8, 4, 4, 2, 1]
    assert first["jaccard"] == pytest.approx(2 / 6)
    assert first["fold_change_correlation"] == pytest.approx(np.corrcoef(STATISTIC, two["log2_fold_change"])[0, 1])
    assert table["genes"].tolist() == [8, 7, 7]
    assert table["statistic_rank_correlation"].iloc[1] == 1


def test_without_calls_or_genes_there_is_no_overlap_and_no_correlation() -> None:
    none = contrast_genes(GENES, STATISTIC, p_value=np.nan, q_value=np.nan, status="low_count")
    row = concordance({"pydeseq2": none, "edger": none}, ALPHA).iloc[0]
    assert row["genes"] == 0
    assert row[["jaccard", "fold_change_correlation", "statistic_rank_correlation"]].isna().all()
    dispersions = pd.DataFrame({"gene_id": [], "genewise": [], "final": []})
    assert disagreements({"pydeseq2": none, "edger": none}, dispersions, pd.Series(dtype=float), ALPHA).empty


def test_genes_that_one_engine_calls_are_listed_with_the_engine_that_does() -> None:
    one, two = (contrast_genes(GENES, STATISTIC, called=called) for called in (GENES[:2], GENES[1:3]))
    said = _reasons(one, two)
    assert set(said) == set(_ids(0, 2))
    assert said["id00000"].startswith("pydeseq2: ")
    assert said["id00002"].startswith("edger: ")


def test_opposite_signs_of_what_both_call_are_a_disagreement() -> None:
    one, two = (contrast_genes(GENES, sign * STATISTIC, called=GENES[:1]) for sign in (1, -1))
    assert _reasons(one, two) == {"id00000": "both: opposite signs"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"q_value": 0.08}, "just missed in edger (q below 0.1)"),
        ({"log2_fold_change": 0.7 * 1.2}, "smaller fold change in edger"),
        ({"log2_fold_change": -1.2}, "opposite signs"),
        ({"lfc_se": 0.26}, "larger standard error in edger"),
        ({"p_value": 1e-3}, "as large a statistic, a larger p value in edger (fewer degrees of freedom)"),
        ({"p_value": 1e-10}, "a p value that pydeseq2 calls and edger, with fewer calls, does not"),
        ({"status": "filtered", "q_value": np.nan}, "left out by independent filtering in edger"),
        ({"status": "outlier", "q_value": np.nan, "p_value": np.nan}, "an outlier by Cook's distance in edger"),
        ({"p_value": 2.2e-9}, "many small differences"),
    ],
)
def test_the_reason_is_what_differs(change: dict[str, object], reason: str) -> None:
    one = contrast_genes(GENES, STATISTIC, called=GENES[:1]).assign(base_mean=100.0)
    two = one.copy()
    # Just above the p value of the first engine (2e-9), so that of itself it is no reason.
    two.loc[0, ["q_value", "p_value"]] = 0.5, 2.1e-9
    for name, value in change.items():
        two.loc[0, name] = value
    assert _reasons(one, two) == {"id00000": f"pydeseq2: {reason}"}


def test_shrinkage_of_dispersions_is_a_reason_where_it_goes_the_right_way() -> None:
    one, two = (contrast_genes(GENES, STATISTIC, called=called) for called in (GENES[:2], GENES[2:4]))
    far = pd.Series([2.0, 0.5, 2.0, 0.5, 1, 1, 1, 1], index=_ids(*range(8)))
    said = _reasons(one, two, pulled=far)
    assert "dispersion shrunk downwards in pydeseq2" in said["id00000"]
    assert "dispersion" not in said["id00001"]
    assert "dispersion" not in said["id00002"]
    assert "dispersion shrunk upwards in pydeseq2" in said["id00003"]


def test_a_sample_that_stands_out_and_low_counts_are_reasons() -> None:
    one = contrast_genes(GENES, STATISTIC, called=GENES[:1], base_mean=12.0)
    two = contrast_genes(GENES, STATISTIC, base_mean=12.0)
    away = pd.Series(9.0, index=_ids(*range(8)))
    assert _reasons(one, two, outlyingness=away)["id00000"].endswith("one sample stands out; low counts")


def test_a_planted_outlier_stands_out_in_its_pair_alone() -> None:
    trial = simulate.trial(seed=3, genes=300)
    model = design.plan(trial.samples, study(trial=TRIAL)).models[0]
    counts = trial.counts.copy()
    gene = counts.columns[(counts.loc[list(model.samples)] > 100).all(axis=0)][0]
    matrix = CountMatrix(counts, trial.samples, trial.genes)
    before = outlyingness(matrix, model, Statistics())
    counts.loc[model.samples[0], gene] *= 1000
    after = outlyingness(matrix, model, Statistics())
    assert before[gene] < 6 < after[gene]
    assert (before > 6).mean() < 0.01
    np.testing.assert_allclose(after.drop(gene), before.drop(gene), rtol=0.05)

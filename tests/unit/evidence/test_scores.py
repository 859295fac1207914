"""Scores of samples: against their formulas written out, and where they are kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, rankdata

from sheets import TRIAL, study
from trialseq import evidence, io, qc, simulate
from trialseq.config import Scores, Statistics
from trialseq.counts import CountMatrix
from trialseq.evidence import scores
from trialseq.genesets import GeneSet, read_gmt
from trialseq.preflight import check
from trialseq.problems import InputError
from workflow_runner import ROOT

PANEL = ROOT / "resources" / "genesets" / "pdgf.gmt"
SETS = {"one": ["g3", "g7", "g20", "absent"], "two": ["g1", "g3", "g4", "g5", "g6"], "none": ["absent"]}


@pytest.fixture(scope="module")
def expression() -> pd.DataFrame:
    """Twelve samples, 60 genes, of which one does not vary."""
    values = np.random.default_rng(2).normal(7, 1.5, (12, 60))
    values[:, 4] = 3.0
    return pd.DataFrame(values, [f"s{number}" for number in range(12)], [f"g{number}" for number in range(60)])


def test_the_mean_of_standardised_values_leaves_out_what_is_not_measured_or_does_not_vary(
    expression: pd.DataFrame,
) -> None:
    found = scores.mean_z(expression, SETS)
    standardised = (expression - expression.mean()) / expression.std(ddof=1)
    np.testing.assert_allclose(found["one"], standardised[["g3", "g7", "g20"]].mean(axis=1), rtol=1e-12)
    np.testing.assert_allclose(found["two"], standardised[["g1", "g3", "g5", "g6"]].mean(axis=1), rtol=1e-12)
    assert found["none"].isna().all()
    assert list(found.index) == list(expression.index)


def test_ssgsea_is_the_formula_of_barbie(expression: pd.DataFrame) -> None:
    found = scores.ssgsea(expression, SETS)
    for name in ("one", "two"):
        for sample, values in expression.iterrows():
            rank = rankdata(values)
            order = np.argsort(-rank, kind="stable")
            inside = np.isin(expression.columns[order], SETS[name])
            hits = np.where(inside, rank[order] ** 0.25, 0)
            steps = np.cumsum(hits) / hits.sum() - np.cumsum(~inside) / (~inside).sum()
            assert found.loc[str(sample), name] == pytest.approx(steps.sum() / 60, abs=1e-10)
    assert found["none"].isna().all()


def test_gsva_is_the_formula_of_haenzelmann(expression: pd.DataFrame) -> None:
    varying = expression.drop(columns="g4")
    found = scores.gsva(varying, SETS)
    count = varying.shape[1]
    for name in ("one", "two"):
        # Kernel estimate of the cumulative distribution, bandwidth a quarter of the standard deviation.
        levels = pd.DataFrame(
            {
                gene: norm.cdf((values.to_numpy()[:, None] - values.to_numpy()) / (values.std(ddof=1) / 4)).mean(axis=1)
                for gene, values in varying.items()
            },
            index=varying.index,
        )
        for sample, values in levels.iterrows():
            order = np.argsort(-values.to_numpy(), kind="stable")
            inside = np.isin(varying.columns[order], SETS[name])
            weights = np.where(inside, np.abs(count - np.arange(count) - count / 2), 0)
            steps = np.cumsum(weights) / weights.sum() - np.cumsum(~inside) / (~inside).sum()
            expected = max(steps.max(), 0) + min(steps.min(), 0)
            assert found.loc[str(sample), name] == pytest.approx(expected, abs=1e-3)


def test_a_score_does_not_depend_on_which_other_sets_are_asked(expression: pd.DataFrame) -> None:
    for method in (scores.ssgsea, scores.gsva, scores.mean_z):
        pd.testing.assert_series_equal(
            method(expression, SETS)["two"], method(expression, {"two": SETS["two"]})["two"], rtol=1e-12
        )


@pytest.fixture(scope="module")
def matrix() -> CountMatrix:
    """A simulated trial of six subjects with PDGF genes, one of which has a double with few counts."""
    panel = {gene for each in read_gmt(PANEL).values() for gene in each.genes}
    named = pd.DataFrame({"gene_name": sorted(panel), "biotype": "protein_coding"})
    named.index = pd.Index([f"ENSG{number:05}" for number in range(len(named))], name="gene_id")
    made = simulate.trial(seed=4, genes=named, subjects_per_arm={"Placebo": 3, "NMN": 3})
    double = pd.DataFrame({"double": 3}, index=made.counts.index)
    genes = pd.concat([made.genes, pd.DataFrame({"gene_name": "PDGFRB", "biotype": ""}, index=["double"])])
    sheet = made.samples.assign(**{"score.mine": 1.0})
    return CountMatrix(pd.concat([made.counts, double], axis=1), sheet, genes)


def test_scores_are_in_the_table_of_samples_and_the_annotated_matrix(matrix: CountMatrix, tmp_path: Path) -> None:
    given = GeneSet("A/B", "of the user", ("PDGFRB", "PDGFRA", "ABL1"))
    gmt = tmp_path / "mine.gmt"
    gmt.write_text("\t".join([given.id, given.name, *given.genes]) + "\n")
    data = qc.normalise(matrix, Statistics(), 1)
    options = {"method": "mean_z", "sets": [{"collection": "mine", "id": "A/B"}]}
    evidence.score(data, read_gmt(PANEL), {"mine": read_gmt(gmt)}, options, 1)
    io.write_annotated(data, tmp_path / "data.h5ad")
    again = io.read_annotated(tmp_path / "data.h5ad")
    table = qc.samples(again).set_index("sample")
    by_symbol = scores.by_symbol(data)
    assert "double" not in by_symbol
    expected = scores.mean_z(by_symbol, {"mine": given.genes})["mine"]
    np.testing.assert_allclose(table["score.A_B"], expected, rtol=1e-12)
    assert table["score.GO:0048407"].notna().all()
    assert "score.mine" not in table
    assert table["score.mine_in_sheet"].eq(1).all()
    assert list(again.uns["scores"]["ids"])[-1] == "A/B"
    assert again.uns["scores"]["genes"][-1] == 3
    assert not qc.associations(data)["column"].str.startswith("score.GO").any()


def test_of_two_genes_of_one_symbol_the_one_with_more_counts_is_scored(matrix: CountMatrix) -> None:
    more = CountMatrix(matrix.counts.assign(double=10**6), matrix.samples, matrix.genes)
    for given, which in ((matrix, None), (more, "double")):
        data = qc.normalise(given, Statistics(), 1)
        which = which or matrix.genes.index[matrix.genes["gene_name"] == "PDGFRB"][0]
        expected = data[:, which].layers["vst"].ravel()
        np.testing.assert_array_equal(scores.by_symbol(data)["PDGFRB"], expected)


def test_a_set_with_too_few_measured_genes_has_no_score(matrix: CountMatrix) -> None:
    data = qc.normalise(matrix, Statistics(), 1)
    sets = {"few": GeneSet("few", "few", ("PDGFRB", "absent")), "two": GeneSet("two", "two", ("PDGFRB", "PDGFRA"))}
    scores.measure(data, sets, Scores(method="mean_z"))
    assert [name for name in data.obs if name.startswith("score.") and not name.endswith("_in_sheet")] == ["score.two"]


def test_a_set_that_is_not_in_its_collection_stops_before_any_job(tmp_path: Path) -> None:
    gmt = tmp_path / "mine.gmt"
    gmt.write_text("COLLAGENS\tcollagens\tCOL1A1\tCOL1A2\n")
    groups = {
        "trial": TRIAL,
        "enrichment": {"collections": [{"name": "mine", "file": str(gmt)}]},
        "evidence": {"scores": {"sets": [{"collection": "mine", "id": "COLAGENS"}]}},
    }
    with pytest.raises(InputError, match=r"evidence\.scores\.sets\.0\.id(.|\n)*COLAGENS(.|\n)*did you mean COLLAGENS"):
        check(
            study(**groups),
            {"counts": "absent", "samples": "absent"},
            {"mine": str(gmt)},
            "resources/markers/muscle.tsv",
            "resources/genesets/pdgf.gmt",
        )
    with pytest.raises(InputError, match=r"a collection of enrichment\.collections(.|\n)*yours"):
        study(trial=TRIAL, evidence={"scores": {"sets": [{"collection": "yours", "id": "X"}]}})
    with pytest.raises(InputError, match="an id of its own"):
        study(trial=TRIAL, evidence={"scores": {"sets": 2 * [{"collection": "GO", "id": "X"}]}})

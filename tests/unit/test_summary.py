"""The sentences at the end of a run say what q refers to."""

from __future__ import annotations

import pytest

import drawings
from sheets import TRIAL, sheet, study
from trialseq import design, summary


@pytest.mark.parametrize(
    ("statistics", "found"),
    [
        ({}, "10 genes up and 10 down of 390 tested (q < 0.05 for a log2 fold change other than 0)"),
        (
            {"lfc_threshold": 0.5, "alternative": "greater"},
            "10 genes up and 10 down of 390 tested (q < 0.05 for a log2 fold change above 0.5)",
        ),
        (
            {"lfc_threshold": 0.5, "alternative": "lessAbs"},
            "20 genes that hardly move of 390 tested (q < 0.05 for an absolute log2 fold change below 0.5)",
        ),
    ],
)
def test_the_second_sentence_says_what_was_tested(statistics: dict[str, object], found: str) -> None:
    config = study(trial=TRIAL, statistics=statistics, enrichment={"min_abs_log2_fold_change": 0.5})
    plan = design.plan(sheet({"NMN": 3, "Placebo": 3}), config)
    results = drawings.contrast()
    given = [dict.fromkeys(plan.estimands, table) for table in (results.genes, results.pdgf, results.influence)]
    lines = summary.sentences(config, plan, *given, [], []).splitlines()
    assert lines[1].startswith(f"2. difference.NMN_vs_Placebo.Basal, {found};")


def test_a_model_of_more_subjects_than_are_left_out_in_turn_is_named() -> None:
    plan = design.plan(sheet({"NMN": 3, "Placebo": 3}), study(trial=TRIAL))
    results = drawings.contrast()
    given = [dict.fromkeys(plan.estimands, table) for table in (results.genes, results.pdgf, results.influence)]

    def told(**statistics: object) -> str:
        return summary.sentences(study(trial=TRIAL, statistics=statistics), plan, *given, [], [])

    assert "was not fitted again without each of its 6 subjects" in told(influence_subjects=5)
    assert "was not fitted again" not in told(influence_subjects=6)
    assert "was not fitted again" not in told(influence_subjects=5, influence=False)


def test_where_no_gene_is_up_no_fold_enrichment_is_named() -> None:
    config = study(trial=TRIAL)
    plan = design.plan(sheet({"NMN": 3, "Placebo": 3}), config)
    results = drawings.contrast()
    pdgf = results.pdgf.assign(up=results.pdgf["up"] * 0, fold_enrichment=float("nan"), ora_p_value=1.0)
    given = [dict.fromkeys(plan.estimands, table) for table in (results.genes, pdgf, results.influence)]
    lines = summary.sentences(config, plan, *given, [], []).splitlines()
    assert "tested genes of PDGF binding up (p = 1)" in lines[2]

"""Verdicts on claims, what every line of evidence says, and the warning on one arm alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sheets import TRIAL, sheet, study
from trialseq import design
from trialseq.config import Claim
from trialseq.evidence import claim_inputs, claim_lines, claims
from trialseq.evidence.claim_lines import Results
from trialseq.tables import (
    CLAIM_VERDICTS,
    COMPOSITION,
    COMPOSITION_GENES,
    CONTRAST_GENES,
    DROPPED_SETS,
    ENRICHMENT,
    INFLUENCE_GENES,
    PDGF,
    RANDOMISATION,
)

NAN = float("nan")
DIFFERENCE = "difference.NMN_vs_Placebo.Basal"
NMN, PLACEBO = "change.NMN.Basal", "change.Placebo.Basal"
PLAN = design.plan(sheet({"NMN": 3, "Placebo": 3}), study(trial=TRIAL)).to_json()
GENE = Claim(id="c", says="it rises", contrast=DIFFERENCE, gene="PDGFRB", direction="up")
SET = Claim(id="s", says="they rise", contrast=DIFFERENCE, set="GO:0048407", direction="up")
Row = Mapping[str, object]


def frame(table: Any, *rows: Row) -> pd.DataFrame:  # noqa: ANN401 - a contract
    return table.conform(pd.DataFrame(list(rows)).reindex(columns=table.names))


def gene(effect: float = 0.8, p_value: float = 0.001, **more: object) -> Row:
    numbers = {"log2_fold_change": effect, "ci_low": effect - 0.3, "ci_high": effect + 0.3, "p_value": p_value}
    return {"gene_id": "E1", "gene_name": "PDGFRB", "base_mean": 90, "status": "tested", **numbers, **more}


def randomised(**more: object) -> Row:
    row = {"contrast": DIFFERENCE, "set_id": "GO:0048407", "test": "re-assign", "exact": "yes", "assignments": 20}
    return row | {"estimate": 0.1, "ci_low": 0.05, "ci_high": 0.2, "p_value": 0.03, "reason": ""} | more


def results(**changes: Any) -> Results:  # noqa: ANN401 - fields of Results
    """Tables of three contrasts in which the gene and the set rise, by every line."""
    every = (DIFFERENCE, NMN, PLACEBO)
    whole = {"section": "set", "id": "GO:0048407", "name": "PDGF binding", "of_set": "GO:0048407", "part": "whole"}
    numbers = {"fry_direction": "up", "fry_p_value": 0.002, "camera_direction": "up", "camera_p_value": 0.003}
    numbers |= {"nes": 2.0, "prerank_p_value": 0.004, "ora_p_value": 0.005, "ora_down_p_value": 0.9}
    numbers |= {"up": 5, "down": 0, "size": 11, "linear_size": 10}
    part = whole | {"id": "GO:0048407-without-collagens", "part": "without_collagens"}
    held = {"held_p_value": 0.01, "calibrated_p_value": 0.02, "contrast": DIFFERENCE, "status": "tested"}
    ends = {f"{kind}{end}": 0.5 for kind in ("", "held_", "calibrated_") for end in ("estimate", "ci_low", "ci_high")}
    influence = {"lowest_log2_fold_change": 0.4, "highest_log2_fold_change": 0.9, "largest_p_value": 0.01}
    tables = {
        "genes": dict.fromkeys(every, frame(CONTRAST_GENES, gene())),
        "influence": dict.fromkeys(every, frame(INFLUENCE_GENES, gene() | influence | {"subject": "7"})),
        "pdgf": dict.fromkeys(every, frame(PDGF, whole | numbers, part | numbers)),
        "enrichment": dict.fromkeys(every, ENRICHMENT.empty()),
        "dropped": dict.fromkeys(every, DROPPED_SETS.empty()),
        "composition": frame(COMPOSITION, {"section": "set", "id": "GO:0048407", "p_value": 0.01, **held, **ends}),
        "composition_genes": frame(
            COMPOSITION_GENES,
            gene() | held | {"held_log2_fold_change": 0.6, "calibrated_log2_fold_change": 0.5},
        ),
        "randomisation": frame(RANDOMISATION, randomised()),
        "engines": {"edger": dict.fromkeys(every, frame(CONTRAST_GENES, gene(p_value=0.02)))},
    }
    return Results(**(tables | changes))


def answered(claim: Claim, given: Results, *more: Claim) -> tuple[pd.Series, pd.DataFrame]:
    found = claims.answered([claim, *more], PLAN, given, 0.05)
    return found.table.iloc[0], found.evidence[found.evidence["claim"] == claim.id].set_index("line")


@pytest.mark.parametrize(
    ("p_values", "expected"),
    # R 4.2.2: p.adjust(p, "holm", n = length(p)).
    [
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
        ([0.2, 0.9, 0.5], [0.6, 1, 1]),
        ([0.01, NAN, 0.02], [0.03, NAN, 0.04]),
        ([0.03], [0.03]),
    ],
)
def test_holm_is_that_of_r_and_counts_claims_without_a_p_value(p_values: list[float], expected: list[float]) -> None:
    np.testing.assert_allclose(claims.holm(np.array(p_values)), expected, rtol=1e-12)


def test_every_case_of_the_verdict() -> None:
    for adjusted, direction, claimed in product((0.01, 0.05, 0.2, NAN), (1.0, -1.0, 0.0, NAN), (1, -1)):
        expected = "inconclusive"
        if adjusted == 0.01 and direction in (1.0, -1.0):
            expected = "supported" if direction == claimed else "contradicted"
        assert expected in CLAIM_VERDICTS
        assert claims.verdict(adjusted, direction, claimed, 0.05) == expected, (adjusted, direction, claimed)


@pytest.mark.parametrize(("direction", "verdict"), [("up", "supported"), ("down", "contradicted")])
@pytest.mark.parametrize("claim", [GENE, SET], ids=["gene", "set"])
def test_a_clear_effect_supports_or_contradicts(claim: Claim, direction: str, verdict: str) -> None:
    row, evidence = answered(claim.model_copy(update={"direction": direction}), results())
    assert row["verdict"] == verdict
    asked = evidence[(evidence["role"] == "check") & evidence["survives"].isin(["yes", "no"])]
    assert row["checks"] == len(asked) > 2
    assert row["survives"] == (len(asked) if direction == "up" else 0)
    assert (row["survived"] if direction == "up" else row["failed"]).split() == list(asked.index)
    assert row["warning"] == ""


def test_a_verdict_takes_the_p_value_after_holm() -> None:
    given = results(genes=dict.fromkeys((DIFFERENCE, NMN, PLACEBO), frame(CONTRAST_GENES, gene(p_value=0.03))))
    assert answered(GENE, given)[0]["verdict"] == "supported"
    other = GENE.model_copy(update={"id": "d", "gene": "NO"})
    row, _ = answered(GENE, given, other)
    assert (row["verdict"], row["adjusted_p_value"]) == ("inconclusive", pytest.approx(0.06))
    assert "0.06 after Holm over 2 claims" in row["reason"]
    assert answered(GENE.model_copy(update={"alpha": 0.1}), given, other)[0]["verdict"] == "supported"


def test_a_claim_without_a_p_value_says_why() -> None:
    for row, why in ((gene(p_value=NAN, status="low_count"), "low count"), (gene(gene_name="THY1"), "no such gene")):
        given = results(genes={DIFFERENCE: frame(CONTRAST_GENES, row)})
        found = claims.answered([GENE], {"models": []}, given, 0.05).table.iloc[0]
        assert found["verdict"] == "inconclusive"
        assert why in found["reason"]
    lost = {"collection": "GO", "set_id": "GO:1", "set_name": "small", "reason": "fewer than 5 tested genes"}
    given = results(dropped={DIFFERENCE: frame(DROPPED_SETS, lost)})
    found = claims.answered([SET.model_copy(update={"set": "GO:1"})], {"models": []}, given, 0.05).table.iloc[0]
    assert found["name"] == "small"
    assert "fewer than 5 tested genes" in found["reason"]


def _table(table: str, *rows: Row) -> dict[str, Any]:
    contracts = {"genes": CONTRAST_GENES, "influence": INFLUENCE_GENES, "pdgf": PDGF}
    return {table: {DIFFERENCE: frame(contracts[table], *rows)}}


LOST = {"lowest_log2_fold_change": 0.4, "highest_log2_fold_change": 0.9, "subject": "7"}


@pytest.mark.parametrize(
    ("line", "changes", "survives", "words"),
    [
        ("one_subject", _table("influence", gene() | LOST | {"largest_p_value": 0.06}), "no", "7 moves it most"),
        (
            "one_subject",
            _table("influence", gene() | LOST | {"lowest_log2_fold_change": -0.1, "largest_p_value": 0.01}),
            "no",
            "-0.10 to +0.90",
        ),
        ("one_subject", {"influence": {DIFFERENCE: INFLUENCE_GENES.empty()}}, "not asked", "no subject"),
        ("composition", {"composition_genes": None}, "not asked", "composition was not asked"),
        (
            "composition",
            {"composition_genes": frame(COMPOSITION_GENES, gene(status="marker", contrast=DIFFERENCE))},
            "no answer",
            "marker",
        ),
        (
            "composition",
            {"composition_genes": frame(COMPOSITION_GENES, gene(status="not held", contrast=DIFFERENCE))},
            "no answer",
            "could not be held",
        ),
        ("limma", {}, "not asked", "second_opinion"),
        ("edger", {"engines": {"edger": {DIFFERENCE: frame(CONTRAST_GENES, gene(-0.8))}}}, "no", ""),
    ],
)
def test_lines_on_a_gene(line: str, changes: dict[str, Any], survives: str, words: str) -> None:
    given = replace(results(), **changes)
    (asked,) = (each for each in claim_lines.of("gene") if each.name == line)
    answer = asked.answer(GENE, given)
    assert answer.survives(GENE, 0.05) == survives
    assert words in answer.note


def test_composition_has_to_be_outlasted_with_the_error_of_the_scores_allowed_for() -> None:
    table = results().composition_genes
    assert table is not None
    for column, value in (("held_p_value", 0.3), ("calibrated_p_value", 0.3), ("calibrated_log2_fold_change", -0.5)):
        given = results(composition_genes=table.assign(**{column: value}))
        assert answered(GENE, given)[1].loc["composition", "survives"] == "no", column
    _, evidence = answered(GENE, results(composition_genes=table.assign(calibrated_p_value=NAN)))
    assert evidence.loc["composition", "survives"] == "yes"


@pytest.mark.parametrize(
    ("more", "survives", "words"),
    [
        ({}, "yes", "20 assignments, all"),
        ({"estimate": -0.1}, "no", "20 assignments"),
        ({"p_value": 0.06, "exact": "no"}, "no", "drawn"),
        ({"test": "none", "p_value": NAN, "reason": "no arms"}, "no answer", "no arms"),
        ({"contrast": NMN}, "not asked", "evidence.scores.sets"),
    ],
)
def test_a_set_has_to_outlast_the_randomisation_of_its_score(more: Row, survives: str, words: str) -> None:
    _, evidence = answered(SET, results(randomisation=frame(RANDOMISATION, randomised(**more))))
    assert evidence.loc["randomisation", "survives"] == survives
    assert words in evidence.loc["randomisation", "note"]
    assert answered(SET, results(randomisation=None))[1].loc["randomisation", "survives"] == "not asked"


def test_one_sided_lists_are_those_of_the_direction_that_is_claimed() -> None:
    assert answered(SET, results())[1].loc["ora", "p_value"] == 0.005
    down = SET.model_copy(update={"direction": "down"})
    assert answered(down, results())[1].loc["ora", "p_value"] == 0.9


def test_methods_whose_p_values_are_too_small_where_genes_go_together_do_not_count() -> None:
    row, evidence = answered(SET, results())
    assert set(evidence.index[evidence["role"] == "beside"]) == {
        f"{method}{part}" for method in ("ora", "prerank", "camera") for part in ("", "_without_collagens")
    }
    assert not {"ora", "prerank", "camera"} & set(f"{row['survived']} {row['failed']}".split())


def test_a_set_that_rises_no_more_than_other_genes_is_called_so() -> None:
    panel = results().pdgf[DIFFERENCE].assign(camera_p_value=0.4)
    row, _ = answered(SET, results(pdgf=dict.fromkeys((DIFFERENCE, NMN, PLACEBO), panel)))
    assert row["verdict"] == "supported"
    assert "not shown to do so more than other genes" in row["reason"]


def test_a_set_outside_the_panel_is_read_from_its_collection() -> None:
    rows = [
        {"method": method, "collection": "GO", "set_id": "GO:1", "set_name": "a set", "direction": direction, **numbers}
        for method, direction, numbers in (
            ("ora", "up", {"p_value": 0.01, "overlap": 3, "size": 9}),
            ("ora", "down", {"p_value": 0.7, "overlap": 0, "size": 9}),
            ("prerank", "up", {"p_value": 0.02, "nes": 1.5}),
            ("camera", "down", {"p_value": 0.03, "size": 9}),
            ("fry", "both", {"p_value": 0.5, "size": 9}),
            ("fry", "up", {"p_value": 0.04, "q_value": 0.2, "size": 9}),
        )
    ]
    every = dict.fromkeys((DIFFERENCE, NMN, PLACEBO), frame(ENRICHMENT, *rows))
    row, evidence = answered(SET.model_copy(update={"set": "GO:1"}), results(enrichment=every))
    assert (row["verdict"], row["p_value"], row["q_value"], row["name"]) == ("supported", 0.04, 0.2, "a set")
    found = evidence["survives"].to_dict()
    assert [found[name] for name in ("fry", "camera", "prerank", "ora")] == ["yes", "no", "yes", "yes"]
    assert found["fry_without_collagens"] == found["composition"] == "not asked"
    assert evidence.loc["mean", "note"] == "not asked: name the set in evidence.composition.also"


@pytest.mark.parametrize(
    ("nmn", "placebo", "difference", "direction", "warned"),
    [
        ((0.5, 0.01), (0.2, 0.3), (0.3, 0.2), "up", True),
        ((0.2, 0.3), (-0.5, 0.01), (0.7, 0.06), "up", True),  # what falls under placebo alone speaks for NMN as well
        ((0.5, 0.01), (0.2, 0.3), (0.3, 0.2), "down", False),  # does not speak for the claim
        ((0.5, 0.01), (0.4, 0.02), (0.1, 0.7), "up", False),  # both change
        ((0.1, 0.5), (0.2, 0.3), (-0.1, 0.7), "up", False),  # neither does
        ((0.9, 0.001), (0.1, 0.3), (0.8, 0.01), "up", False),  # the difference is there
        ((0.5, 0.01), (0.2, NAN), (0.3, 0.2), "up", False),
    ],
)
def test_significant_in_one_arm_and_not_in_the_other_is_no_difference(
    nmn: tuple[float, float],
    placebo: tuple[float, float],
    difference: tuple[float, float],
    direction: str,
    warned: bool,
) -> None:
    found = {NMN: nmn, PLACEBO: placebo, DIFFERENCE: difference}
    given = results(genes={name: frame(CONTRAST_GENES, gene(*numbers)) for name, numbers in found.items()})
    row, _ = answered(GENE.model_copy(update={"direction": direction}), given)
    assert bool(row["warning"]) == warned
    if warned:
        assert f"{difference[0]:+.2f} ({difference[0] - 0.3:+.2f} to {difference[0] + 0.3:+.2f})" in row["warning"]
        assert all(f"p = {numbers[1]:.2g}" in row["warning"] for numbers in found.values())


def test_the_sides_of_a_difference_are_found_by_their_weights() -> None:
    assert claim_inputs.sides(PLAN, DIFFERENCE) == (NMN, PLACEBO)
    assert claim_inputs.sides(PLAN, "response_difference.NMN_vs_Placebo") == (
        *("response_change.NMN", "response_change.Placebo"),
    )
    assert claim_inputs.sides(PLAN, NMN) is None
    assert claim_inputs.sides(PLAN, "baseline.NMN_vs_Placebo.Basal") is None
    assert claim_inputs.needed(PLAN, [GENE, SET]) == [DIFFERENCE, NMN, PLACEBO]

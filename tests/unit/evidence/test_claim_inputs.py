"""Claims that name what does not exist, or cannot be answered, are errors in plain words before any job."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from sheets import TRIAL, sheet, study
from trialseq import design
from trialseq.evidence import claim_inputs
from trialseq.planted import INSULIN
from trialseq.problems import InputError, Problem
from trialseq.validation import parse

ROOT = Path(__file__).resolve().parents[3]
CLAIM = {"id": "c", "says": "it rises", "contrast": "change.NMN", "gene": "PDGFRB", "direction": "up"}


def problem(*claims: dict[str, object], **groups: object) -> Problem:
    with pytest.raises(InputError) as caught:
        study(trial=TRIAL, claims=list(claims), **groups)
    (found,) = caught.value.problems
    return found


@pytest.mark.parametrize(
    ("change", "entry", "expected", "found"),
    [
        ({"set": "GO:1"}, "claims.0", "exactly one of gene, set", "both"),
        ({"gene": None}, "claims.0", "exactly one of gene, set", "neither"),
        ({"direction": "none"}, "claims.0.direction", "up or down", "'none'"),
        ({"id": "a/b"}, "claims.0.id", "letters, digits", "'a/b'"),
        ({"id": "a..b"}, "configuration", "single dots", "a..b"),
        ({"alpha": 1.0}, "claims.0.alpha", "below 1", "1.0"),
        ({"alpha": True}, "claims.0.alpha", "a number", "true"),
        ({"says": ""}, "claims.0.says", "not empty", "''"),
    ],
)
def test_a_wrong_claim(change: dict[str, object], entry: str, expected: str, found: str) -> None:
    said = problem(CLAIM | change)
    assert said.entry == entry
    assert expected in said.expected
    assert found in said.found


def test_ids_that_differ_in_case_alone_are_refused() -> None:
    said = problem(CLAIM, CLAIM | {"id": "C"})
    assert "an id of its own for each of the claims" in said.expected
    assert said.found == "C, c"


def test_what_decides_has_to_be_asked() -> None:
    on_set = CLAIM | {"gene": None, "set": "GO:0048407"}
    claims = study(trial=TRIAL, claims=[on_set, CLAIM | {"id": "d"}]).claims
    (said,) = claim_inputs.unclear_sets(claims, [], {"GO": ["GO:0048407"]}, ["ora"])
    assert (said.entry, said.expected, said.found) == ("claims.0.set", "fry among enrichment.methods", "ora")
    assert claim_inputs.unclear_sets(claims, ["GO:0048407"], {"GO": ["GO:0048407"]}, ["ora"]) == []
    assert "greaterAbs" in problem(CLAIM, statistics={"alternative": "greater"}).expected
    assert study(trial=TRIAL, claims=[on_set], statistics={"alternative": "greater"}).claims


def test_unknown_names_are_said_with_the_closest() -> None:
    claims = study(
        trial=TRIAL,
        claims=[
            CLAIM | {"contrast": "change.NMM.Basal"},
            CLAIM | {"id": "d", "gene": "PDGRFB"},
            CLAIM | {"id": "e", "gene": "E1"},
            CLAIM | {"id": "f", "gene": None, "set": "GO:0048470"},
            CLAIM | {"id": "g", "gene": None, "set": "twice"},
            CLAIM | {"id": "h", "gene": None, "set": "GO:0048407"},
        ],
    ).claims
    (one,) = claim_inputs.unknown_contrasts(claims, ["change.NMN", "change.NMN.Basal"])[:1]
    assert (one.entry, one.found, one.hint) == (
        "claims.0.contrast",
        "change.NMM.Basal",
        "did you mean change.NMN.Basal?",
    )
    (two,) = claim_inputs.unknown_genes(claims[1:3], {"PDGFRB", "THY1"}, {"E1"})
    assert (two.entry, two.hint) == ("claims.0.gene", "did you mean PDGFRB?")
    three, four = claim_inputs.unclear_sets(claims[3:], ["GO:0048407"], {"A": ["twice", "x"], "B": ["twice"]}, ["fry"])
    assert (three.entry, three.hint) == ("claims.0.set", "did you mean GO:0048407?")
    assert (four.expected, four.found) == ("id of a set of one collection", "twice in A, B")


def test_claims_on_gse157988_name_contrasts_of_a_trial_of_its_shape_and_the_direction_of_insulin() -> None:
    claims = parse(yaml.safe_load((ROOT / "config" / "gse157988.yaml").read_text())).claims
    plan = design.plan(sheet({"NMN": 11, "Placebo": 12}), study(trial=TRIAL))
    assert claim_inputs.unknown_contrasts(claims, list(plan.estimands)) == []
    paper = [claim.of for claim in claims if claim.contrast.startswith("difference.")]
    assert paper == ["PDGFRB", "THY1", "CD109", "GO:0048407"]
    controls = {claim.of: claim.direction for claim in claims if claim.contrast.startswith("response.")}
    known = {gene: "up" if effect > 0 else "down" for gene, effect in INSULIN.items()}
    assert len(controls) == 3
    assert all(known.get(gene, direction) == direction for gene, direction in controls.items())

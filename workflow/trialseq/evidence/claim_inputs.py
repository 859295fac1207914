"""Claims before any job: whether what they name exists, and which contrasts they need. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trialseq.problems import Problem, closest, listing

if TYPE_CHECKING:
    from trialseq.config import Claim

Weights = Mapping[str, float]
LEADING = "fry"  # the method whose p value decides on a claim on a set


def unknown_contrasts(claims: Sequence[Claim], contrasts: Collection[str]) -> list[Problem]:
    """What is wrong where claims name contrasts that the study does not have."""
    return [
        Problem(f"claims.{place}.contrast", "id of a contrast", claim.contrast, closest(claim.contrast, contrasts))
        for place, claim in enumerate(claims)
        if claim.contrast not in contrasts
    ]


def unknown_genes(claims: Sequence[Claim], symbols: Collection[str], ids: Collection[str]) -> list[Problem]:
    """What is wrong where claims name genes that are not in the counts."""
    return [
        Problem(f"claims.{place}.gene", "symbol or id of a gene in the counts", claim.of, closest(claim.of, symbols))
        for place, claim in enumerate(claims)
        if claim.kind == "gene" and claim.of not in symbols and claim.of not in ids
    ]


def unclear_sets(
    claims: Sequence[Claim],
    panel: Collection[str],
    collections: Mapping[str, Collection[str]],
    methods: Collection[str],
) -> list[Problem]:
    """What is wrong where claims name sets that are in no collection, or in several, or that FRY is not asked about.

    panel: ids of the sets of the PDGF panel, which every method tests; collections: ids of sets by name of the
    collection; methods: those of `enrichment.methods`, which test the collections.
    """
    known = [*panel, *(name for sets in collections.values() for name in sets)]
    problems = []
    for place, claim in enumerate(claims):
        if claim.kind == "gene" or claim.of in panel:
            continue
        entry, within = f"claims.{place}.set", [name for name, sets in collections.items() if claim.of in sets]
        if not within:
            expected, hint = "id of a set of the PDGF panel or a collection", closest(claim.of, known)
            problems.append(Problem(entry, expected, claim.of, hint))
        if len(within) > 1:
            problems.append(Problem(entry, "id of a set of one collection", f"{claim.of} in {listing(within)}"))
        if within and LEADING not in methods:
            expected, hint = f"{LEADING} among enrichment.methods", "FRY decides on a claim on a set"
            problems.append(Problem(entry, expected, listing(methods) or "no method", hint))
    return problems


def sides(plan: Mapping[str, Any], contrast: str) -> tuple[str, str] | None:
    """The two contrasts of a model whose difference a contrast is, such as the changes in two arms; or none.

    plan: `Plan.to_json()`. The two share no cell: of `NMN.after - NMN.before - (Placebo.after - Placebo.before)` they
    are the changes in NMN and in Placebo.
    """
    for model in plan["models"]:
        weights = {each["id"]: each["weights"] for each in model["estimands"]}
        if contrast in weights:
            return next(_pairs(weights, contrast), None)
    return None


def _pairs(weights: Mapping[str, Weights], contrast: str) -> Iterator[tuple[str, str]]:
    for first, one in weights.items():
        for second, other in weights.items():
            if not set(_cells(one)) & set(_cells(other)) and _cells(_minus(one, other)) == _cells(weights[contrast]):
                yield first, second


def _minus(one: Weights, other: Weights) -> dict[str, float]:
    return {cell: one.get(cell, 0.0) - other.get(cell, 0.0) for cell in {**one, **other}}


def _cells(weights: Weights) -> dict[str, float]:
    return {cell: round(weight, 9) for cell, weight in weights.items() if round(weight, 9)}


def needed(plan: Mapping[str, Any], claims: Sequence[Claim]) -> list[str]:
    """Contrasts whose tables answer claims: their own, and the two sides of each."""
    found: dict[str, None] = {}
    for claim in claims:
        found |= dict.fromkeys((claim.contrast, *(sides(plan, claim.contrast) or ())))
    return list(found)

"""Claims, written before the answer: a verdict on each, and how firm it is.

The main test decides: for a gene that of the contrast, for a set FRY, which holds its level whatever the correlation
between the genes of the set. Few claims are declared before the answer, so p values are adjusted over them by Holm 1979
(R: `p.adjust(method = "holm")`), which keeps the chance of any false verdict at alpha. A p value is two-sided: a claim
can be contradicted as well as supported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trialseq.config import Claim
from trialseq.evidence import claim_inputs
from trialseq.evidence.claim_lines import Answer, Line, Results, first, of, sign
from trialseq.tables import CLAIMS, CLAIMS_EVIDENCE


@dataclass(frozen=True)
class Found:
    """table: `tables.CLAIMS`; evidence: `tables.CLAIMS_EVIDENCE`."""

    table: pd.DataFrame
    evidence: pd.DataFrame


def answered(claims: Sequence[Claim], plan: Mapping[str, Any], results: Results, alpha: float) -> Found:
    """Verdict and lines of evidence of each claim, in the order of the configuration.

    plan: `Plan.to_json()`; results: of every contrast that `claim_inputs.needed` names; alpha: level of claims that
    give none.
    """
    lines = {claim.id: {line: line.answer(claim, results) for line in of(claim.kind)} for claim in claims}
    adjusted = holm(np.array([main(each).p_value for each in lines.values()]))
    rows, evidence = [], []
    for claim, corrected in zip(claims, adjusted, strict=True):
        level = claim.alpha or alpha
        row = _row(claim, lines[claim.id], corrected, level, len(claims), results)
        rows.append(row | {"warning": one_arm_alone(claim, plan, results, level)})
        evidence += list(_evidence(claim, lines[claim.id], level))
    return Found(
        CLAIMS.conform(pd.DataFrame(rows, columns=CLAIMS.names)),
        CLAIMS_EVIDENCE.conform(pd.DataFrame(evidence, columns=CLAIMS_EVIDENCE.names)),
    )


def holm(p_values: np.ndarray) -> np.ndarray:
    """Adjusted p values. One that is missing stays so, and counts: its claim was declared."""
    adjusted = np.full(len(p_values), np.nan)
    order = np.argsort(p_values, kind="stable")
    order = order[~np.isnan(p_values[order])]
    factors = len(p_values) - np.arange(len(order))
    adjusted[order] = np.minimum(np.maximum.accumulate(p_values[order] * factors), 1)
    return adjusted


def verdict(adjusted: float, direction: float, claimed: int, alpha: float) -> str:
    """`supported`, `contradicted` or `inconclusive` (`tables.CLAIM_VERDICTS`)."""
    if np.isnan(adjusted) or np.isnan(direction) or direction == 0 or adjusted >= alpha:
        return "inconclusive"
    return "supported" if direction == claimed else "contradicted"


def main(lines: Mapping[Line, Answer]) -> Answer:
    """Answer of the line that decides."""
    return next(answer for line, answer in lines.items() if line.role == "main")


def _row(
    claim: Claim, lines: Mapping[Line, Answer], adjusted: float, alpha: float, declared: int, results: Results
) -> dict[str, Any]:
    decides = main(lines)
    checks = {line.name: answer.survives(claim, alpha) for line, answer in lines.items() if line.role == "check"}
    by_outcome = {each: [name for name, found in checks.items() if found == each] for each in ("yes", "no")}
    answers = sum(map(len, by_outcome.values()))
    found = verdict(adjusted, decides.direction, sign(claim), alpha)
    # FRY gives no estimate: the mean of the set does.
    shown = decides if claim.kind == "gene" else _mean(lines)
    row = {
        "claim": claim.id,
        "says": claim.says,
        "contrast": claim.contrast,
        "gene": claim.gene,
        "set": claim.set,
        "name": _name(claim, results),
        "direction": claim.direction,
        "verdict": found,
        "estimate": shown.estimate,
        "ci_low": shown.ci_low,
        "ci_high": shown.ci_high,
        "p_value": decides.p_value,
        "adjusted_p_value": adjusted,
        "q_value": decides.q_value,
        "alpha": alpha,
        "checks": answers,
        "survives": len(by_outcome["yes"]),
        "survived": " ".join(by_outcome["yes"]),
        "failed": " ".join(by_outcome["no"]),
        "without_answer": " ".join(name for name, each in checks.items() if each not in by_outcome),
    }
    against = {line.name: answer.survives(claim, alpha) for line, answer in lines.items()}.get("camera")
    return row | {"reason": _reason(claim, decides, row, declared, no_more_than_others=against == "no")}


def _mean(lines: Mapping[Line, Answer]) -> Answer:
    return next(answer for line, answer in lines.items() if line.name == "mean")


def _name(claim: Claim, results: Results) -> str:
    if claim.kind == "gene":
        gene = results.gene(claim)
        return claim.of if gene is None else str(gene["gene_name"])
    for table, names in (
        (results.pdgf, {"id": "name"}),
        (results.enrichment, {"set_id": "set_name"}),
        (results.dropped, {"set_id": "set_name"}),
    ):
        ((key, value),) = names.items()
        row = first(table[claim.contrast], **{key: claim.of})
        if row is not None:
            return str(row[value])
    return claim.of


def _evidence(claim: Claim, lines: Mapping[Line, Answer], alpha: float) -> Iterator[dict[str, Any]]:
    for line, answer in lines.items():
        yield {
            "claim": claim.id,
            "line": line.name,
            "role": line.role,
            "survives": answer.survives(claim, alpha),
            "estimate": answer.estimate,
            "ci_low": answer.ci_low,
            "ci_high": answer.ci_high,
            "p_value": answer.p_value,
            "note": answer.note,
        }


def _reason(claim: Claim, decides: Answer, row: Mapping[str, Any], declared: int, *, no_more_than_others: bool) -> str:
    if np.isnan(decides.p_value):
        return f"{claim.of} has no p value: {decides.note or 'the test gave none'}."
    test = "" if claim.kind == "gene" else "FRY "
    numbers = f"{test}p = {decides.p_value:.2g}, {row['adjusted_p_value']:.2g} after Holm over {_claims(declared)}"
    effect = _effect(row) if np.isfinite(row["estimate"]) else f"goes {_way(decides.direction)}"
    start = {
        "supported": f"{claim.of} goes {claim.direction}, as claimed",
        "contradicted": f"{claim.of} goes {_way(decides.direction)}, against the claim",
        "inconclusive": f"Neither direction is shown for {claim.of}",
    }[str(row["verdict"])]
    words = f"{start}: {effect}, {numbers}."
    if row["checks"]:
        words += f" The claim survives {row['survives']} of {row['checks']} checks"
        words += f" (not {row['failed'].replace(' ', ', ').replace('_', ' ')})." if row["failed"] else "."
    if row["verdict"] == "supported" and no_more_than_others:
        words += " The set goes that way, but not shown to do so more than other genes."
    return words


def _claims(count: int) -> str:
    return "one claim" if count == 1 else f"{count} claims"


def _way(direction: float) -> str:
    return "up" if direction > 0 else "down"


def _effect(numbers: Mapping[str, Any]) -> str:
    return f"{numbers['estimate']:+.2f} ({numbers['ci_low']:+.2f} to {numbers['ci_high']:+.2f})"


def one_arm_alone(claim: Claim, plan: Mapping[str, Any], results: Results, alpha: float) -> str:
    """A sentence where one side of a difference is significant, the other is not, and the difference is not either.

    That is what a claim would rest on which takes "significant in one arm and not in the other" for a difference
    (Gelman and Stern 2006, Am Stat 60:328). Only where the significant side speaks for the claim.
    """
    sides = claim_inputs.sides(plan, claim.contrast)
    if sides is None:
        return ""
    texts, found = {}, {}
    for contrast in (claim.contrast, *sides):
        asked = claim.model_copy(update={"contrast": contrast})
        lines = {line: line.answer(asked, results) for line in of(claim.kind)}
        found[contrast] = main(lines)
        shown = found[contrast] if claim.kind == "gene" else _mean(lines)
        effect = f"{_effect(vars(shown))}, " if np.isfinite(shown.estimate) else ""
        texts[contrast] = f"{effect}p = {found[contrast].p_value:.2g}"
    p_values = [found[contrast].p_value for contrast in (claim.contrast, *sides)]
    if np.isnan(p_values).any() or p_values[0] < alpha or (p_values[1] < alpha) == (p_values[2] < alpha):
        return ""
    carries, other = sides if p_values[1] < alpha else sides[::-1]
    expected = sign(claim) if carries == sides[0] else -sign(claim)
    if found[carries].direction != expected:
        return ""
    return (
        f"{claim.of} is significant in {carries} ({texts[carries]}) and not in {other} ({texts[other]}), but the "
        f"difference between them is not ({texts[claim.contrast]}): significant in one and not in the other is no "
        "difference."
    )

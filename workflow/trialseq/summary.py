"""The sentences that matter at the end of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from trialseq.config import Config, Statistics
from trialseq.design.estimands import Estimand, Plan
from trialseq.problems import listing
from trialseq.tables import CLAIM_VERDICTS

BINDING = "GO:0048407"
RECEPTOR = "PDGFRB"
MOST_SAMPLES = 10  # that are told of one by one
FEWEST_CALLS = 10  # of which losing half to one subject is worth a warning


def sentences(
    config: Config,
    plan: Plan,
    genes: Mapping[str, pd.DataFrame],
    pdgf: Mapping[str, pd.DataFrame],
    influence: Mapping[str, pd.DataFrame],
    notes: Iterable[dict[str, Any]],
    notices: Iterable[str],
    checked: Sequence[str] = (),
    entangled: Iterable[str] = (),
    claims: Iterable[pd.DataFrame] = (),
) -> str:
    """Three sentences: who was compared, what changed, what PDGF did; one on claims; then what to beware of.

    genes, pdgf, influence: tables of each contrast (`tables.CONTRAST_GENES`, `tables.PDGF`, `tables.INFLUENCE`);
    notes: of each fit; notices: of the counts; checked: what checks found of samples, the worst first; entangled:
    warnings of roles that go with technical columns; claims: `tables.CLAIMS`, or none where none is made.
    """
    asked = main_contrasts(plan)
    samples = {sample for model in plan.models for sample in model.samples}
    subjects = {subject for _, each in plan.estimands.values() for subject in each.subjects}
    of_subjects = f" of {len(subjects)} subjects" if subjects else ""
    kind = "simulated samples" if config.simulated else "samples"
    lines = [
        f"1. {config.title or config.study}: {len(samples)} {kind}{of_subjects} answer "
        f"{_count(plan.estimands, 'contrast')} by {_count(plan.models, 'model')}.",
        f"2. {_joined(f'{each.id}, {_called(genes[each.id], config.statistics)}' for each in asked)}.",
        f"3. {_joined(f'{each.id}, {_pdgf(pdgf[each.id])}' for each in asked)}.",
    ]
    claims = list(claims)
    lines += [f"4. {_claims(table)}." for table in claims]
    beware = dict.fromkeys(f"{each.id}: {text}" for _, each in plan.estimands.values() for text in each.warnings)
    beware |= dict.fromkeys(f"{contrast}: {text}" for contrast, table in influence.items() for text in carried(table))
    for table in claims:
        warned = table[table["warning"] != ""]
        beware |= {f"claim {row['claim']}: {row['warning']}": None for _, row in warned.iterrows()}
    for note in notes:
        if note["trend_fell_back"]:
            beware[f"model {note['model']}: the dispersion trend failed, a flat one was used."] = None
        if note["not_converged"]:
            beware[f"model {note['model']}: the fit of {note['not_converged']} genes did not converge."] = None
    beware |= dict.fromkeys([*entangled, *of_samples(checked)])
    told = [*notices, *left_out(config), *without_influence(config, plan)]
    return "\n".join([*lines, *(f"Beware: {text}" for text in beware), *(f"Note: {text}" for text in told)])


def without_influence(config: Config, plan: Plan) -> Iterator[str]:
    """A sentence for each model that has more subjects than are left out in turn, where influence is asked."""
    for model in plan.models if config.statistics.influence else ():
        units = len(set(model.subjects or model.samples))
        if units > config.statistics.influence_subjects:
            kind = "subjects" if model.subjects else "samples"
            yield (
                f"model {model.id} was not fitted again without each of its {units} {kind}; "
                f"statistics.influence_subjects is {config.statistics.influence_subjects}."
            )


def of_samples(found: Sequence[str]) -> Iterator[str]:
    """What checks found, at most ten sentences, and what can be done."""
    yield from found[:MOST_SAMPLES]
    if len(found) > MOST_SAMPLES:
        yield f"{len(found) - MOST_SAMPLES} more samples are in tables/sample_checks.tsv."
    if found:
        yield "no sample was dropped for its verdict; samples.exclude leaves samples out, and what uses them runs anew."


def left_out(config: Config) -> list[str]:
    """Which samples the configuration leaves out by name."""
    names = config.samples.exclude
    return [f"left out by samples.exclude: {listing(names, 20)}."] if names else []


def _claims(table: pd.DataFrame) -> str:
    """How many claims got which verdict, which, and how many checks those survive that are supported."""
    parts = []
    for verdict in CLAIM_VERDICTS:
        part = table[table["verdict"] == verdict]
        if len(part):
            names = [f"{row['claim']}{_firm(row)}" for _, row in part.iterrows()]
            parts.append(f"{len(part)} {'is' if len(part) == 1 else 'are'} {verdict}: {', '.join(names)}")
    return f"Of {_count(table['claim'], 'claim')}, {_joined(parts)}"


def _firm(row: pd.Series) -> str:
    answered = row["verdict"] == "supported" and row["checks"] > 0
    return f" ({row['survives']:.0f} of {row['checks']:.0f} checks)" if answered else ""


def main_contrasts(plan: Plan) -> list[Estimand]:
    """The trial's question: differences between arms; else changes; else whatever was asked, at most two."""
    every = [estimand for _, estimand in plan.estimands.values()]
    for kind in ("difference.", "change."):
        chosen = [each for each in every if each.id.startswith(kind)]
        if chosen:
            return chosen[:2]
    return every[:2]


def _called(genes: pd.DataFrame, options: Statistics) -> str:
    called = genes[genes["q_value"] < options.alpha]
    up = int((called["log2_fold_change"] > 0).sum())
    found = f"{up} genes up and {len(called) - up} down"
    if options.alternative == "lessAbs":
        found = f"{len(called)} genes that hardly move"
    tested = int(genes["p_value"].notna().sum())
    return f"{found} of {tested} tested (q < {options.alpha:g} for {options.asks})"


def carried(influence: pd.DataFrame) -> Iterator[str]:
    """A sentence for each subject without whom more than half of the calls are lost, where there are some calls."""
    heavy = influence[(influence["calls"] >= FEWEST_CALLS) & (2 * influence["calls_lost"] > influence["calls"])]
    for _, row in heavy.iterrows():
        yield f"without {row['subject']}, {row['calls_lost']:.0f} of {row['calls']:.0f} calls are lost."


def _pdgf(panel: pd.DataFrame) -> str:
    gene = panel[panel["id"] == RECEPTOR].iloc[0]
    if pd.isna(gene["p_value"]):
        first = f"{RECEPTOR} was not tested ({gene['status'].replace('_', ' ')})"
    else:
        q_value = "without a q value" if pd.isna(gene["q_value"]) else f"q = {gene['q_value']:.2g}"
        first = (
            f"{RECEPTOR} log2 fold change {gene['log2_fold_change']:+.2f} "
            f"({gene['ci_low']:+.2f} to {gene['ci_high']:+.2f}, {q_value})"
        )
    binding = panel[panel["id"] == BINDING]
    if binding.empty or pd.isna(binding.iloc[0]["ora_p_value"]):
        return first
    row = binding.iloc[0]
    fold = "" if pd.isna(row["fold_enrichment"]) else f"{row['fold_enrichment']:.1f}-fold, "  # no gene is up at all
    return (
        f"{first}, and {int(row['up'])} of {int(row['size'])} tested genes of PDGF binding up "
        f"({fold}p = {row['ora_p_value']:.2g})"
    )


def _count(items: Iterable[object], what: str) -> str:
    count = len(list(items))
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _joined(parts: Iterable[str]) -> str:
    return "; ".join(parts)

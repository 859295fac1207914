"""Look at every input that is there already, before any job: `python -m trialseq.preflight < configuration`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from trialseq import de, design, evidence, genesets, limits, qc, sources
from trialseq.config import Config
from trialseq.evidence import claim_inputs
from trialseq.problems import InputError, Problem


def check(config: Config, source: dict[str, str], sets: dict[str, str], markers: str, pdgf: str) -> list[str]:
    """Read counts, sample sheet and gene sets as far as they are on disk, and derive the design.

    source, sets: paths by name; those that are still to be fetched may be absent; markers: path of the marker genes;
    pdgf: path of the terms of the PDGF panel.
    Returns warnings. Raises InputError with every problem at once.
    """
    symbols: set[str] = set()
    problems: list[Problem] = de.unavailable(config.statistics.second_opinion)
    warnings: list[str] = []
    if all(Path(path).exists() for path in source.values()) or config.source.type == "table":
        try:
            matrix = sources.read(config, {name: Path(path) for name, path in source.items()})
            plan = design.plan(matrix.samples, config).with_depths(matrix.counts.sum(axis=1))
            symbols = set(matrix.genes["gene_name"])
            problems += claim_inputs.unknown_contrasts(config.claims, list(plan.estimands))
            problems += claim_inputs.unknown_genes(config.claims, symbols, set(matrix.genes.index))
            qc.check_columns(matrix.samples, config.qc)
            warnings = list(dict.fromkeys(text for _, each in plan.estimands.values() for text in each.warnings))
            warnings += qc.entangled_roles(matrix.samples, config)
        except InputError as error:
            problems += error.problems
    collections = {}
    for collection in config.enrichment.collections:
        path = Path(sets[collection.name])
        if path.exists() or collection.file:
            try:
                known = genesets.read_collection(collection, path)
            except InputError as error:
                problems += error.problems
            else:
                collections[collection.name] = known
                problems += evidence.unknown_sets(config.evidence.scores, collection.name, known)
    if len(collections) == len(config.enrichment.collections):
        problems += evidence.unclear_claims(config.claims, pdgf, collections, config.enrichment.methods)
    try:
        warnings += evidence.check(config.evidence.composition, markers, symbols)
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError(problems)
    return warnings


def main() -> None:
    """Print warnings, or every problem and exit with 1."""
    given = json.load(sys.stdin)
    try:
        config = Config.model_validate(given["config"])
        with limits.applied(config.limits):
            warnings = check(config, given["source"], given["sets"], given["markers"], given["pdgf"])
    except InputError as error:
        sys.exit(str(error))
    for warning in warnings:
        print(f"Warning: {warning}", file=sys.stderr)


if __name__ == "__main__":
    main()

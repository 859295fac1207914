"""Evidence: what speaks for an effect, and what else may explain it. Each check is a module, and a switch in options.

Imports nothing heavy: the Snakefile asks it which checks there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialseq.problems import InputError, Problem, closest

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

    from trialseq.config import Claim, Composition, Scores, SingleCell, Statistics
    from trialseq.counts import CountMatrix
    from trialseq.design.estimands import Plan
    from trialseq.evidence import claims as of_claims
    from trialseq.evidence.composition import Found
    from trialseq.evidence.items import Item
    from trialseq.evidence.markers import Markers
    from trialseq.evidence.randomisation import Found as Randomised
    from trialseq.genesets import GeneSet


def score(
    data: AnnData,
    terms: Mapping[str, GeneSet],
    collections: Mapping[str, Mapping[str, GeneSet]],
    options: Mapping[str, Any],
    threads: int,
) -> None:
    """Add a score of each PDGF set, and of each set that the options name, to obs.

    terms: GO terms of the panel; collections: sets by id, by name of the collection; options: `evidence.scores` as
    plain values. See `trialseq.evidence.scores.measure`.
    """
    from trialseq import config
    from trialseq.evidence import scores

    asked = config.Scores.model_validate(options)
    scores.measure(data, scores.chosen(terms, collections, asked.sets), asked, threads)


def unknown_sets(options: Scores, collection: str, known: Iterable[str]) -> list[Problem]:
    """What is wrong where the options name sets of a collection that are not in it.

    known: ids of the sets of the collection.
    """
    known = list(known)
    return [
        Problem(f"evidence.scores.sets.{place}.id", f"id of a set of {collection}", each.id, closest(each.id, known))
        for place, each in enumerate(options.sets)
        if each.collection == collection and each.id not in known
    ]


def read_markers(path: str | Path) -> dict[str, tuple[str, ...]]:
    """Marker genes by cell type; see `trialseq.evidence.markers.read_markers`."""
    from trialseq.evidence.markers import read_markers

    return read_markers(path, "evidence.composition.markers")


@dataclass(frozen=True)
class CellTypes:
    """markers: columns cell_type, gene; signature: columns gene, then transcripts per million of a column a type."""

    markers: pd.DataFrame
    signature: pd.DataFrame


def cell_types(options: SingleCell, matrix: CountMatrix) -> CellTypes:
    """Markers and signature of a single-cell data set; see `trialseq.evidence.single_cell`."""
    from trialseq.evidence import single_cell

    found = single_cell.reference(single_cell.read(options), set(matrix.genes["gene_name"]), options.genes)
    return CellTypes(single_cell.table(found.markers), found.signature.rename_axis("gene").reset_index())


def measure(data: AnnData, markers: Markers, signature: Sequence[str], fewest: int) -> None:
    """Add scores and proportions of cell types to obs; see `trialseq.evidence.cells.measure`.

    signature: path of its table, or none.
    """
    from trialseq import io
    from trialseq.evidence import cells

    given = io.read_table(signature[0]).set_index("gene") if signature else None
    cells.measure(data, markers, given, fewest)


def asked_about(
    terms: Mapping[str, GeneSet], collections: Mapping[str, Mapping[str, GeneSet]], more: Iterable[str]
) -> Sequence[Item]:
    """Genes and sets to ask about; see `trialseq.evidence.items.items`."""
    from trialseq.evidence.items import items

    return items(terms, collections, more)


def of_contrast(tables: Iterable[pd.DataFrame], contrast: str) -> pd.DataFrame:
    """Rows of one contrast of `tables.COMPOSITION`; none where composition was not asked."""
    from trialseq.tables import COMPOSITION

    whole = next(iter(tables), COMPOSITION.empty())
    return COMPOSITION.conform(whole[whole["contrast"] == contrast])


def hold_composition(
    matrix: CountMatrix,
    data: AnnData,
    plan: Plan,
    markers: Markers,
    items: Sequence[Item],
    statistics: Statistics,
    options: Mapping[str, Any],
    threads: int,
) -> Found:
    """Every contrast of a study with composition held; see `trialseq.evidence.composition.composition`."""
    from trialseq import config
    from trialseq.evidence.adjusted import Options
    from trialseq.evidence.composition import composition

    of_checks = Options(statistics, config.Composition.model_validate(options), threads)
    return composition(matrix, data, plan.models, markers, items, of_checks)


def unclear_claims(
    claims: Sequence[Claim],
    pdgf: str | Path,
    collections: Mapping[str, Mapping[str, GeneSet]],
    methods: Collection[str],
) -> list[Problem]:
    """What is wrong where claims name sets; see `trialseq.evidence.claim_inputs.unclear_sets`.

    pdgf: GMT file with the GO terms of the panel; collections: sets by id, by name of the collection; methods:
    `enrichment.methods`.
    """
    if all(claim.kind == "gene" for claim in claims):
        return []
    from trialseq import genesets
    from trialseq.enrichment.pdgf import panel_sets
    from trialseq.evidence.claim_inputs import unclear_sets

    return unclear_sets(claims, panel_sets(genesets.read_gmt(pdgf), collections), collections, methods)


def judge_claims(
    claims: Sequence[Claim],
    plan: Mapping[str, Any],
    tables: Mapping[str, Mapping[str, pd.DataFrame]],
    composition: Sequence[pd.DataFrame],
    randomisation: pd.DataFrame | None,
    opinions: Mapping[str, Iterable[pd.DataFrame]],
    alpha: float,
) -> of_claims.Found:
    """A verdict on each claim; see `trialseq.evidence.claims.answered`.

    tables: `genes`, `influence`, `pdgf`, `enrichment` and `dropped`, by contrast; composition: its table and that of
    the genes, or none; randomisation: its tests, where asked; opinions: `tables.STATISTICS` of the model of each
    contrast, in the same order, by engine.
    """
    from trialseq import de
    from trialseq.evidence.claim_lines import Results
    from trialseq.evidence.claims import answered

    engines = {
        engine: {name: de.of_contrast(each, name) for name, each in zip(tables["genes"], found, strict=True)}
        for engine, found in opinions.items()
    }
    whole, genes = composition or (None, None)
    found = Results(**tables, composition=whole, composition_genes=genes, randomisation=randomisation, engines=engines)
    return answered(claims, plan, found, alpha)


def randomise(
    data: AnnData, plan: Plan, explicit: Iterable[str], options: Mapping[str, Any], confidence: float
) -> Randomised:
    """Tests of the scores of data by randomisation; see `trialseq.evidence.randomisation.randomisation`.

    explicit: ids of models, as the configuration has them.
    """
    import pandas as pd

    from trialseq import config
    from trialseq.evidence import randomisation, scores
    from trialseq.naming import file_name

    names = dict(zip(data.uns["scores"]["ids"], data.uns["scores"]["names"], strict=True))
    values = {name: data.obs[scores.column(name)] for name in names}
    scored = randomisation.Scored(pd.DataFrame(values, index=data.obs_names, dtype=float), names)
    asked = config.Randomisation.model_validate(options)
    return randomisation.randomisation(scored, plan, {file_name(each) for each in explicit}, asked, confidence)


def check(options: Composition, path: str, symbols: Collection[str]) -> list[str]:
    """Look at marker genes or the single-cell data set before any job. Returns warnings.

    path: of the marker genes; symbols: genes of the counts, none where these could not be read. Raises InputError where
    they cannot be used, or name no cell type of `hold`.
    """
    from trialseq.evidence import markers

    entry = "evidence.composition"
    if options.single_cell is None:
        found = markers.read_markers(path, f"{entry}.markers")
        if not symbols or not options.run:
            return []
        problems, warnings = markers.unusable(found, options.hold, symbols, options.min_markers, entry)
        if problems:
            raise InputError(problems)
        return warnings
    from trialseq.evidence import single_cell

    data = single_cell.opened(options.single_cell)
    kinds = set(data.obs[options.single_cell.cell_type].dropna().astype(str))
    unknown = [name for name in options.hold if options.run and name not in kinds]
    if unknown:
        raise InputError(
            [Problem(f"{entry}.hold", "cell types of the cells", each, closest(each, kinds)) for each in unknown]
        )
    if symbols:
        single_cell.shared(single_cell.symbols_of(data, options.single_cell), symbols)
    return []

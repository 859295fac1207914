"""What evidence is asked about: the genes and sets of the PDGF panel, and what else a configuration names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from trialseq.enrichment.pdgf import COLLAGEN, LIGANDS, MARKERS, RECEPTORS, panel_sets
from trialseq.genesets import GeneSet


@dataclass(frozen=True)
class Item:
    """A gene by its symbol, or a gene set."""

    section: str  # `gene` or `set`
    id: str
    name: str
    genes: tuple[str, ...]


def items(
    terms: Mapping[str, GeneSet], collections: Mapping[str, Mapping[str, GeneSet]], more: Iterable[str] = ()
) -> list[Item]:
    """Sets and genes of the PDGF panel, then those of `more`: ids of sets of the collections, else gene symbols.

    terms: sets of the panel's file; collections: sets by id, by name of the collection.
    """
    more = list(more)
    panel = panel_sets(terms, collections)
    collagens = sorted({gene for each in panel.values() for gene in each.genes if COLLAGEN.fullmatch(gene)})
    known = {name: each for sets in reversed(list(collections.values())) for name, each in sets.items()}
    sets = [*panel.values(), *(known[name] for name in more if name in known and name not in panel)]
    named = {each.id for each in sets}
    genes = [*RECEPTORS, *LIGANDS, *MARKERS, *collagens, *(name for name in more if name not in named)]
    found = [Item("set", each.id, each.name, each.genes) for each in sets]
    found += [Item("gene", gene, gene, (gene,)) for gene in genes]
    return list({each.id: each for each in found}.values())

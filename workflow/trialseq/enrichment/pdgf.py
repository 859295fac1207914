"""The PDGF panel: its gene sets, receptors, ligands, markers and, apart from them, the collagens that bind PDGF."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from trialseq.config import Enrichment
from trialseq.enrichment import ora, paragraph, prerank
from trialseq.enrichment.paragraph import BINDING
from trialseq.enrichment.ranking import by_symbol, changed, ranks_of, strongest_first, tested
from trialseq.genesets.gmt import GeneSet, read_gmt
from trialseq.tables import PDGF

REACTOME = "R-HSA-186797"
# As g:Profiler, Reactome, Enrichr and MSigDB write it.
REACTOME_ID = re.compile(rf"(.*[: ])?{REACTOME}|REACTOME_SIGNALING_BY_PDGF")
RECEPTORS = ("PDGFRA", "PDGFRB", "PDGFRL")
LIGANDS = ("PDGFA", "PDGFB", "PDGFC", "PDGFD")
MARKERS = ("THY1", "CD109")
COLLAGEN = re.compile(r"COL\d+A\d+")
SMALLEST = 2


@dataclass(frozen=True)
class Panel:
    """table: `tables.PDGF`; paragraph: what it says, in sentences; sets: those that were tested, by id."""

    table: pd.DataFrame
    paragraph: str
    sets: Mapping[str, GeneSet]


def panel(
    genes: pd.DataFrame,
    collections: Mapping[str, Mapping[str, GeneSet]],
    path: str | Path,
    says: str,
    options: Enrichment,
    alpha: float,
    threads: int,
) -> Panel:
    """Test the PDGF sets of one contrast, whatever their size from two tested genes, and list the PDGF genes.

    genes: `tables.CONTRAST_GENES`; path: GMT file with the GO terms of the panel; collections: where Reactome's set
    is looked for; says: what a positive fold change of the contrast means. p values are those of the sets by
    themselves, not adjusted.
    """
    ranked = tested(genes)
    sets = panel_sets(read_gmt(path), collections)
    set_rows = _set_rows(ranked, sets, options, alpha, threads)
    collagens = [gene for gene in sets[BINDING].genes if COLLAGEN.fullmatch(gene)]
    sections: dict[str, Sequence[str]] = {
        "receptor": RECEPTORS,
        "ligand": LIGANDS,
        "marker": MARKERS,
        "collagen": collagens,
    }
    table = PDGF.conform(pd.concat([set_rows, _gene_rows(genes, ranked, sections)], ignore_index=True))
    large_enough = set(set_rows.loc[set_rows["nes"].notna(), "id"])
    return Panel(
        table,
        paragraph.write(table, len(ranked), says, options, alpha),
        {name: each for name, each in sets.items() if name in large_enough},
    )


def panel_sets(terms: Mapping[str, GeneSet], collections: Mapping[str, Mapping[str, GeneSet]]) -> dict[str, GeneSet]:
    """The sets of the panel by id: PDGF binding, the same without and only its collagens, signalling, Reactome's."""
    binding = terms[BINDING]
    collagens = tuple(gene for gene in binding.genes if COLLAGEN.fullmatch(gene))
    others = tuple(gene for gene in binding.genes if gene not in collagens)
    sets = [
        binding,
        GeneSet(f"{BINDING}-without-collagens", "PDGF binding without collagens", others),
        GeneSet(f"{BINDING}-collagens", "collagens of PDGF binding", collagens),
        *(each for name, each in terms.items() if name != BINDING),
    ]
    reactome = (each for sets in collections.values() for name, each in sets.items() if REACTOME_ID.fullmatch(name))
    sets += [GeneSet(REACTOME, each.name, each.genes) for each in list(reactome)[:1]]
    return {each.id: each for each in sets}


def _set_rows(
    ranked: pd.DataFrame, sets: Mapping[str, GeneSet], options: Enrichment, alpha: float, threads: int
) -> pd.DataFrame:
    ranks = ranks_of(ranked, sets)
    large_enough = {name: each for name, each in ranks.items() if SMALLEST <= len(each) < len(ranked)}
    over = ora.test(ranked, large_enough, options, alpha, threads)
    over = over[over["direction"] == "up"].set_index("set_id")
    scores = prerank.test(ranked, large_enough, options, alpha, threads).set_index("set_id")
    up, down = (each.to_numpy() for each in changed(ranked, options, alpha))
    rows = [
        {
            "section": "set",
            "id": name,
            "name": sets[name].name,
            "size": len(each),
            "up": int(up[each].sum()),
            "down": int(down[each].sum()),
        }
        for name, each in ranks.items()
    ]
    table = pd.DataFrame(rows).set_index("id", drop=False)
    return table.assign(
        genes=strongest_first(ranked, (each[(up | down)[each]] for each in ranks.values())),
        fold_enrichment=over["fold_enrichment"],
        ora_p_value=over["p_value"],
        nes=scores["nes"],
        prerank_p_value=scores["p_value"],
    )


def _gene_rows(genes: pd.DataFrame, ranked: pd.DataFrame, sections: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    # A gene that was not tested still has its row, by the id with the highest mean.
    known = pd.concat([ranked, by_symbol(genes)]).drop_duplicates("gene_name")
    wanted = pd.DataFrame(
        [(section, symbol) for section, symbols in sections.items() for symbol in symbols], columns=["section", "id"]
    )
    rows = wanted.merge(known, how="left", left_on="id", right_on="gene_name").assign(name=lambda each: each["gene_id"])
    return rows.assign(status=rows["status"].fillna("not_measured")).reindex(columns=PDGF.names)

"""The PDGF panel: its gene sets, receptors, ligands, markers and, apart from them, the collagens that bind PDGF."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from trialseq.config import Enrichment
from trialseq.enrichment import camera, fry, ora, paragraph, prerank
from trialseq.enrichment.linear import Linear
from trialseq.enrichment.paragraph import BINDING
from trialseq.enrichment.question import Question
from trialseq.enrichment.ranking import Ranks, by_symbol, changed, counted, ranks_of, strongest_first, tested
from trialseq.enrichment.reading import reading
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
CARRIED = 0.8  # share of the signal of a set that its leading genes carry together


PARTS: tuple[tuple[str, str, Callable[[str], bool]], ...] = (
    ("whole", "{}", lambda _: True),
    ("without_collagens", "{} without collagens", lambda gene: not COLLAGEN.fullmatch(gene)),
    ("collagens", "collagens of {}", lambda gene: bool(COLLAGEN.fullmatch(gene))),
    ("receptors_and_ligands", "receptors and ligands of {}", lambda gene: gene in (*RECEPTORS, *LIGANDS)),
)


@dataclass(frozen=True)
class Part:
    """A set, or a part of one; of_set: id of the set; part: which (`tables.PDGF_PARTS`); members: its genes."""

    of_set: str
    part: str
    members: GeneSet


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
    linear: Linear,
) -> Panel:
    """Test the PDGF sets of one contrast and their parts by every method, and list the PDGF genes.

    Sets are tested whatever their size from two tested genes, or two genes in the linear models for CAMERA and FRY.

    genes: `tables.CONTRAST_GENES`; path: GMT file with the GO terms of the panel; collections: where Reactome's set
    is looked for; says: what a positive fold change of the contrast means; linear: genes in linear models. p
    values are those of the sets by themselves, not adjusted.
    """
    ranked = tested(genes)
    parts = panel_parts(read_gmt(path), collections)
    sets = {name: each.members for name, each in parts.items()}
    set_rows = _set_rows(Question(genes, ranked, sets, ranks_of(ranked, sets), linear, alpha), parts, options, threads)
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
        paragraph.write(table, len(ranked), len(counted(genes)), says, options, alpha),
        {name: each for name, each in sets.items() if name in large_enough},
    )


def panel_sets(terms: Mapping[str, GeneSet], collections: Mapping[str, Mapping[str, GeneSet]]) -> dict[str, GeneSet]:
    """Genes of the sets of the panel and of their parts, by id; see `panel_parts`."""
    return {name: each.members for name, each in panel_parts(terms, collections).items()}


def panel_parts(terms: Mapping[str, GeneSet], collections: Mapping[str, Mapping[str, GeneSet]]) -> dict[str, Part]:
    """The sets of the panel and their parts by id: PDGF binding, signalling, receptors' terms, Reactome's.

    A part without a gene, or with the same genes as the whole or an earlier part, is left out.
    """
    whole = [terms[BINDING], *(each for name, each in terms.items() if name != BINDING)]
    reactome = (each for sets in collections.values() for name, each in sets.items() if REACTOME_ID.fullmatch(name))
    whole += [GeneSet(REACTOME, each.name, each.genes) for each in list(reactome)[:1]]
    parts: dict[str, Part] = {}
    for each in whole:
        known: list[set[str]] = []
        for part, words, belongs in PARTS:
            genes = tuple(gene for gene in each.genes if belongs(gene))
            if not genes or set(genes) in known:
                continue
            known.append(set(genes))
            name = f"{each.id}{'' if part == 'whole' else '-' + part.replace('_', '-')}"
            parts[name] = Part(each.id, part, GeneSet(name, words.format(each.name), genes))
    return parts


def _set_rows(question: Question, parts: Mapping[str, Part], options: Enrichment, threads: int) -> pd.DataFrame:
    ranked, ranks = question.ranked, question.ranks
    enough = {name: each for name, each in ranks.items() if SMALLEST <= len(each) < len(ranked)}
    places = question.linear.places(question.sets)
    modelled = {name: question.sets[name] for name, each in places.items() if len(each) >= SMALLEST}
    asked = replace(question, sets={name: question.sets[name] for name in enough}, ranks=enough)
    over = ora.test(asked, options, threads)
    up_list, down_list = (over[over["direction"] == each].set_index("set_id") for each in ("up", "down"))
    scores = prerank.test(asked, options, threads).set_index("set_id")
    against = camera.test(replace(question, sets=modelled), options, threads).set_index("set_id")
    alone = fry.test(replace(question, sets=modelled), options, threads)
    one_way, mixed = (alone[alone["family"] == each].set_index("set_id") for each in ("directional", "mixed"))
    up, down = (each.to_numpy() for each in changed(ranked, options, question.alpha))
    rows = [
        {
            "section": "set",
            "id": name,
            "name": parts[name].members.name,
            "of_set": parts[name].of_set,
            "part": parts[name].part,
            "size": len(each),
            "up": int(up[each].sum()),
            "down": int(down[each].sum()),
            "linear_size": len(places[name]),
            **_signal(ranked, each),
        }
        for name, each in ranks.items()
    ]
    table = pd.DataFrame(rows).set_index("id", drop=False)
    table = table.assign(
        genes=strongest_first(ranked, (each[(up | down)[each]] for each in ranks.values())),
        fold_enrichment=up_list["fold_enrichment"],
        fold_enrichment_counted=up_list["fold_enrichment_counted"],
        ora_p_value=up_list["p_value"],
        ora_down_p_value=down_list["p_value"],
        nes=scores["nes"],
        prerank_p_value=scores["p_value"],
        camera_direction=against["direction"],
        camera_p_value=against["p_value"],
        fry_direction=one_way["direction"],
        fry_p_value=one_way["p_value"],
        fry_mixed_p_value=mixed["p_value"],
    )
    return table.assign(reading=[reading(row, question.alpha) for _, row in table.iterrows()])


def _signal(ranked: pd.DataFrame, ranks: Ranks) -> dict[str, object]:
    """Who carries a set's signal, the sum of its squared Wald statistics: collagens' share, and the leading genes."""
    statistic, symbols = (ranked[name].to_numpy()[ranks] for name in ("statistic", "gene_name"))
    whole = float((statistic**2).sum())
    if not whole:
        return {"collagen_share": np.nan, "leading": ""}
    shares = statistic**2 / whole
    order = np.argsort(-shares, kind="stable")
    needed = int(np.searchsorted(np.cumsum(shares[order]), CARRIED)) + 1
    leading = [f"{symbols[each]}:{np.copysign(shares[each], statistic[each]):+.2f}" for each in order[:needed]]
    ours = np.array([bool(COLLAGEN.fullmatch(symbol)) for symbol in symbols])
    return {"collagen_share": shares[ours].sum(), "leading": " ".join(leading)}


def _gene_rows(genes: pd.DataFrame, ranked: pd.DataFrame, sections: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    # A gene that was not tested still has its row, by the id with the highest mean.
    known = pd.concat([ranked, by_symbol(genes)]).drop_duplicates("gene_name")
    wanted = pd.DataFrame(
        [(section, symbol) for section, symbols in sections.items() for symbol in symbols], columns=["section", "id"]
    )
    rows = wanted.merge(known, how="left", left_on="id", right_on="gene_name").assign(name=lambda each: each["gene_id"])
    return rows.assign(status=rows["status"].fillna("not_measured")).reindex(columns=PDGF.names)

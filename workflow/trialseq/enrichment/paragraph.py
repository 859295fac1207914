"""The PDGF panel in sentences."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from trialseq.config import Enrichment
from trialseq.enrichment import reading

BINDING = "GO:0048407"
SIGNALLING = "GO:0048008"
RECEPTOR = "PDGFRB"
UNTESTED = {
    "not_measured": "was not measured",
    "low_count": "was not tested, because its counts are too low",
    "all_zero": "was not tested, because it has no counts",
    "outlier": "was not tested, because of an outlier",
}


def write(table: pd.DataFrame, tested: int, counted: int, says: str, options: Enrichment, alpha: float) -> str:
    """The panel in sentences.

    What up means; PDGF binding, its collagens and the others, PDGFRB, the pathway; what each test says of them, and
    what it means where tests differ; which genes carry PDGF binding; a reading.

    table: `tables.PDGF`; tested, counted: number of genes tested, and with a count; says: the contrast's sentence.
    """
    genes = table[table["section"].isin(["receptor", "ligand", "collagen"]) & table["q_value"].notna()]
    effect = genes["log2_fold_change"]
    called = (genes["q_value"] < alpha) & (effect.abs() >= options.min_abs_log2_fold_change)
    genes = genes.assign(change=(called & (effect > 0)).astype(int) - (called & (effect < 0)).astype(int))
    collagens, signals = genes[genes["section"] == "collagen"], genes[genes["section"] != "collagen"]
    limit = f"q < {alpha:g}"
    if options.min_abs_log2_fold_change:
        limit += f" and an absolute log2 fold change of at least {options.min_abs_log2_fold_change:g}"
    sentences = [
        f"Up means a positive log2 fold change in this contrast: {' '.join(says.split()).rstrip('.')}",
        _over_representation(_row(table, BINDING), tested, counted, limit),
        f"{_listed(collagens, 'collagen among them', 'collagens among them')}; "
        f"{_listed(signals, 'PDGF receptor or ligand', 'PDGF receptors and ligands')}",
        _receptor(_row(table, RECEPTOR)),
        _pathway(_row(table, SIGNALLING), alpha),
        *_answers(table, alpha),
        *_carried(_row(table, BINDING)),
        _reading(collagens, signals, limit),
    ]
    return " ".join(f"{each[0].upper()}{each[1:]}." for each in sentences)


def _row(table: pd.DataFrame, name: str) -> pd.Series:
    return table[table["id"] == name].iloc[0]


def _over_representation(row: pd.Series, tested: int, counted: int, limit: str) -> str:
    of = f"of PDGF binding ({BINDING})"
    text = f"at {limit}, {_moved(row['size'], row['up'], row['down'], f'gene {of}', f'genes {of}')}"
    if pd.isna(row["ora_p_value"]):
        return text
    if pd.isna(row["fold_enrichment"]):
        return f"{text}; none of all {tested:,} tested genes is up, so nothing can be over-represented"
    elsewhere = ""
    if row["up"]:
        elsewhere = (
            f"; against all {counted:,} genes with any count the same genes are "
            f"{row['fold_enrichment_counted']:.1f}-fold, as other tools may have it"
        )
    return (
        f"{text}; the share that is up is {row['fold_enrichment']:.1f} times that of all {tested:,} tested genes "
        f"(one-sided hypergeometric p = {row['ora_p_value']:.2g}){elsewhere}"
    )


def _answers(table: pd.DataFrame, alpha: float) -> list[str]:
    """What every test says of PDGF binding, of it without collagens, and of signalling."""
    sets = table[table["section"] == "set"]
    named = [BINDING, f"{BINDING}-without-collagens", SIGNALLING]
    said = [each for name in named for each in reading.answers(_row(sets, name), alpha)]
    return [*said, reading.ABSENT] if said and sets["camera_p_value"].isna().all() else said


def _carried(row: pd.Series) -> list[str]:
    """Which genes carry PDGF binding."""
    if not row["leading"]:
        return []
    genes = [each.rpartition(":") for each in row["leading"].split()]
    named = _joined([f"{name} {abs(float(share)):.0%}" for name, _, share in genes])
    return [
        f"of the signal of PDGF binding (the sum of squared Wald statistics) collagens carry "
        f"{row['collagen_share']:.0%}; its leading {'gene is' if len(genes) == 1 else 'genes are'} {named}"
    ]


def _receptor(row: pd.Series) -> str:
    if pd.isna(row["p_value"]):
        return f"{RECEPTOR} {UNTESTED[row['status']]}"
    certainty = f"q = {row['q_value']:.2g}"
    if pd.isna(row["q_value"]):
        certainty = f"p = {row['p_value']:.2g}, without a q value because its mean is below the independent filter"
    interval = f"{row['ci_low']:+.2f} to {row['ci_high']:+.2f}"
    return (
        f"{RECEPTOR} has a log2 fold change of {row['log2_fold_change']:+.2f} "
        f"(confidence interval {interval}; {certainty})"
    )


def _pathway(row: pd.Series, alpha: float) -> str:
    of = f"of PDGF receptor signalling ({SIGNALLING})"
    text = _moved(row["size"], row["up"], row["down"], f"gene {of}", f"genes {of}")
    if pd.isna(row["nes"]):
        return text
    shift = f"the pathway shifted {'upwards' if row['nes'] > 0 else 'downwards'}"
    caution = ", a p value that takes genes of the set for independent"
    if not row["prerank_p_value"] < alpha:
        caution = ""
        shift = f"no shift of the pathway at p < {alpha:g}"
    return (
        f"{text}; preranked GSEA finds {shift} "
        f"(normalised enrichment score {row['nes']:+.2f}, p = {row['prerank_p_value']:.2g}{caution})"
    )


def _reading(collagens: pd.DataFrame, signals: pd.DataFrame, limit: str) -> str:
    matrix = f"matrix ({_directions(collagens, 'collagen')})"
    named = {word: list(signals.loc[signals["change"] == change, "id"]) for word, change in (("up", 1), ("down", -1))}
    moved = ", ".join(f"{_joined(names)} {word}" for word, names in named.items() if names)
    if (collagens["change"] != 0).any():
        if moved:
            return f"Taken together, what changed is both {matrix} and receptors or ligands ({moved})"
        return f"Taken together, what changed is {matrix}, while no receptor or ligand passes {limit}"
    if moved:
        return f"Taken together, what changed is receptors or ligands ({moved}), while no collagen passes {limit}"
    return f"Taken together, no receptor, ligand or collagen passes {limit}"


def _listed(genes: pd.DataFrame, one: str, many: str) -> str:
    """Up and down genes of a group, by name."""
    up, down = (list(genes.loc[genes["change"] == change, "id"]) for change in (1, -1))
    counted = _moved(len(genes), len(up), len(down), one, many)
    if len(genes) < 2:
        return counted.replace(one, f"{one} ({genes['id'].iloc[0]})") if len(genes) else counted
    ends = [f"{word} ({_joined(names)})" if names else word for word, names in (("up", up), ("down", down))]
    return f"of the {len(genes)} tested {many}, {_are(len(up))} {ends[0]} and {_are(len(down))} {ends[1]}"


def _moved(size: int, up: int, down: int, one: str, many: str) -> str:
    """How many of some tested genes are up and down."""
    if not size:
        return f"no {one} was tested"
    if size == 1:
        return f"the only tested {one} is {'up' if up else 'down' if down else 'neither up nor down'}"
    return f"of the {size} tested {many}, {_are(up)} up and {_are(down)} down"


def _directions(genes: pd.DataFrame, one: str) -> str:
    counts = {"up": int((genes["change"] > 0).sum()), "down": int((genes["change"] < 0).sum())}
    return " and ".join(f"{count} {one}{'s' if count > 1 else ''} {word}" for word, count in counts.items() if count)


def _are(count: int) -> str:
    return "none is" if not count else "1 is" if count == 1 else f"{count} are"


def _joined(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last

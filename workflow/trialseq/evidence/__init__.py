"""Evidence: what speaks for an effect, and what else may explain it. Each check is a module, and a switch in options.

Imports nothing heavy: the Snakefile asks it which checks there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialseq.problems import Problem, closest

if TYPE_CHECKING:
    from anndata import AnnData

    from trialseq.config import Scores


def score(
    data: AnnData,
    collections: Sequence[Mapping[str, Any]],
    paths: Mapping[str, str | Path],
    pdgf: str | Path,
    options: Mapping[str, Any],
    threads: int,
) -> None:
    """Add a score of each PDGF set, and of each set that the options name, to obs.

    collections, options: `enrichment.collections` and `evidence.scores` as plain values; paths: file of each
    collection, by name; pdgf: GMT file with the GO terms of the panel. See `trialseq.evidence.scores.measure`.
    """
    from trialseq import config, genesets
    from trialseq.evidence import scores

    known = genesets.read(config.Enrichment.model_validate({"collections": collections}), paths)
    asked = config.Scores.model_validate(options)
    scores.measure(data, scores.chosen(genesets.read_gmt(pdgf), known, asked.sets), asked, threads)


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

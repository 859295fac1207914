"""Gene sets: where each collection comes from, and reading it. Imports the standard library alone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from trialseq.config import Collection, Config, Enrichment
from trialseq.genesets.gmt import GeneSet, read_gmt
from trialseq.problems import InputError, Problem, closest
from trialseq.sources import Remote, form_of

__all__ = ["EnrichrLibrary", "GeneSet", "fetch_enrichr", "files", "read", "read_collection", "read_gmt"]

SHIPPED = {"GO": "resources/genesets/go.gmt.gz"}


@dataclass(frozen=True)
class EnrichrLibrary:
    """A library that Enrichr serves, and where it lies in the cache once it is fetched."""

    name: str
    path: str


def files(config: Config) -> dict[str, str | Remote | EnrichrLibrary]:
    """The file of each collection by name: a local path, or what has to be fetched and where it will lie."""
    return {each.name: _file(each, config.cache) for each in config.enrichment.collections}


def _file(collection: Collection, cache: str) -> str | Remote | EnrichrLibrary:
    if collection.shipped:
        return SHIPPED[collection.shipped]
    if collection.enrichr:
        return EnrichrLibrary(collection.enrichr, f"{cache}/enrichr/{collection.enrichr}.gmt")
    if collection.address:
        form = form_of(urlsplit(collection.address).path)
        # Studies share the cache, and may give one name to two addresses.
        mark = hashlib.sha256(collection.address.encode()).hexdigest()[:12]
        path = f"{cache}/genesets/{collection.name}.{mark}.gmt{'.gz' if form == 'gzip' else ''}"
        return Remote(collection.address, path, collection.sha256, form)
    return str(collection.file)


def read(options: Enrichment, paths: Mapping[str, str | Path]) -> dict[str, dict[str, GeneSet]]:
    """Read every collection: its name, then the sets by id.

    paths: file of each collection, by name. Raises InputError with the problems of all of them.
    """
    collections: dict[str, dict[str, GeneSet]] = {}
    problems: list[Problem] = []
    for collection in options.collections:
        try:
            collections[collection.name] = read_collection(collection, paths[collection.name])
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return collections


def read_collection(collection: Collection, path: str | Path) -> dict[str, GeneSet]:
    """Sets of one collection by id, without those that its options drop.

    Raises InputError where the file is not the one that the checksum names, is not a GMT file, or has no set that
    `drop_sets` names.
    """
    sets = read_gmt(path)
    entry = f"enrichment.collections.{collection.name}"
    problems = [
        Problem(f"{entry}.drop_sets", "ids of sets of the collection", each, closest(each, sets))
        for each in collection.drop_sets
        if each not in sets
    ]
    if collection.sha256:
        found = hashlib.sha256(Path(path).read_bytes()).hexdigest()
        if found != collection.sha256:
            hint = "this is another version of the file: get the right one, or correct the checksum"
            problems = [Problem(f"{entry}.sha256", f"{path} with {collection.sha256}", found, hint)]
    if problems:
        raise InputError(problems)
    return {name: each for name, each in sets.items() if name not in collection.drop_sets}


def fetch_enrichr(name: str, path: str | Path) -> None:
    """Fetch a library of Enrichr through GSEApy and write it as a GMT file."""
    from trialseq.genesets import enrichr

    enrichr.fetch(name, path)

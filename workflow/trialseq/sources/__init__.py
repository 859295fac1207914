"""Sources: whatever the user has becomes one annotated count matrix.

A source is a module with `files(config)` and `read(config, paths)`; the registry names it by `source.type`.
Importing a source is cheap: pandas and the readers come in when it reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from trialseq.sources.forms import Form, form_of

if TYPE_CHECKING:
    from pathlib import Path

    from trialseq.config import Config
    from trialseq.counts import CountMatrix

__all__ = ["SOURCES", "Form", "Remote", "files", "form_of", "read"]

SOURCES = {
    "table": "trialseq.sources.table",
    "geo_supplementary": "trialseq.sources.geo_supplementary",
    "geo_ncbi": "trialseq.sources.geo_ncbi",
}


@dataclass(frozen=True)
class Remote:
    """A file to fetch: its address, its place in the cache, its checksum where known, what it must look like."""

    address: str
    path: str
    sha256: str | None
    form: Form


def files(config: Config) -> dict[str, str | Remote]:
    """The files of the configured source by key: a local path, or what has to be fetched."""
    found: dict[str, str | Remote] = import_module(SOURCES[config.source.type]).files(config)
    return found


def read(config: Config, paths: Mapping[str, Path]) -> CountMatrix:
    """Read the configured source, check it, and apply the options of `samples`.

    paths: where each file of `files` lies. Raises InputError with every problem at once.
    """
    from trialseq.sources.assemble import assemble

    return assemble(import_module(SOURCES[config.source.type]).read(config, paths), config.samples)

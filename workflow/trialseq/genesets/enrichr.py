"""Libraries of Enrichr (Kuleshov et al. 2016), through GSEApy."""

from __future__ import annotations

from pathlib import Path

import gseapy
import requests

from trialseq import io
from trialseq.genesets.gmt import GeneSet, gmt_lines
from trialseq.problems import InputError, Problem

EVERY_SIZE = 10**9


def fetch(name: str, path: str | Path) -> None:
    """Write a library as a GMT file; sets of every size, in the order of their names.

    Raises InputError where there is no such library, or no network.
    """
    try:
        library = gseapy.get_library(name, organism="Human", min_size=1, max_size=EVERY_SIZE)
    except Exception as error:  # noqa: BLE001 - GSEApy raises a bare Exception where a download is refused
        if isinstance(error, ValueError) and not isinstance(error, requests.RequestException):
            hint = "names are listed at maayanlab.cloud/Enrichr under Libraries"
            problem = Problem("enrichment.collections", "a library of Enrichr", name, hint)
        else:
            hint = f"without a network, put the library in GMT form at {path}, where it is looked for first"
            found = f"{type(error).__name__}: {error}"
            problem = Problem(f"Enrichr library {name}", "an answer from maayanlab.cloud", found, hint)
        raise InputError(problem) from None
    sets = [GeneSet(each, each, tuple(dict.fromkeys(genes))) for each, genes in sorted(library.items())]
    io.write_text("\n".join(gmt_lines(sets)), path)

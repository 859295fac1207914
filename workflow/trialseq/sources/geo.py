"""Addresses of files on GEO. Imports the standard library alone."""

from __future__ import annotations

from urllib.parse import quote, urlencode, urlsplit

from trialseq.config import Config
from trialseq.sources import Remote, form_of

FTP = "https://ftp.ncbi.nlm.nih.gov/geo/series"
DOWNLOAD = "https://www.ncbi.nlm.nih.gov/geo/download/"


def series_matrix(config: Config, accession: str, name: str | None) -> Remote:
    """The series matrix of an accession."""
    return in_series(config, accession, "matrix", name or f"{accession}_series_matrix.txt.gz")


def in_series(config: Config, accession: str, folder: str, name: str, sha256: str | None = None) -> Remote:
    """A file in a folder (`matrix`, `suppl`) of a series."""
    # GSE157988 lies in GSE157nnn, GSE42 in GSEnnn.
    group = f"GSE{accession.removeprefix('GSE')[:-3]}nnn"
    return _remote(config, f"{FTP}/{group}/{accession}/{folder}/{quote(name)}", accession, name, sha256)


def ncbi_counts(config: Config, accession: str, name: str, sha256: str | None = None) -> Remote:
    """A file of the counts that NCBI makes of a series."""
    query = urlencode({"type": "rnaseq_counts", "acc": accession, "format": "file", "file": name})
    return _remote(config, f"{DOWNLOAD}?{query}", accession, name, sha256)


def _remote(config: Config, address: str, accession: str, name: str, sha256: str | None) -> Remote:
    if config.download.base_address:
        base = urlsplit(config.download.base_address)
        address = urlsplit(address)._replace(scheme=base.scheme, netloc=base.netloc).geturl()
    return Remote(address, f"{config.cache}/{accession}/{name}", sha256, form_of(name))

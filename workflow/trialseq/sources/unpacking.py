"""Bytes of files, and what they unpack to, within the limits. Imports the standard library alone."""

from __future__ import annotations

import gzip
import io
import stat
import zipfile
from pathlib import Path
from typing import IO

from trialseq import limits
from trialseq.problems import InputError, Problem

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
CHUNK = 1 << 22


def regular_bytes(path: Path, entry: str) -> bytes:
    """Content of a regular file. Raises OSError where it cannot be read; InputError where it is a device or too big.

    A device or a pipe may give bytes without an end, or none at all for ever.
    """
    found = path.stat()
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        raise InputError(Problem(entry, "a file", "a device or a pipe"))
    limits.unpacked(entry, found.st_size)
    return path.read_bytes()


def gunzip(data: bytes, entry: str) -> bytes:
    """Decompress gzip data.

    Raises EOFError, OSError or zlib.error where it is broken, InputError where it is too big.
    """
    packed = f"more, from {len(data) / limits.MEGABYTE:.3g} MB of gzip"
    whole = io.BytesIO()
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
        while chunk := file.read(CHUNK):
            limits.unpacked(entry, whole.tell() + len(chunk), packed)
            whole.write(chunk)
    return whole.getvalue()


def check_zip(data: bytes, entry: str) -> None:
    """Look into a zip file without unpacking it.

    Its directory says how many bytes each member gives, and Python reads no more than that. Raises
    zipfile.BadZipFile, and InputError where members are too many or too big.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        members = file.infolist()
        limits.check("members", entry, len(members), "files inside")
        size = sum(member.file_size for member in members)
        limits.unpacked(entry, size, f"{size / limits.MEGABYTE:,.0f} MB, from {len(data) / limits.MEGABYTE:.3g} MB")


class Bounded(io.RawIOBase):
    """A stream for reading, which raises InputError where it goes on beyond the limit of an unpacked file."""

    def __init__(self, stream: IO[bytes], entry: str) -> None:
        super().__init__()
        self._stream, self._entry = stream, entry

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is, forwards."""
        return True

    def tell(self) -> int:
        """Bytes from the start."""
        return self._stream.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a byte."""
        if whence == io.SEEK_SET:
            limits.unpacked(self._entry, offset, "more")
        return self._stream.seek(offset, whence)

    def read(self, size: int | None = -1) -> bytes:
        """Bytes from here on; of a size that is claimed, no more than a limit's worth is asked for."""
        most = limits.current().unpacked_mb * limits.MEGABYTE - self._stream.tell() + 1
        wanted = most if size is None or size < 0 else min(size, most)
        parts = []
        while wanted > 0 and (part := self._stream.read(min(wanted, CHUNK))):
            parts.append(part)
            wanted -= len(part)
        limits.unpacked(self._entry, self._stream.tell(), "more")
        return b"".join(parts)

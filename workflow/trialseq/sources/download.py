"""Fetching files, gently: one at a time, whole, and never twice."""

from __future__ import annotations

import gzip
import hashlib
import logging
import re
import sys
import time
import zipfile
import zlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path

import requests
import urllib3

from trialseq import __version__, limits
from trialseq.config import Download
from trialseq.problems import InputError, Problem
from trialseq.sources import Remote
from trialseq.sources.forms import BEGINS, HEAD, is_html

CHUNK = 1 << 20
LONGEST_PAUSE = 300.0  # in units of the base pause
STEP = 10  # percent between two lines of progress
UNKNOWN_STEP = 50 * CHUNK  # bytes between them where the size is not known
_PASSING = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    HTTPStatus.TOO_MANY_REQUESTS,
}


class _AgainError(Exception):
    """An attempt that failed in a way that may pass, and the seconds that the server asks to wait."""

    def __init__(self, reason: str, wait: float = 0) -> None:
        super().__init__(reason)
        self.wait = wait


def fetch(remote: Remote, options: Download, log: logging.Logger, pause: float = 1.0) -> Path:
    """Fetch a file to its place, unless it is there; returns that place.

    Broken connections, timeouts, short bodies, 429 and 5xx are tried again after pauses that double from `pause`
    seconds, or that the server asks for; what has arrived is resumed where the server says that it is still the
    same file. The content must have the form and the checksum that are expected; the checksum is recorded beside
    the file. Raises InputError with the address, and the place where the file may be put by hand.
    """
    target = Path(remote.path)
    if target.exists():
        log.info("%s is in the cache; not fetched.", target)
        digest = sha256(target)
        if remote.sha256 not in {None, digest}:
            raise _mismatch(remote, digest, f"delete {target} to fetch it again, or correct the checksum")
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.part")
        _receive_whole(remote, part, options, log, pause)
        digest = sha256(part)
        if remote.sha256 not in {None, digest}:
            aside = part.replace(target.with_name(f"{target.name}.unexpected"))
            _clear(part)
            raise _mismatch(remote, digest, f"what arrived was kept as {aside}; correct the checksum if it is right")
        part.replace(target)
        _clear(part)
    record = target.with_name(f"{target.name}.sha256")
    if not record.exists():
        record.write_text(f"{digest}  {target.name}\n", encoding="utf-8")
    return target


def sha256(path: str | Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _mismatch(remote: Remote, found: str, hint: str) -> InputError:
    return InputError(Problem(f"checksum of {remote.address}", f"SHA-256 {remote.sha256}", f"SHA-256 {found}", hint))


def _unavailable(remote: Remote, found: str) -> InputError:
    hint = f"get it on another way, and put it at {Path(remote.path).absolute()}"
    return InputError(Problem(remote.address, "a file to fetch", found, hint))


def _receive_whole(remote: Remote, part: Path, options: Download, log: logging.Logger, pause: float) -> None:
    for attempt in range(options.retries + 1):
        try:
            _receive(remote, part, options, log)
            _check_whole(remote, part)
            return
        except _AgainError as error:
            if attempt == options.retries:
                attempts = "1 attempt" if attempt == 0 else f"{attempt + 1} attempts"
                raise _unavailable(remote, f"{error}, after {attempts}") from None
            wait = min(max(2.0**attempt, error.wait), LONGEST_PAUSE) * pause
            _say(log, f"{part.stem}: {error}; again in {wait:.0f} s")
            time.sleep(wait)


def _receive(remote: Remote, part: Path, options: Download, log: logging.Logger) -> None:
    """Append to `part` what is missing of it. Raises _AgainError; InputError where trying again is of no use."""
    headers = {"User-Agent": _agent(options), "Accept-Encoding": "identity"}
    tag = _tag(part)
    start = part.stat().st_size if part.exists() else 0
    if start and tag.exists():
        headers |= {"Range": f"bytes={start}-", "If-Range": tag.read_text(encoding="utf-8")}
    try:
        with requests.get(remote.address, headers=headers, stream=True, timeout=options.timeout) as response:
            status, answer = response.status_code, f"{response.status_code} {response.reason}"
            if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                _clear(part)
            if status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise _AgainError(answer, _asked_wait(response))
            if not response.ok:
                raise _unavailable(remote, answer)
            resumed = response.headers.get("Content-Range", "").startswith(f"bytes {start}-")
            if status == HTTPStatus.PARTIAL_CONTENT and not resumed:
                _clear(part)
                raise _AgainError("another part of the file than was asked for")
            if status != HTTPStatus.PARTIAL_CONTENT:
                start = 0
                _clear(part)
                _keep_tag(response, tag)
            with part.open("ab") as file:
                size = int(response.headers.get("Content-Length", 0))
                done, said = start, start
                for chunk in response.raw.stream(CHUNK, decode_content=remote.form != "gzip"):
                    file.write(chunk)
                    done += len(chunk)
                    _check_size(remote, part, done)
                    said = _progress(part.stem, said, done, start + size if size else 0, log)
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise _AgainError(_reason(error, options.timeout)) from None


def _check_size(remote: Remote, part: Path, done: int) -> None:
    """Raise InputError, and keep nothing, where a server sends more than may be fetched."""
    try:
        limits.check("download_mb", remote.address, done // limits.MEGABYTE, "MB")
    except InputError:
        _clear(part)
        raise


def _keep_tag(response: requests.Response, tag: Path) -> None:
    """Note what tells this version of the file from another, so that the next attempt can resume it."""
    name = response.headers.get("ETag") or response.headers.get("Last-Modified") or ""
    if name and not name.startswith("W/") and "Content-Encoding" not in response.headers:
        tag.write_text(name, encoding="utf-8")


def _tag(part: Path) -> Path:
    return part.with_name(f"{part.name}.tag")


def _clear(part: Path) -> None:
    part.unlink(missing_ok=True)
    _tag(part).unlink(missing_ok=True)


def _agent(options: Download) -> str:
    contact = " ".join((options.contact or "").split()).encode("ascii", "replace").decode()
    return f"trialseq/{__version__}" + (f" ({contact})" if contact else "")


def _asked_wait(response: requests.Response) -> float:
    """Seconds of a Retry-After, which is a number or a date."""
    asked = response.headers.get("Retry-After", "")
    if asked.isdigit():
        return float(asked)
    try:
        return max((parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds(), 0)
    except (TypeError, ValueError):
        return 0


def _reason(error: Exception, timeout: float) -> str:
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return f"nothing came for {timeout:g} s"
    cause = re.search(r"\[Errno -?\d+\] ([^'\")]+)", str(error))
    if isinstance(error, urllib3.exceptions.ProtocolError):
        return "the connection broke off before the end of the file"
    return f"no connection ({cause[1] if cause else type(error).__name__})"


def _progress(name: str, said: int, done: int, size: int, log: logging.Logger) -> int:
    """Say how far it is at every step; returns the number of bytes at which it last did."""
    if size and (done >= size or done * 100 // size // STEP > said * 100 // size // STEP):
        _say(log, f"{name}: {min(done * 100 // size, 100)} % of {size / 1e6:.1f} MB")
        return done
    if not size and done - said >= UNKNOWN_STEP:
        _say(log, f"{name}: {done / 1e6:.0f} MB")
        return done
    return said


def _say(log: logging.Logger, text: str) -> None:
    log.info("%s", text)
    print(text, file=sys.stderr, flush=True)


def _check_whole(remote: Remote, part: Path) -> None:
    """Raise InputError where a file is another thing, and _AgainError where it is broken; either removes it."""
    with part.open("rb") as file:
        head = file.read(HEAD)
    try:
        if not head:
            raise _AgainError("an empty answer")
        if is_html(head):
            raise _unavailable(remote, "a page of HTML, though the server says that all is well (200)")
        at, magic, form = BEGINS.get(remote.form, (0, b"", ""))
        if not head[at:].startswith(magic):
            raise _unavailable(remote, f"no {form}: it begins with {head[:16]!r}")
        if remote.form == "gzip":
            _read_through(part)
        elif remote.form == "xlsx" and not zipfile.is_zipfile(part):
            raise _AgainError("an xlsx file without its end")
    except (_AgainError, InputError):
        _clear(part)
        raise


def _read_through(path: Path) -> None:
    """Raise _AgainError where a gzip file is not whole."""
    try:
        with gzip.open(path) as file:
            while file.read(CHUNK):
                limits.unpacked(path.stem, file.tell(), "more")
    except (EOFError, OSError, zlib.error) as error:
        raise _AgainError(f"a broken gzip file ({error})") from None

"""Downloads: real HTTP on loopback, from a server that fails in the ways in which servers fail."""

from __future__ import annotations

import gzip
import hashlib
import logging
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest

from geo import Fault, Server, running
from trialseq import __version__, limits, sources
from trialseq.config import Download, Limits
from trialseq.problems import InputError
from trialseq.sources import Remote, form_of
from trialseq.sources.download import fetch, sha256
from trialseq.validation import parse

LOG = logging.getLogger("trialseq.test")
NAME = "counts.tsv.gz"
# Not compressible, so that half a file is half of it.
CONTENT = gzip.compress(np.random.default_rng(1).bytes(3_000_000))
QUICK = 0.001  # seconds of a pause that is one second for users


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server of one file."""
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / NAME).write_bytes(CONTENT)
    with running(tmp_path / "root") as server:
        yield server


def _remote(server: Server, folder: Path, name: str = NAME, sha256: str | None = None) -> Remote:
    return Remote(f"{server.address}/{name}", str(folder / "cache" / "GSE1" / name), sha256, form_of(name))


def _fetch(remote: Remote, **options: Any) -> Path:  # noqa: ANN401 - options of Download
    return fetch(remote, Download(**{"retries": 3, "timeout": 5, **options}), LOG, QUICK)


def _left(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "cache").rglob("*") if path.is_file())


def test_a_file_arrives_whole_with_its_checksum(server: Server, tmp_path: Path) -> None:
    path = _fetch(_remote(server, tmp_path), contact="someone@example.org")
    assert path == tmp_path / "cache" / "GSE1" / NAME
    assert path.read_bytes() == CONTENT
    digest = hashlib.sha256(CONTENT).hexdigest()
    assert sha256(path) == digest
    assert path.with_name(f"{NAME}.sha256").read_text() == f"{digest}  {NAME}\n"
    assert _left(tmp_path) == [NAME, f"{NAME}.sha256"]
    assert server.asked[0][1]["User-Agent"] == f"trialseq/{__version__} (someone@example.org)"


def test_progress_is_visible(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        _fetch(_remote(server, tmp_path))
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1] == f"{NAME}: 100 % of 3.0 MB"
    assert 2 <= len(lines) <= 10
    assert [record.message for record in caplog.records] == lines


def test_what_is_in_the_cache_is_never_fetched_again(server: Server, tmp_path: Path) -> None:
    _fetch(_remote(server, tmp_path))
    assert _fetch(_remote(server, tmp_path)).read_bytes() == CONTENT
    assert server.count(NAME) == 1


def test_what_was_put_there_by_hand_is_taken_and_its_checksum_compared(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "cache" / "GSE1" / NAME
    path.parent.mkdir(parents=True)
    path.write_bytes(b"by hand")
    assert _fetch(_remote(server, tmp_path)).read_bytes() == b"by hand"
    digest = hashlib.sha256(b"by hand").hexdigest()
    with pytest.raises(InputError, match=f"(?s){'0' * 64}.*{digest}.*delete") as caught:
        _fetch(_remote(server, tmp_path, sha256="0" * 64))
    assert str(path) in str(caught.value)
    assert path.read_bytes() == b"by hand"
    assert server.asked == []


def test_a_file_that_is_larger_than_may_be_fetched_is_given_up_and_leaves_nothing(
    server: Server, tmp_path: Path
) -> None:
    with limits.applied(Limits(download_mb=1)), pytest.raises(InputError, match=r"limits\.download_mb"):
        _fetch(_remote(server, tmp_path))
    assert _left(tmp_path) == []
    assert server.count(NAME) == 1


def test_a_gzip_bomb_that_was_fetched_is_given_up_and_leaves_nothing(server: Server, tmp_path: Path) -> None:
    (tmp_path / "root" / NAME).write_bytes(gzip.compress(bytes(30_000_000)))
    with limits.applied(Limits(unpacked_mb=5)), pytest.raises(InputError, match=r"limits\.unpacked_mb"):
        _fetch(_remote(server, tmp_path))
    assert _left(tmp_path) == []


def test_a_busy_server_is_asked_again(server: Server, tmp_path: Path) -> None:
    server.faults[NAME] = [Fault(503), Fault(503)]
    assert _fetch(_remote(server, tmp_path)).read_bytes() == CONTENT
    assert server.count(NAME) == 3


@pytest.mark.parametrize("asked", ["40", "date"])
def test_the_pause_that_a_server_asks_for_is_kept(server: Server, tmp_path: Path, asked: str) -> None:
    if asked == "date":
        asked = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 42))
    server.faults[NAME] = [Fault(429, {"Retry-After": asked})]
    start = time.monotonic()
    fetch(_remote(server, tmp_path), Download(retries=1), LOG, pause=0.01)
    assert 0.38 < time.monotonic() - start < 5  # 40 s at a hundredth; without the wish it would be 0.01 s
    assert server.count(NAME) == 2


def test_pauses_grow(server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server.faults[NAME] = [Fault(500)] * 3
    fetch(_remote(server, tmp_path), Download(retries=3), LOG, pause=0.1)
    # 0.1, 0.2 and 0.4 s, rounded; their sum tells them from equal ones.
    assert len([line for line in capsys.readouterr().err.splitlines() if "500" in line]) == 3
    server.faults["other.gz"] = [Fault(500)] * 4
    start = time.monotonic()
    with pytest.raises(InputError, match=r"500 .*after 4 attempts"):
        fetch(_remote(server, tmp_path, "other.gz"), Download(retries=3), LOG, pause=0.1)
    assert 0.7 <= time.monotonic() - start < 3


@pytest.mark.parametrize("status", [403, 404])
def test_what_is_not_there_is_not_asked_for_again(server: Server, tmp_path: Path, status: int) -> None:
    server.faults[NAME] = [Fault(status, body=b"<html>no</html>")]
    with pytest.raises(InputError, match=str(status)) as caught:
        _fetch(_remote(server, tmp_path))
    assert server.count(NAME) == 1
    assert f"{server.address}/{NAME}" in str(caught.value)
    assert _left(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        (NAME, b"<!DOCTYPE html>\n<html>Not found</html>", "a page of HTML"),
        ("counts.txt", b"\n\n <HTML><body>", "a page of HTML"),
        ("counts.rds", b'<?xml version="1.0"?>\n<!doctype html>', "a page of HTML"),
        (NAME, b"gene\tS1\n", "no gzip file"),
        ("counts.xlsx", b"\xd0\xcf\x11\xe0 an old spreadsheet", "no xlsx file"),
        ("GSE1_RAW.tar", b"\0" * 600, "no tar file"),
    ],
)
def test_another_thing_than_the_file_is_refused_and_not_kept(
    server: Server, tmp_path: Path, name: str, body: bytes, words: str
) -> None:
    server.faults[name] = [Fault(200, body=body)]
    with pytest.raises(InputError, match=words):
        _fetch(_remote(server, tmp_path, name))
    assert server.count(name) == 1
    assert _left(tmp_path) == []


def test_half_a_file_is_resumed(server: Server, tmp_path: Path) -> None:
    server.faults[NAME] = [Fault(cut=1_500_000)]
    assert _fetch(_remote(server, tmp_path)).read_bytes() == CONTENT
    assert server.asked[1][1]["Range"] == "bytes=1500000-"
    assert server.answered == [200, 206]
    assert _left(tmp_path) == [NAME, f"{NAME}.sha256"]


def test_what_an_earlier_run_left_is_resumed(server: Server, tmp_path: Path) -> None:
    server.faults[NAME] = [Fault(cut=1_500_000)]
    with pytest.raises(InputError, match="broke off"):
        _fetch(_remote(server, tmp_path), retries=0)
    assert _fetch(_remote(server, tmp_path)).read_bytes() == CONTENT
    assert server.asked[1][1]["Range"] == "bytes=1500000-"
    assert server.answered == [200, 206]


def test_a_file_that_changed_meanwhile_starts_anew(server: Server, tmp_path: Path) -> None:
    server.faults[NAME] = [Fault(cut=1_500_000)]
    with pytest.raises(InputError):
        _fetch(_remote(server, tmp_path), retries=0)
    changed = gzip.compress(b"another version " * 500_000, 0)
    (tmp_path / "root" / NAME).write_bytes(changed)
    assert _fetch(_remote(server, tmp_path)).read_bytes() == changed
    assert server.answered == [200, 200]


def test_a_server_without_ranges_starts_anew(server: Server, tmp_path: Path) -> None:
    server.ranges = False
    server.faults[NAME] = [Fault(cut=1_500_000)]
    assert _fetch(_remote(server, tmp_path)).read_bytes() == CONTENT
    assert server.count(NAME) == 2


def test_a_file_that_is_always_cut_is_never_put_into_its_place(server: Server, tmp_path: Path) -> None:
    server.ranges = False
    server.faults[NAME] = [Fault(cut=1000)] * 4
    with pytest.raises(InputError, match=r"broke off .*after 4 attempts"):
        _fetch(_remote(server, tmp_path))
    assert not (tmp_path / "cache" / "GSE1" / NAME).exists()


def test_a_gzip_file_that_was_cut_before_it_was_served_is_not_taken(server: Server, tmp_path: Path) -> None:
    (tmp_path / "root" / NAME).write_bytes(CONTENT[:-7])
    with pytest.raises(InputError, match="a broken gzip file"):
        _fetch(_remote(server, tmp_path))
    assert server.count(NAME) == 4
    assert _left(tmp_path) == []


def test_a_wrong_checksum_keeps_the_file_aside(server: Server, tmp_path: Path) -> None:
    wanted = "0" * 64
    with pytest.raises(InputError) as caught:
        _fetch(_remote(server, tmp_path, sha256=wanted))
    for words in (wanted, hashlib.sha256(CONTENT).hexdigest(), f"{NAME}.unexpected"):
        assert words in str(caught.value)
    assert _left(tmp_path) == [f"{NAME}.unexpected"]


def test_a_right_checksum_passes(server: Server, tmp_path: Path) -> None:
    assert _fetch(_remote(server, tmp_path, sha256=hashlib.sha256(CONTENT).hexdigest())).exists()


def test_without_a_network_the_address_and_the_place_are_named(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    remote = Remote(f"http://127.0.0.1:{port}/a.gz", str(tmp_path / "cache" / "a.gz"), None, "gzip")
    with pytest.raises(InputError, match=r"Connection refused\), after 4 attempts") as caught:
        _fetch(remote)
    assert remote.address in str(caught.value)
    assert remote.path in str(caught.value)


def test_a_server_that_says_nothing_is_left_after_the_timeout(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        held: list[socket.socket] = []
        Thread(target=lambda: held.append(silent.accept()[0]), daemon=True).start()
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/a.gz"
        with pytest.raises(InputError, match=r"nothing came for 0\.2 s, after 1 attempt"):
            _fetch(Remote(address, str(tmp_path / "cache" / "a.gz"), None, "gzip"), timeout=0.2, retries=0)
        for connection in held:
            connection.close()


def test_addresses_keep_their_paths_at_another_base(tmp_path: Path) -> None:
    config = parse(
        {
            "study": "x",
            "cache": str(tmp_path),
            "source": {"type": "geo_ncbi", "accession": "GSE184951", "sha256": "a" * 64},
            "download": {"base_address": "http://127.0.0.1:8000"},
            "trial": {"subject": "subject", "visit": {"column": "visit", "reference": "pre"}},
        }
    )
    files = sources.files(config)
    counts, annotation, matrix = (files[name] for name in ("counts", "annotation", "series_matrix"))
    assert counts == Remote(
        "http://127.0.0.1:8000/geo/download/?type=rnaseq_counts&acc=GSE184951&format=file"
        "&file=GSE184951_raw_counts_GRCh38.p13_NCBI.tsv.gz",
        f"{tmp_path}/GSE184951/GSE184951_raw_counts_GRCh38.p13_NCBI.tsv.gz",
        "a" * 64,
        "gzip",
    )
    assert isinstance(annotation, Remote)
    assert isinstance(matrix, Remote)
    assert annotation.sha256 is None
    assert annotation.address.endswith("&file=Human.GRCh38.p13.annot.tsv.gz")
    assert matrix.address == (
        "http://127.0.0.1:8000/geo/series/GSE184nnn/GSE184951/matrix/GSE184951_series_matrix.txt.gz"
    )


def test_naming_the_files_of_every_source_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from trialseq import sources\n"
        "from importlib import import_module\n"
        "for module in sources.SOURCES.values(): import_module(module)\n"
        "print([name for name in ('pandas', 'numpy', 'requests', 'openpyxl') if name in sys.modules])"
    )
    folder = Path(sources.__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

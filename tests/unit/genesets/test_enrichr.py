"""GSEApy asks maayanlab.cloud over HTTPS; here a proxy on loopback with a certificate of its own is that host."""

import json
import os
import shutil
import socketserver
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from conftest import ROOT, absent
from trialseq.genesets import read_gmt

HOST = "maayanlab.cloud"
LIBRARY = "GO_Test_2023"
FETCH = "import sys; from trialseq.genesets import fetch_enrichr; fetch_enrichr(sys.argv[1], sys.argv[2])"


class Enrichr(socketserver.StreamRequestHandler):
    """A tunnel that ends here, then the two answers of Enrichr that GSEApy asks for; 404 for the library `broken`."""

    context: ssl.SSLContext
    missing = "broken"  # part of the paths that are answered with 404

    def handle(self) -> None:
        self._head(self.rfile)
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with self.context.wrap_socket(self.connection, server_side=True) as secure, secure.makefile("rb") as file:
            path = self._head(file)
            body = f"B set (GO:2)\t\tA,1.0\tB\tB\t\nA set (GO:1)\t\t{chr(9).join(f'G{n}' for n in range(3000))}\n"
            if "datasetStatistics" in path:
                body = json.dumps({"statistics": [{"libraryName": LIBRARY}, {"libraryName": "broken"}]})
            status = "404 Not Found" if self.missing in path else "200 OK"
            answer = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}"
            secure.sendall(answer.encode())

    @staticmethod
    def _head(file: object) -> str:
        first = file.readline().decode()
        while file.readline().strip():
            pass
        return first


class Down(Enrichr):
    """A host that has none of the pages."""

    missing = "/"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Variables of a process for which the proxy is the way to the world; DOWN is another proxy."""
    if not shutil.which("openssl"):
        absent("openssl, to make a certificate for a server on loopback, is not installed")
    folder = tmp_path_factory.mktemp("enrichr")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    request = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}"]
    names = ["-addext", f"subjectAltName=DNS:{HOST}"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", "req", *request, *names, *files], check=True, capture_output=True)
    Enrichr.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    Enrichr.context.load_cert_chain(certificate, key)
    with serving(Enrichr) as proxy, serving(Down) as down:
        yield {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT / "workflow"),
            "HOME": str(folder),  # GSEApy keeps a copy there
            "HTTPS_PROXY": proxy,
            "DOWN": down,
            "REQUESTS_CA_BUNDLE": str(certificate),
        }


@contextmanager
def serving(handler: type[Enrichr]) -> Iterator[str]:
    """The address of a server on loopback."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def fetch(name: str, path: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", FETCH, name, str(path)], env=environment, capture_output=True, text=True, timeout=120
    )


def test_a_library_becomes_a_gmt_file_with_sets_of_every_size(tmp_path: Path, environment: dict[str, str]) -> None:
    path = tmp_path / "cache" / "enrichr" / "library.gmt"
    done = fetch(LIBRARY, path, environment)
    assert done.returncode == 0, done.stderr
    sets = read_gmt(path)
    assert list(sets) == ["A set (GO:1)", "B set (GO:2)"]
    assert len(sets["A set (GO:1)"].genes) == 3000
    assert sets["B set (GO:2)"].genes == ("A", "B")  # without weights and repeats


def test_an_unknown_library_is_an_input_error(tmp_path: Path, environment: dict[str, str]) -> None:
    done = fetch("GO_Tset_2023", tmp_path / "library.gmt", environment)
    assert "InputError" in done.stderr
    assert "expected: a library of Enrichr\n    found:    GO_Tset_2023" in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("name", "proxy"), [("broken", "HTTPS_PROXY"), (LIBRARY, "DOWN")])
def test_no_answer_is_an_input_error_that_says_where_to_put_the_file(
    tmp_path: Path, environment: dict[str, str], name: str, proxy: str
) -> None:
    path = tmp_path / "library.gmt"
    done = fetch(name, path, environment | {"HTTPS_PROXY": environment[proxy]})
    assert "InputError" in done.stderr
    assert "expected: an answer from maayanlab.cloud" in done.stderr
    assert str(path) in done.stderr
    assert not path.exists()

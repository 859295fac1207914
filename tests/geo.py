"""Files in the forms of GEO, and a server on loopback that stands in for it."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, unquote, urlsplit

import openpyxl
import pandas as pd

VISITS = {"before": "A", "after": "C"}


# Files ----------------------------------------------------------------------------------


def place(root: Path, accession: str, folder: str, name: str) -> Path:
    """Where a file of a series lies on the server; its folder is made."""
    path = root / "geo" / "series" / f"{accession[:-3]}nnn" / accession / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def place_of_download(root: Path, name: str) -> Path:
    """Where a file of NCBI's counts lies on the server; its folder is made."""
    path = root / "geo" / "download" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def write_series_matrix(path: Path, titles: Mapping[str, str], characteristics: Sequence[Sequence[str]]) -> None:
    """Write a series matrix: accession to title, and lines of `key: value` cells in the order of the accessions."""
    lines = [
        ("!Series_title", "Skeletal muscle"),
        ("!Series_summary", 'A summary with a "quotation" in it'),
        ("!Sample_title", *titles.values()),
        ("!Sample_geo_accession", *titles),
        ("!Sample_source_name_ch1", *["vastus lateralis"] * len(titles)),
        *(("!Sample_characteristics_ch1", *cells) for cells in characteristics),
        ("!series_matrix_table_begin",),
        ("ID_REF", *titles),
        ("!series_matrix_table_end",),
    ]
    text = io.StringIO()
    for key, *cells in lines:
        text.write(key if key != "ID_REF" else '"ID_REF"')
        text.writelines(f'\t"{cell}"' for cell in cells)
        text.write("\n")
    path.write_bytes(gzip.compress(text.getvalue().encode()))


def write_gse157988(root: Path, counts: pd.DataFrame, samples: pd.DataFrame, genes: pd.DataFrame) -> list[str]:
    """Write the spreadsheet and the series matrix of GSE157988 in the form that is known of them.

    counts: samples x genes. samples: index = the samples, columns `subject` (with digits in it), `agent`, `visit`
    (before, after), `state` (Basal, Insulin). genes: `gene_name`. Returns the names of the columns, in the order of
    the samples.

    Reading the files gives these counts again: some symbols have two rows, each with a part of the counts; septins
    and MARCH genes are dates, in cells and in text; and a column `Length` holds numbers that are no counts. The two
    tokens come in either order. Biopsies that the sheet lacks are missing in both files.
    """
    rows = [
        (int("".join(filter(str.isdigit, str(subject)))), agent, visit, state)
        for subject, agent, visit, state in samples[["subject", "agent", "visit", "state"]].itertuples(index=False)
    ]
    names = []
    for number, (subject, _, visit, state) in enumerate(rows):
        tokens = [f"{subject}{VISITS[visit]}", state][:: 1 if number % 2 else -1]
        names.append(f"L{number % 8 + 1}_{'_'.join(tokens)}_S{number + 1}")
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("counts")
    page.append(["Symbol", "Length", *names])
    values = counts.loc[samples.index].to_numpy().T.tolist()
    for number, (symbol, row) in enumerate(zip(genes["gene_name"], values, strict=True)):
        for part in [[n // 3 for n in row], [n - n // 3 for n in row]] if number % 50 == 7 else [row]:
            page.append([_spreadsheet(symbol), 1000 + number, *part])
    book.save(place(root, "GSE157988", "suppl", "GSE157988_NMN_all_gene_counts.xlsx"))

    titles = {f"GSM{4780000 + i}": f"Subject {row[0]}, {row[2]}, {row[3]}, 20{i % 10}" for i, row in enumerate(rows)}
    # Depositors are not always of one mind: keys change lines or are missing, and values hold colons.
    agents, tissue = [f"agent: {row[1]}" for row in rows], "tissue: muscle: vastus lateralis"
    first = [tissue if number % 2 else agent for number, agent in enumerate(agents)]
    second = [agent if number % 2 else tissue for number, agent in enumerate(agents)]
    clamps = ["" if row[3] == "Basal" else "clamp: stage 1" for row in rows]
    visits = [f"time point: {row[2]}" for row in rows]
    path = place(root, "GSE157988", "matrix", "GSE157988_series_matrix.txt.gz")
    write_series_matrix(path, titles, [first, second, clamps, visits])
    return names


def _spreadsheet(symbol: str) -> str | datetime:
    """What a spreadsheet makes of the old symbols of septins and MARCH genes."""
    if match := re.fullmatch(r"SEPTIN(\d+)", symbol):
        return datetime(2020, 9, int(match[1]))
    if match := re.fullmatch(r"MARCHF(\d+)", symbol):
        return f"{match[1]}-Mar"
    return symbol


def write_ncbi(
    root: Path, accession: str, counts: pd.DataFrame, sheet: pd.DataFrame, genemap: pd.DataFrame
) -> dict[str, str]:
    """Write NCBI's counts of a series, their annotation and the series matrix.

    counts: Ensembl ids x samples, beside other columns. sheet: index = the samples, columns `gsm`, `title`, `disease`.
    genemap: columns `ensgene`, `entrez`, `symbol`, `biotype`. Returns the Entrez id of each Ensembl id that is
    written: those that stand for one gene in both.
    """
    pairs = genemap.dropna(subset="entrez")
    pairs = pairs[pairs["ensgene"].isin(counts.index)]
    pairs = pairs[~(pairs["ensgene"].duplicated(keep=False) | pairs["entrez"].duplicated(keep=False))]
    entrez = dict(zip(pairs["ensgene"], pairs["entrez"], strict=True))
    table = counts.loc[list(entrez), sheet.index].set_axis(sheet["gsm"], axis=1).set_axis(list(entrez.values()))
    name = f"{accession}_raw_counts_GRCh38.p13_NCBI.tsv.gz"
    place_of_download(root, name).write_bytes(_packed(table.rename_axis("GeneID")))
    genes = pd.DataFrame(
        {
            "GeneID": pairs["entrez"],
            "Symbol": pairs["symbol"],
            "Description": '"start',  # quotes mean nothing in this file
            "Synonyms": "",
            "GeneType": pairs["biotype"].str.replace("_", "-"),
            "EnsemblGeneID": pairs["ensgene"],
        }
    ).set_index("GeneID")
    place_of_download(root, "Human.GRCh38.p13.annot.tsv.gz").write_bytes(_packed(genes))
    path = place(root, accession, "matrix", f"{accession}_series_matrix.txt.gz")
    titles = dict(zip(sheet["gsm"], sheet["title"], strict=True))
    write_series_matrix(path, titles, [[f"disease: {each}" for each in sheet["disease"]]])
    return entrez


def _packed(frame: pd.DataFrame) -> bytes:
    return gzip.compress(frame.to_csv(sep="\t", quoting=csv.QUOTE_NONE).encode(), 1)


# Server ---------------------------------------------------------------------------------


@dataclass
class Fault:
    """An answer in place of the file: a status with headers and a body, or the first bytes of the file alone."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: int | None = None


@dataclass
class Server:
    """A running server: its address, faults to come by name of the file, and what was asked and said."""

    address: str
    ranges: bool = True
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)

    def count(self, name: str) -> int:
        """How often a file was asked for."""
        return sum(each == name for each, _ in self.asked)


@contextmanager
def serve(root: Path) -> Iterator[str]:
    """Serve a folder on loopback as GEO does, until the block ends; gives the base address."""
    with running(root) as server:
        yield server.address


@contextmanager
def running(root: Path, *, ranges: bool = True) -> Iterator[Server]:
    """The same, with a server that can be told to fail."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            name = parse_qs(parts.query).get("file", [""])[0]
            path = root / unquote(parts.path).strip("/") / name
            server.asked.append((path.name, dict(self.headers)))
            waiting = server.faults.get(path.name)
            fault = waiting.pop(0) if waiting else Fault()
            if fault.status != 200 or fault.body:
                self._answer(fault.status, fault.body, fault.headers)
            elif not path.is_file():
                self._answer(404, b"<html>Not Found</html>", {})
            else:
                self._file(path.read_bytes(), fault.cut)

        def _file(self, data: bytes, cut: int | None) -> None:
            tag = f'"{sha256(data).hexdigest()[:16]}"'
            asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            if asked and server.ranges and self.headers.get("If-Range") == tag:
                start = int(asked[1])
                headers = {"ETag": tag, "Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"}
                self._answer(206, data[start:], headers, cut)
            else:
                self._answer(200, data, {"ETag": tag, "Accept-Ranges": "bytes"}, cut)

        def _answer(self, status: int, body: bytes, headers: Mapping[str, str], cut: int | None = None) -> None:
            server.answered.append(status)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[:cut])
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing on stderr."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        server = Server(f"http://127.0.0.1:{listener.server_port}", ranges)
        thread = Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown()
            thread.join()

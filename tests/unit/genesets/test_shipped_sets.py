import gzip
import hashlib
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT
from trialseq.genesets import read_gmt

FOLDER = ROOT / "resources" / "genesets"


@pytest.mark.parametrize("name", ["go.gmt.gz", "pdgf.gmt"])
def test_checksums_are_those_that_the_readme_records(name: str) -> None:
    readme = (ROOT / "resources" / "README.md").read_text(encoding="utf-8")
    recorded = re.search(rf"^\| `{re.escape(name)}` .*`([0-9a-f]{{64}})` \|$", readme, re.MULTILINE)
    assert recorded
    assert recorded[1] == hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()


def test_go_has_terms_of_5_to_500_genes_in_under_2_megabytes() -> None:
    path = FOLDER / "go.gmt.gz"
    assert path.stat().st_size < 2_000_000
    assert path.read_bytes()[4:8] == bytes(4)  # no time in the header
    sets = read_gmt(path)
    assert len(sets) == 12_038
    assert list(sets) == sorted(sets)
    assert all(5 <= len(each.genes) <= 500 for each in sets.values())
    assert all(re.fullmatch(r"GO:\d{7}", name) for name in sets)


def test_pdgf_binding_has_its_eleven_genes() -> None:
    sets = read_gmt(FOLDER / "pdgf.gmt")
    binding = "COL1A1 COL1A2 COL2A1 COL3A1 COL4A1 COL5A1 COL6A1 PDGFA PDGFB PDGFRA PDGFRB"
    assert sets["GO:0048407"].genes == tuple(binding.split())
    assert list(sets) == ["GO:0048407", "GO:0048008", "GO:0035791", "GO:0035790"]
    whole = read_gmt(FOLDER / "go.gmt.gz")
    assert all(whole[name] == each for name, each in sets.items())


def database(path: Path, **tables: list[tuple[object, ...]]) -> Path:
    """An SQLite file; the first row of each table has the names of its columns."""
    base = sqlite3.connect(path)
    for name, (columns, *rows) in tables.items():
        base.execute(f"CREATE TABLE {name} ({', '.join(map(str, columns))})")
        base.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})", rows)  # noqa: S608
    base.commit()
    base.close()
    return path


def test_the_script_chooses_terms_by_size_and_always_writes_the_same_bytes(tmp_path: Path) -> None:
    symbols = [f"S{number:03d}" for number in range(502)]
    sizes = {"GO:0048407": 4, "GO:0048008": 5, "GO:0035791": 500, "GO:0035790": 501}
    columns = ("_id", "go_id", "evidence")
    genes = database(
        tmp_path / "genes.sqlite",
        metadata=[("name", "value")],
        gene_info=[("_id", "symbol"), *enumerate(symbols)],
        go_bp_all=[columns],
        # A gene with evidence of two kinds counts once.
        go_mf_all=[
            columns,
            *((gene, term, kind) for term, size in sizes.items() for gene in range(size) for kind in ("IEA", "IDA")),
        ],
        go_cc_all=[columns, *((gene, "GO:0000009", "IDA") for gene in reversed(range(6)))],
    )
    names = database(
        tmp_path / "terms.sqlite",
        metadata=[("name", "value")],
        go_term=[("go_id", "term"), *((term, f"name of {term}") for term in [*sizes, "GO:0000009"])],
    )
    outputs = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        folder.mkdir()
        given = ["--genes", str(genes), "--terms", str(names), "--folder", str(folder)]
        subprocess.run([sys.executable, str(FOLDER / "make_go.py"), *given], check=True, capture_output=True)
        outputs.append([(folder / name).read_bytes() for name in ("go.gmt.gz", "pdgf.gmt")])
    assert outputs[0] == outputs[1]
    lines = gzip.decompress(outputs[0][0]).decode().splitlines()
    assert [line.split("\t")[0] for line in lines] == ["GO:0000009", "GO:0035791", "GO:0048008"]
    assert lines[2] == "\t".join(["GO:0048008", "name of GO:0048008", *symbols[:5]])
    assert [line.count("\t") - 1 for line in outputs[0][1].decode().splitlines()] == [4, 5, 500, 501]

"""Make the human gene sets that ship, from the databases in Debian's packages.

    apt-get install r-bioc-org.hs.eg.db r-bioc-go.db
    python resources/genesets/make_go.py \
        --genes /usr/lib/R/site-library/org.Hs.eg.db/extdata/org.Hs.eg.sqlite \
        --terms /usr/lib/R/site-library/GO.db/extdata/GO.sqlite

Writes `go.gmt.gz` (every term of 5 to 500 genes) and `pdgf.gmt` (the terms of the PDGF panel, whatever their size)
beside this script, and prints the releases and checksums that `resources/README.md` records. The same databases
give the same bytes, by one version of Python and zlib. Needs the standard library alone.

A gene belongs to a term where it is annotated to the term or to any of its descendants (tables `go_*_all`), by any
evidence, electronic annotation (IEA) included. The tables carry no qualifier: an annotation with NOT, if the release
had kept one, could not be told from the others.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import sqlite3
from collections import defaultdict
from pathlib import Path

ONTOLOGIES = ("bp", "mf", "cc")
SIZES = range(5, 501)
PDGF = ("GO:0048407", "GO:0048008", "GO:0035791", "GO:0035790")


def read(genes: Path, terms: Path) -> tuple[dict[str, str], dict[str, set[str]]]:
    """Names of the terms, and the gene symbols of each term or its descendants."""
    with sqlite3.connect(f"{terms.resolve().as_uri()}?mode=ro", uri=True) as base:
        names = dict(base.execute("SELECT go_id, term FROM go_term"))
    members: dict[str, set[str]] = defaultdict(set)
    with sqlite3.connect(f"{genes.resolve().as_uri()}?mode=ro", uri=True) as base:
        for ontology in ONTOLOGIES:
            query = f"SELECT DISTINCT go_id, symbol FROM go_{ontology}_all JOIN gene_info USING (_id)"  # noqa: S608
            for term, symbol in base.execute(query):
                members[term].add(symbol)
    return names, members


def releases(path: Path) -> list[str]:
    """What a database says of its sources and their dates."""
    wanted = "('DBSCHEMA', 'GOSOURCEDATE', 'GOEGSOURCEDATE', 'EGSOURCEDATE')"
    with sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True) as base:
        rows = base.execute(f"SELECT name, value FROM metadata WHERE name IN {wanted} ORDER BY name")  # noqa: S608
        return [f"{name} {value}" for name, value in rows]


def gmt(terms: list[str], names: dict[str, str], members: dict[str, set[str]]) -> bytes:
    """A GMT file: id, name and sorted symbols of each term."""
    return "".join("\t".join([term, names[term], *sorted(members[term])]) + "\n" for term in terms).encode()


def main() -> None:
    """Write the files, and say what they were made from."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--genes", type=Path, required=True, help="org.Hs.eg.sqlite")
    parser.add_argument("--terms", type=Path, required=True, help="GO.sqlite")
    parser.add_argument("--folder", type=Path, default=Path(__file__).resolve().parent, help="where to write")
    given = parser.parse_args()
    names, members = read(given.genes, given.terms)
    chosen = sorted(term for term in members if len(members[term]) in SIZES)
    files = {
        "go.gmt.gz": gzip.compress(gmt(chosen, names, members), 9, mtime=0),
        "pdgf.gmt": gmt(list(PDGF), names, members),
    }
    for path in (given.genes, given.terms):
        print(path.name, hashlib.sha256(path.read_bytes()).hexdigest(), "; ".join(releases(path)))
    for name, data in files.items():
        (given.folder / name).write_bytes(data)
        print(name, hashlib.sha256(data).hexdigest(), f"{len(data)} bytes")
    print(f"{len(chosen)} terms")


if __name__ == "__main__":
    main()

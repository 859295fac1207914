"""Make the simulated example trial: `PYTHONPATH=workflow python resources/make_example.py org.Hs.eg.sqlite`.

The sqlite file is that of Debian's package r-bioc-org.hs.eg.db. Symbols and Ensembl ids are real; every count,
subject and age is simulated.
"""

from __future__ import annotations

import argparse
import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd

from trialseq.io import write_table
from trialseq.planted import NAMED
from trialseq.simulate import Simulated, trial

SEED = 2021
GENES = 4500
PDGF_TERMS = ("GO:0048407", "GO:0048008", "GO:0035790", "GO:0035791")
FOLDER = Path(__file__).parent / "example"
# NCBI names the genes of the mitochondrion otherwise than HGNC does.
MITOCHONDRIAL = {"COX1": "CO1", "COX2": "CO2", "COX3": "CO3", "CYTB": "CYB"}
PROTEIN_CODING = """
SELECT symbol, MIN(ensembl_id) AS gene_id,
       EXISTS (SELECT 1 FROM chromosomes c WHERE c._id = g._id AND c.chromosome = 'MT') AS mitochondrial,
       EXISTS (SELECT 1 FROM go_bp_all a WHERE a._id = g._id AND a.go_id IN (:a, :b, :c, :d))
       OR EXISTS (SELECT 1 FROM go_mf_all a WHERE a._id = g._id AND a.go_id IN (:a, :b, :c, :d)) AS pdgf
FROM gene_info g JOIN genetype USING (_id) JOIN ensembl USING (_id)
WHERE gene_type = 'protein-coding' AND _id IN (SELECT _id FROM go_bp UNION SELECT _id FROM go_mf)
GROUP BY g._id ORDER BY symbol
"""


def choose_genes(sqlite: Path) -> pd.DataFrame:
    """GENES protein-coding genes with GO annotation: all named ones, all of the PDGF terms, others by seed.

    Index = Ensembl ids (the first where a gene has several), columns gene_name, biotype; sorted by symbol.
    """
    with sqlite3.connect(f"file:{sqlite}?mode=ro", uri=True) as database:
        table = pd.read_sql_query(PROTEIN_CODING, database, params=dict(zip("abcd", PDGF_TERMS, strict=True)))
    inside = table["mitochondrial"] == 1
    table.loc[inside, "symbol"] = "MT-" + table.loc[inside, "symbol"].replace(MITOCHONDRIAL)
    table = table.drop_duplicates("symbol").drop_duplicates("gene_id")
    absent = sorted(set(NAMED) - set(table["symbol"]))
    if absent:
        raise SystemExit(f"not in {sqlite}: {', '.join(absent)}")
    always = table["symbol"].isin(NAMED) | (table["pdgf"] == 1)
    others = table.index[~always].to_numpy()
    drawn = np.random.default_rng(SEED).choice(others, GENES - int(always.sum()), replace=False)
    chosen = table.loc[sorted([*table.index[always], *drawn])].sort_values("symbol")
    return pd.DataFrame(
        {"gene_name": chosen["symbol"].to_numpy(), "biotype": "protein_coding"},
        index=pd.Index(chosen["gene_id"], name="gene_id"),
    )


def write(example: Simulated, folder: Path) -> None:
    """Write counts, sample sheet and truth."""
    counts = example.genes.join(example.counts.T)
    write_table(counts.reset_index(), folder / "simulated_counts.tsv.gz")
    write_table(example.samples.reset_index(), folder / "simulated_samples.tsv")
    truth = example.truth.copy()
    columns = ["base_mean", "dispersion", "subject_sd", "visit_sd"]
    truth[columns] = truth[columns].map(lambda value: float(f"{value:.5g}"))
    write_table(truth.round(5).reset_index(), folder / "simulated_truth.tsv.gz")


def main() -> None:
    """Read the path of the sqlite file and write the example."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sqlite", type=Path, help="org.Hs.eg.sqlite")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="folder to write to")
    arguments = parser.parse_args()
    write(trial(seed=SEED, genes=choose_genes(arguments.sqlite)), arguments.folder)


if __name__ == "__main__":
    main()

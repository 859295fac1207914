"""Public studies: GSE184951 from its real counts, GSE157988 from files in GEO's form over HTTP."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml

from geo import serve, write_gse157988
from trialseq import io, simulate
from workflow_runner import ROOT, finished


def test_training_in_gse184951_raises_pdgfrb_and_pdgf_binding(tmp_path: Path, public_data: Path) -> None:
    folder = public_data / "GSE184951"
    config = {
        "study": "gse184951",
        "source": {
            "type": "table",
            "counts": str(folder / "GSE184951_gene_counts.tsv.gz"),
            "samples": str(folder / "samples.tsv"),
            "symbol_column": "symbol",
        },
        "samples": {"subset": "group == DM1"},
        "trial": {"subject": "subject", "visit": {"column": "time", "reference": "pre"}},
        "statistics": {"distribution": "normal", "min_count": 0, "shrinkage": False},
        "enrichment": {
            "methods": ["ora"],
            "collections": [
                {"name": "GO", "shipped": "GO"},
                {"name": "Reactome", "file": str(public_data / "genesets/reactome.gmt"), "drop_sets": ["REAC:0000000"]},
            ],
        },
        "figures": {"formats": ["png"]},
    }
    printed = finished(tmp_path, config)
    tables = tmp_path / "results" / "gse184951" / "tables"
    panel = io.read_table(tables / "change.post_vs_pre.pdgf.tsv").set_index("id")
    # R DESeq2: PDGFRB +0.62 (padj 0.003); 7 genes of PDGF binding up, about 24-fold among the tested genes.
    assert panel.loc["PDGFRB", "log2_fold_change"] == pytest.approx(0.62, abs=0.02)
    assert panel.loc["PDGFRB", "q_value"] < 0.05
    assert panel.loc["GO:0048407", "up"] == 7
    assert panel.loc["GO:0048407", "ora_p_value"] < 1e-7
    assert any("R-HSA-186797" in each for each in panel.index)
    enrichment = io.read_table(tables / "change.post_vs_pre.enrichment.tsv")
    binding = enrichment[(enrichment["set_id"] == "GO:0048407") & (enrichment["direction"] == "up")].iloc[0]
    assert binding["q_value"] < 0.05
    assert binding["fold_enrichment"] == pytest.approx(22, abs=4)
    assert "PDGFRB log2 fold change +0.62" in printed


@pytest.mark.parametrize("missing", [0, 7])
def test_gse157988_runs_from_files_in_geos_form(tmp_path: Path, missing: int) -> None:
    trial = simulate.trial(seed=5, genes=800, missing=missing)
    write_gse157988(tmp_path / "geo", trial.counts, trial.samples, trial.genes)
    config = yaml.safe_load((ROOT / "config" / "gse157988.yaml").read_text())
    config["claims"] = [each for each in config["claims"] if each.get("gene") != "CITED2"]  # not simulated
    config["enrichment"] = {"methods": ["ora"]}
    config["figures"] = {"formats": ["png"]}
    config["statistics"] = {"shrinkage": False, "influence": False}
    # Once with its figures, once up to its tables: drawing takes most of the time.
    targets = () if missing else ("results/gse157988/summary.txt",)
    with serve(tmp_path / "geo") as address:
        config["download"] = {"base_address": address, "retries": 1}
        finished(tmp_path, config, *targets)
    results = tmp_path / "results" / "gse157988"
    design = io.read_table(results / "tables" / "design.tsv").set_index("contrast")
    assert design["test"].value_counts().to_dict() == {"wald": 15, "likelihood_ratio": 4}
    assert len(io.read_counts(results / "counts.h5ad").samples) == 92 - missing
    assert design.loc["difference.NMN_vs_Placebo.Basal", "n_subjects"] <= 23
    assert (design["dropped"] != "").any() == bool(missing)
    genes = io.read_table(results / "tables" / "difference.NMN_vs_Placebo.Basal.tsv").set_index("gene_id")
    truth = trial.truth.set_index(trial.genes["gene_name"])["difference"]
    common = genes.index.intersection(truth.index[truth.abs() > 0.8])
    agree = (genes.loc[common, "log2_fold_change"] > 0) == (truth[common] > 0)
    assert len(common) >= 15
    assert agree.mean() > 0.95
    assert io.read_table(results / "tables" / "claims.tsv")["verdict"].eq("supported").all()
    # Without the server, and with the cache, everything is still there.
    assert "Nothing to be done" in finished(tmp_path, config, *targets)


def test_without_network_and_cache_the_address_and_the_place_are_named(tmp_path: Path) -> None:
    from workflow_runner import run

    config = yaml.safe_load((ROOT / "config" / "gse157988.yaml").read_text())
    config["download"] = {"base_address": "http://127.0.0.1:9", "retries": 0}
    done = run(tmp_path, config)
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "http://127.0.0.1:9/geo/series/GSE157nnn/GSE157988/suppl/GSE157988_NMN_all_gene_counts.xlsx" in said
    assert "cache/GSE157988/GSE157988_NMN_all_gene_counts.xlsx" in said
    assert not list((tmp_path / "cache").rglob("*.xlsx")) if (tmp_path / "cache").exists() else True


def test_gse184951_as_ncbi_counts_gives_the_paired_change(tmp_path: Path, public_data: Path) -> None:
    from geo import write_ncbi

    folder = public_data / "GSE184951"
    table = pd.read_csv(folder / "GSE184951_gene_counts.tsv.gz", sep="\t", index_col=0, keep_default_na=False)
    sheet = pd.read_csv(folder / "samples.tsv", sep="\t", index_col=0, dtype=str)
    genemap = pd.read_csv(public_data / "genemap" / "grch38_ensembl_entrez_symbol_biotype.tsv.gz", sep="\t", dtype=str)
    write_ncbi(tmp_path / "geo", "GSE184951", table, sheet, genemap)
    config = yaml.safe_load((ROOT / "config" / "gse184951.yaml").read_text())
    config["enrichment"] = {"methods": ["ora"]}
    config["figures"] = {"formats": ["png"]}
    config["statistics"] = {"shrinkage": False, "influence": False}
    with serve(tmp_path / "geo") as address:
        config["download"] = {"base_address": address}
        finished(tmp_path, config)
    results = tmp_path / "results" / "gse184951" / "tables"
    panel = io.read_table(results / "change.post_vs_pre.pdgf.tsv").set_index("id")
    assert panel.loc["PDGFRB", "log2_fold_change"] == pytest.approx(0.62, abs=0.03)
    assert io.read_table(results / "design.tsv")["n_samples"].tolist() == [22]

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT
from gene_tables import COLLAGENS, PDGF, gene_set, linear_genes, of_r
from gene_tables import pdgf_genes as measured
from trialseq import enrichment, genesets
from trialseq.config import Collection, Enrichment
from trialseq.enrichment.linear import Linear
from trialseq.enrichment.pdgf import Panel
from trialseq.genesets import GeneSet

TERMS = ROOT / "resources" / "genesets" / "pdgf.gmt"
SAYS = "Expression at visit after relative to visit before, within subjects; positive means higher at visit after."


def panel(
    genes: pd.DataFrame,
    collections: dict[str, dict[str, GeneSet]] | None = None,
    options: Enrichment | None = None,
    linear: Linear | None = None,
) -> Panel:
    return enrichment.panel(genes, collections or {}, TERMS, SAYS, options or Enrichment(), 0.05, 1, linear)


def test_real_data_give_what_r_and_a_table_of_counts_gave(public_data: Path) -> None:
    # Numbers from the README of the public data, made with R: 7 of 10 tested genes up, 24-fold, p = 1.8e-9.
    reactome = public_data / "genesets" / "reactome.gmt"
    options = Enrichment(collections=[Collection(name="R", file=str(reactome), drop_sets=["REAC:0000000"])])
    found = panel(of_r(public_data), genesets.read(options, {"R": reactome}), options)
    sets = found.table.set_index("id")
    binding = sets.loc["GO:0048407"]
    assert (binding["size"], binding["up"], binding["down"]) == (10, 7, 0)
    assert binding["fold_enrichment"] == pytest.approx(24, abs=0.5)
    # Against every gene with a count, which R gives a p value where nothing is filtered out before: 60-fold.
    assert binding["fold_enrichment_counted"] == pytest.approx(60, abs=0.6)
    # Of the squares of R's `stat`: 94.2 of six collagens, 26.7 of the four others.
    assert binding["collagen_share"] == pytest.approx(0.779, abs=0.001)
    assert binding["ora_p_value"] == pytest.approx(1.8e-9, rel=0.02)
    assert set(binding["genes"].split()) == {*COLLAGENS, "PDGFRB"} - {"COL2A1"}
    assert sets.loc["GO:0048407-collagens", ["size", "up"]].tolist() == [6, 6]
    assert sets.loc["GO:0048407-without-collagens", ["size", "up"]].tolist() == [4, 1]
    assert sets.loc["COL2A1", "status"] == "filtered"
    assert sets.loc["R-HSA-186797", "name"] == "Signaling by PDGF"
    assert sets.loc["PDGFRB", "log2_fold_change"] == pytest.approx(0.62, abs=0.005)
    assert sets.loc["CD109", "q_value"] == pytest.approx(0.14, abs=0.005)
    assert "of the 10 tested genes of PDGF binding (GO:0048407), 7 are up and none is down" in found.paragraph
    assert "24.2 times" in found.paragraph
    assert "against all 42,487 genes with any count the same genes are 60.5-fold" in found.paragraph
    assert "PDGFRB has a log2 fold change of +0.62" in found.paragraph
    assert found.paragraph.endswith("both matrix (6 collagens up) and receptors or ligands (PDGFRB up).")


def test_collagens_are_apart_from_receptors_and_ligands_and_none_is_missing() -> None:
    table = panel(measured()).table
    sections = table.groupby("section")["id"].apply(list)
    assert sections["receptor"] == ["PDGFRA", "PDGFRB", "PDGFRL"]
    assert sections["ligand"] == ["PDGFA", "PDGFB", "PDGFC", "PDGFD"]
    assert sections["marker"] == ["THY1", "CD109"]
    assert sections["collagen"] == COLLAGENS
    assert sections["set"] == [
        "GO:0048407",
        "GO:0048407-without-collagens",
        "GO:0048407-collagens",
        "GO:0048008",
        "GO:0048008-receptors-and-ligands",
        "GO:0035791",
        "GO:0035791-receptors-and-ligands",
        "GO:0035790",
        "GO:0035790-receptors-and-ligands",
    ]
    sets = table[table["section"] == "set"].set_index("id")
    assert (sets["of_set"] == sets.index.str.split("-").str[0]).all()
    assert sets.loc["GO:0048008-receptors-and-ligands", "size"] == 7
    assert sets["part"].tolist()[:3] == ["whole", "without_collagens", "collagens"]


def test_genes_that_were_not_measured_or_not_tested_keep_their_row() -> None:
    genes = measured(without=("PDGFRB", "CD109"))
    genes.loc[genes["gene_name"] == "PDGFA", ["p_value", "q_value", "statistic"]] = np.nan
    genes.loc[genes["gene_name"] == "PDGFA", "status"] = "low_count"
    found = panel(genes)
    rows = found.table.set_index("id")
    assert rows.loc[["PDGFRB", "CD109", "PDGFA", "PDGFB"], "status"].tolist() == [
        "not_measured",
        "not_measured",
        "low_count",
        "tested",
    ]
    assert rows.loc["PDGFRB", "name"] == ""
    assert rows.loc["PDGFA", "base_mean"] == 100
    assert "PDGFRB was not measured." in found.paragraph


def test_the_id_that_was_tested_stands_for_a_symbol_with_several() -> None:
    genes = measured()
    twin = genes[genes["gene_name"] == "PDGFRB"].assign(
        gene_id="twin", base_mean=5000.0, p_value=np.nan, q_value=np.nan, status="outlier"
    )
    rows = panel(pd.concat([genes, twin])).table.set_index("id")
    assert rows.loc["PDGFRB", "status"] == "tested"
    assert rows.loc["PDGFRB", "name"] != "twin"


def test_sets_are_tested_from_two_tested_genes_whatever_the_sizes_of_the_options() -> None:
    found = panel(measured(without=("PDGFRA", "PDGFA")), options=Enrichment(min_size=100, max_size=100))
    rows = found.table.set_index("id")
    assert rows.loc["GO:0035790", "size"] == 0
    assert pd.isna(rows.loc["GO:0035790", "ora_p_value"])
    assert rows.loc["GO:0048407-without-collagens", "size"] == 2
    assert rows.loc["GO:0048407-without-collagens", ["ora_p_value", "nes", "prerank_p_value"]].notna().all()
    assert "GO:0035790" not in found.sets
    assert found.sets["GO:0048407-without-collagens"].genes == ("PDGFA", "PDGFB", "PDGFRA", "PDGFRB")


def test_a_set_has_the_same_p_value_in_the_panel_and_among_all_sets() -> None:
    genes = measured(up=("COL1A1", "COL3A1", "PDGFRB"))
    sets = genesets.read_gmt(TERMS)
    table = enrichment.enrich(genes, {"GO": sets}, Enrichment(min_size=2), 0.05, 1).table
    rows = panel(genes).table.set_index("id")
    for name in ("GO:0048407", "GO:0048008"):
        mine = table[table["set_id"] == name].set_index(["method", "direction"])["p_value"]
        assert rows.loc[name, "ora_p_value"] == mine["ora", "up"]
        assert rows.loc[name, "prerank_p_value"] == mine["prerank"].item()


@pytest.mark.parametrize(
    "name",
    ["R-HSA-186797", "REAC:R-HSA-186797", "Signaling by PDGF R-HSA-186797", "REACTOME_SIGNALING_BY_PDGF"],
)
def test_reactomes_set_is_recognised_however_a_file_writes_its_id(name: str) -> None:
    sets = {"GO": {"x": gene_set("x", ["A"])}, "R": {"R-HSA-1867971": gene_set("y", ["B"]), name: gene_set(name, PDGF)}}
    row = panel(measured(), sets).table.set_index("id").loc["R-HSA-186797"]
    assert (row["section"], row["size"]) == ("set", len(PDGF))


def test_nothing_tested_gives_a_panel_without_p_values() -> None:
    genes = measured().assign(p_value=np.nan, q_value=np.nan, statistic=np.nan, status="low_count")
    found = panel(genes)
    assert found.sets == {}
    assert found.table["ora_p_value"].isna().all()
    assert "no gene of PDGF binding (GO:0048407) was tested." in found.paragraph
    assert enrichment.running_sums(genes, found.sets).empty


def test_a_larger_fold_change_asked_for_counts_in_the_panel_too() -> None:
    genes = measured(up=("COL1A1", "PDGFRB"))  # log2 fold changes near 1
    found = panel(genes, options=Enrichment(min_abs_log2_fold_change=3))
    assert found.table.set_index("id").loc["GO:0048407", "up"] == 0
    assert "an absolute log2 fold change of at least 3" in found.paragraph
    assert found.paragraph.endswith(
        "no receptor, ligand or collagen passes q < 0.05 and an absolute log2 fold change of at least 3."
    )


def test_leading_genes_carry_their_share_of_the_squared_statistics() -> None:
    genes = measured()
    binding = [*COLLAGENS, "PDGFA", "PDGFB", "PDGFRA", "PDGFRB"]
    planted = {"COL1A1": 6.0, "PDGFRB": -3.0, "COL3A1": 2.0}
    effect = genes["gene_name"].map(planted).fillna(0.0).where(genes["gene_name"].isin(binding), 1.0)
    genes["log2_fold_change"] = effect * genes["lfc_se"]
    rows = panel(genes).table.set_index("id")
    # 36, 9 and 4 of 49: the first two carry more than four fifths.
    assert rows.loc["GO:0048407", "leading"] == "COL1A1:+0.73 PDGFRB:-0.18"
    assert rows.loc["GO:0048407", "collagen_share"] == pytest.approx(40 / 49)
    assert rows.loc["GO:0048407-without-collagens", "leading"] == "PDGFRB:-1.00"
    assert rows.loc["GO:0048407-without-collagens", "collagen_share"] == 0


def test_every_part_of_a_set_has_a_p_value_by_every_method_and_reactomes_collagens_are_parts_too() -> None:
    genes = measured(up=("COL1A1", "COL3A1", "COL6A1"))
    reactome = gene_set("R-HSA-186797", [*COLLAGENS, *PDGF, "G1", "G2"])
    found = panel(genes, {"R": {"R-HSA-186797": reactome}}, linear=linear_genes(genes))
    sets = found.table[found.table["section"] == "set"].set_index(["of_set", "part"])
    parts = ["whole", "without_collagens", "collagens", "receptors_and_ligands"]
    assert sets.loc["R-HSA-186797"].index.tolist() == parts
    assert sets.loc["R-HSA-186797", "size"].tolist() == [18, 11, 7, 7]
    columns = ["ora_p_value", "ora_down_p_value", "prerank_p_value", "camera_p_value", "fry_p_value"]
    assert sets[[*columns, "fry_mixed_p_value"]].notna().all(axis=None)
    assert sets.loc[("GO:0048407", "collagens"), "fry_direction"] == "up"
    # What moved are collagens, and every method says so of the parts.
    assert (sets.loc[("R-HSA-186797", "collagens"), columns[3:]] < 0.01).all()
    assert (sets.loc[("R-HSA-186797", "without_collagens"), columns[3:]] > 0.05).all()


def test_the_panel_and_the_table_of_all_sets_give_one_p_value_of_camera_and_fry() -> None:
    genes = measured(up=("COL1A1", "PDGFRB"))
    linear, sets = linear_genes(genes), genesets.read_gmt(TERMS)
    table = enrichment.enrich(genes, {"GO": sets}, Enrichment(min_size=2), 0.05, 1, linear).table
    rows = panel(genes, linear=linear).table.set_index("id")
    for name in ("GO:0048407", "GO:0048008"):
        mine = table[table["set_id"] == name].set_index("method")
        assert rows.loc[name, "camera_p_value"] == mine.loc["camera", "p_value"]
        fry = mine.loc["fry"].set_index("direction")["p_value"]
        assert rows.loc[name, "fry_mixed_p_value"] == fry["both"]
        assert rows.loc[name, "fry_p_value"] == fry.drop("both").item()


def test_without_residual_degrees_of_freedom_the_paragraph_says_why_methods_are_absent() -> None:
    found = panel(measured())
    sets = found.table[found.table["section"] == "set"]
    assert sets[["camera_p_value", "fry_p_value", "fry_mixed_p_value"]].isna().all(axis=None)
    assert "CAMERA and FRY are absent, because the model leaves no residual degree of freedom" in found.paragraph
    assert "are absent" not in panel(measured(), linear=linear_genes(measured())).paragraph

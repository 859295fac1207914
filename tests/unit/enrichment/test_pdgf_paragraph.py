import re

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT
from gene_tables import COLLAGENS, PDGF, pdgf_genes
from trialseq import enrichment
from trialseq.config import Enrichment

SAYS = "Change from before to after in NMN beyond that in Placebo; positive means a larger rise in NMN."
BINDING = "genes of PDGF binding (GO:0048407)"
SIGNALS = "PDGF receptors and ligands"


def sentences(genes: pd.DataFrame, says: str = SAYS) -> list[str]:
    terms = ROOT / "resources" / "genesets" / "pdgf.gmt"
    text = enrichment.panel(genes, {}, terms, says, Enrichment(), 0.05, 1).paragraph
    assert not re.search(r"nan|<NA>|None|  |\.\.|\(\)", text)
    return re.split(r"(?<=\.) (?=[A-Z])", text)


def test_the_first_sentence_says_what_up_means() -> None:
    assert sentences(pdgf_genes())[0] == (
        "Up means a positive log2 fold change in this contrast: Change from before to after in NMN beyond that in "
        "Placebo; positive means a larger rise in NMN."
    )
    assert sentences(pdgf_genes(), "after -\n before")[0].endswith("contrast: after - before.")


def test_without_linear_models_eleven_sentences() -> None:
    said = sentences(pdgf_genes(up=["COL1A1", "PDGFRB"], down=["PDGFA"]))
    assert len(said) == 11  # six of the panel, three sets without a reading, why methods are absent, who carries
    assert said[-2].startswith("Of the signal of PDGF binding (the sum of squared Wald statistics) collagens carry ")


@pytest.mark.parametrize(
    ("up", "down", "said"),
    [
        (
            [],
            [],
            "none is up and none is down; none of all 216 tested genes is up, so nothing can be over-represented.",
        ),
        (["COL1A1"], [], "1 is up and none is down; the share that is up is 19.6 times that of all 216 tested genes"),
        (["COL1A1", "PDGFRB"], ["PDGFA", "COL2A1"], "2 are up and 2 are down; the share that is up is 19.6 times"),
        ([], ["COL1A1"], "none is up and 1 is down; none of all 216"),
    ],
)
def test_pdgf_binding_for_none_one_and_many(up: list[str], down: list[str], said: str) -> None:
    # 19.6 = 216 / 11: every gene that is up lies in the set.
    assert f"At q < 0.05, of the 11 tested {BINDING}, {said}" in sentences(pdgf_genes(up, down))[1]


def test_pdgf_binding_with_one_tested_gene_and_with_none() -> None:
    binding = [*COLLAGENS, "PDGFA", "PDGFB", "PDGFRA", "PDGFRB"]
    alone = pdgf_genes(up=["PDGFRB"], without=binding[:-1])
    assert sentences(alone)[1] == "At q < 0.05, the only tested gene of PDGF binding (GO:0048407) is up."
    assert sentences(pdgf_genes(without=binding))[1] == "At q < 0.05, no gene of PDGF binding (GO:0048407) was tested."


@pytest.mark.parametrize(
    ("up", "down", "without", "said"),
    [
        (
            ["COL1A1"],
            ["COL3A1", "COL2A1"],
            [],
            f"Of the 7 tested collagens among them, 1 is up (COL1A1) and 2 are down (COL2A1 and COL3A1); "
            f"of the 7 tested {SIGNALS}, none is up and none is down.",
        ),
        (
            ["PDGFRB", "PDGFA", "PDGFD"],
            [],
            COLLAGENS,
            f"No collagen among them was tested; of the 7 tested {SIGNALS}, 3 are up (PDGFRB, PDGFA and PDGFD) "
            "and none is down.",
        ),
        (
            ["PDGFRB"],
            [],
            [*COLLAGENS[1:], *(name for name in PDGF if name != "PDGFRB")],
            "The only tested collagen among them (COL1A1) is neither up nor down; the only tested PDGF receptor or "
            "ligand (PDGFRB) is up.",
        ),
    ],
)
def test_collagens_and_signals_for_none_one_and_many(
    up: list[str], down: list[str], without: list[str], said: str
) -> None:
    assert sentences(pdgf_genes(up, down, without))[2] == said


def test_pdgfrb_with_its_interval() -> None:
    genes = pdgf_genes(up=["PDGFRB"])
    row = genes.index[genes["gene_name"] == "PDGFRB"][0]
    genes.loc[row, ["log2_fold_change", "ci_low", "ci_high", "q_value"]] = [0.619, 0.3242, 0.915, 0.00329]
    text = "PDGFRB has a log2 fold change of +0.62 (confidence interval +0.32 to +0.92; q = 0.0033)."
    assert sentences(genes)[3] == text
    genes.loc[row, ["q_value", "p_value", "status"]] = [np.nan, 0.2, "filtered"]
    assert "p = 0.2, without a q value because its mean is below the independent filter" in sentences(genes)[3]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("low_count", "PDGFRB was not tested, because its counts are too low."),
        ("all_zero", "PDGFRB was not tested, because it has no counts."),
        ("outlier", "PDGFRB was not tested, because of an outlier."),
    ],
)
def test_pdgfrb_without_a_p_value(status: str, said: str) -> None:
    genes = pdgf_genes()
    genes.loc[genes["gene_name"] == "PDGFRB", ["p_value", "q_value", "status"]] = [np.nan, np.nan, status]
    assert sentences(genes)[3] == said


def test_the_pathway_as_a_whole() -> None:
    members = ["PDGFA", "PDGFB", "PDGFC", "PDGFD", "PDGFRA", "PDGFRB", "PDGFRL"]
    rising, falling = sentences(pdgf_genes(up=members))[4], sentences(pdgf_genes(down=members))[4]
    assert rising.startswith(
        "Of the 7 tested genes of PDGF receptor signalling (GO:0048008), 7 are up and none is down; preranked GSEA "
        "finds the pathway shifted upwards (normalised enrichment score +"
    )
    assert "finds the pathway shifted downwards (normalised enrichment score -" in falling
    assert falling.count(", a p value that takes genes of the set for independent)") == 1
    assert "finds no shift of the pathway at p < 0.05 (" in sentences(pdgf_genes())[4]


@pytest.mark.parametrize(
    ("up", "down", "said"),
    [
        ([], [], "no receptor, ligand or collagen passes q < 0.05."),
        (["THY1"], [], "no receptor, ligand or collagen passes q < 0.05."),
        (["COL1A1"], [], "what changed is matrix (1 collagen up), while no receptor or ligand passes q < 0.05."),
        (
            ["COL1A1", "COL1A2"],
            ["COL2A1"],
            "what changed is matrix (2 collagens up and 1 collagen down), while no receptor or ligand passes q < 0.05.",
        ),
        (
            ["PDGFRB"],
            ["PDGFA", "PDGFB"],
            "what changed is receptors or ligands (PDGFRB up, PDGFA and PDGFB down), while no collagen passes "
            "q < 0.05.",
        ),
        (
            ["PDGFRB"],
            ["COL1A1"],
            "what changed is both matrix (1 collagen down) and receptors or ligands (PDGFRB up).",
        ),
    ],
)
def test_the_reading(up: list[str], down: list[str], said: str) -> None:
    assert sentences(pdgf_genes(up, down))[-1] == f"Taken together, {said}"

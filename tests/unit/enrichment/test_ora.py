from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from gene_tables import contrast_genes, gene_set
from trialseq import enrichment
from trialseq.config import Enrichment

ORA = Enrichment(methods=["ora"], min_size=1)
EIGHT = list("ABCDEFGH")


def test_p_is_the_share_of_all_lists_with_as_many_hits() -> None:
    # By enumeration of the 56 lists of three of eight genes: no formula of a distribution in between.
    genes = contrast_genes(EIGHT, [3, 2, 1, 0.5, 0.4, 0.3, 0.2, 0.1], called="ABE")
    sets = {"S": gene_set("S", "ABCD")}
    table = enrichment.enrich(genes, {"c": sets}, ORA, 0.05, 1).table
    row = table[table["direction"] == "up"].iloc[0]
    lists = list(combinations(EIGHT, 3))
    assert row["p_value"] == pytest.approx(np.mean([len(set(each) & set("ABCD")) >= 2 for each in lists]))
    assert (row["size"], row["overlap"], row["genes"]) == (4, 2, "A B")
    assert row["fold_enrichment"] == pytest.approx((2 / 3) / (4 / 8))
    assert row["odds_ratio"] == pytest.approx((2.5 * 3.5) / (2.5 * 1.5))


def test_every_set_is_tested_and_corrected_for_also_those_without_a_hit() -> None:
    rng = np.random.default_rng(1)
    symbols = [f"GENE{number}" for number in range(300)]
    statistic = np.sort(rng.normal(size=300))[::-1]
    called = [*symbols[:20], *symbols[-30:]]
    sets = {f"S{n}": gene_set(f"S{n}", rng.choice(symbols, size=rng.integers(5, 40), replace=False)) for n in range(60)}
    sets["far"] = gene_set("far", symbols[100:110])
    genes = contrast_genes(symbols, statistic, called=called)
    table = enrichment.enrich(genes, {"c": sets}, ORA, 0.05, 1).table
    lists = {"up": set(symbols[:20]), "down": set(symbols[-30:]), "both": set(called)}
    for direction, part in table.groupby("direction"):
        assert sorted(part["set_id"]) == sorted(sets)
        expected = []
        for row in part.itertuples():
            inside = set(sets[row.set_id].genes)
            hits = len(inside & lists[direction])
            expected.append(stats.hypergeom.sf(hits - 1, 300, len(inside), len(lists[direction])))
            assert row.overlap == hits
            assert row.fold_enrichment == pytest.approx(hits / len(lists[direction]) / (len(inside) / 300))
        np.testing.assert_allclose(part["p_value"], expected, rtol=1e-10)
        # Benjamini and Hochberg as they wrote it: the smallest of m p / rank from here on.
        p = np.sort(expected)
        q = [min(1, *(len(p) * p[i] / (i + 1) for i in range(start, len(p)))) for start in range(len(p))]
        np.testing.assert_allclose(np.sort(part["q_value"]), np.sort(q), rtol=1e-9)
    far = table[table["set_id"] == "far"]
    assert list(far["p_value"]) == [1, 1, 1]
    assert list(far["genes"]) == ["", "", ""]


def test_an_empty_list_gives_every_set_a_row_with_p_1() -> None:
    genes = contrast_genes(EIGHT, np.arange(8), called="GH")
    sets = {"S": gene_set("S", "ABG"), "T": gene_set("T", "CD")}
    table = enrichment.enrich(genes, {"c": sets}, ORA, 0.05, 1).table
    down = table[table["direction"] == "down"]
    assert list(down["set_id"]) == ["S", "T"]
    assert (down["overlap"] == 0).all()
    assert (down[["p_value", "q_value"]] == 1).all(axis=None)
    assert down[["fold_enrichment", "odds_ratio"]].isna().all(axis=None)
    assert table.loc[(table["direction"] == "up") & (table["set_id"] == "S"), "p_value"].item() < 1


def test_names_are_compared_as_they_are() -> None:
    # GSEApy turns symbols to upper case where those of the sets are, numbers into Entrez ids, and splits at commas.
    symbols = ["col1a1", "<script>", "x__y", "$\\alpha$", "12345", "A;B", "C,D", " spaced", "COL1A2", "other"]
    genes = contrast_genes(symbols, np.arange(10)[::-1], called=symbols[:8])
    sets = {
        "__": gene_set("__", ["COL1A1", "COL1A2"]),
        "<b>$x$": gene_set("<b>$x$", ["<script>", "x__y", "$\\alpha$", "A;B"]),
        "upper": gene_set("upper", ["COL1A1", "SCRIPT", "C"]),
        "numbers": gene_set("numbers", ["12345", "C,D", "spaced"]),
    }
    done = enrichment.enrich(genes, {"c": sets}, ORA, 0.05, 1)
    up = done.table[done.table["direction"] == "up"].set_index("set_id")
    assert up.loc["<b>$x$", ["size", "overlap", "genes"]].tolist() == [4, 4, "<script> x__y $\\alpha$ A;B"]
    assert up.loc["__", ["size", "overlap"]].tolist() == [1, 0]
    assert up.loc["numbers", ["size", "genes"]].tolist() == [2, "12345 C,D"]
    assert list(done.dropped["set_id"]) == ["upper"]


def test_symbols_that_are_all_numbers_are_still_symbols() -> None:
    symbols = [str(number) for number in range(100, 120)]
    genes = contrast_genes(symbols, np.arange(20)[::-1], called=symbols[:5])
    table = enrichment.enrich(genes, {"c": {"S": gene_set("S", symbols[:4])}}, ORA, 0.05, 1).table
    assert table.loc[table["direction"] == "up", "overlap"].item() == 4


def test_lists_hold_genes_below_alpha_with_a_large_enough_fold_change() -> None:
    genes = contrast_genes(EIGHT, [9, 5, 4, 3, 2, -2, -5, -9], called="ABCFGH")  # log2 fold changes of 0.2 each
    sets = {"S": gene_set("S", "ABCDEFG")}

    def hits(**options: float) -> dict[str, str]:
        table = enrichment.enrich(genes, {"c": sets}, ORA.model_copy(update=options), 0.05, 1).table
        return dict(zip(table["direction"], table["genes"], strict=True))

    assert hits() == {"up": "A B C", "down": "G F", "both": "A B G C F"}
    assert hits(min_abs_log2_fold_change=1.0) == {"up": "A B", "down": "G", "both": "A B G"}

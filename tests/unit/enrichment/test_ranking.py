import logging

import numpy as np
import pandas as pd
import pytest

from gene_tables import contrast_genes, gene_set
from trialseq import enrichment
from trialseq.config import Enrichment
from trialseq.enrichment import ranking
from trialseq.tables import DROPPED_SETS, ENRICHMENT

SIX = list("ABCDEF")


def test_of_several_ids_with_one_symbol_the_one_with_the_highest_mean_counts(caplog: pytest.LogCaptureFixture) -> None:
    genes = contrast_genes(["A", "B", "A", "A", ""], [1, 2, 3, 4, 5], base_mean=[5.0, 7, 9, 9, 50])
    ranked = ranking.tested(genes)
    assert list(zip(ranked["gene_id"], ranked["gene_name"], strict=True)) == [("id00002", "A"), ("id00001", "B")]
    with caplog.at_level(logging.INFO, "trialseq"):
        ranking.report(genes, ranked)
    assert "2 gene ids give way to another of the same symbol" in caplog.text
    assert "1 tested genes without a symbol" in caplog.text


def test_only_genes_that_could_be_called_are_the_background() -> None:
    genes = contrast_genes(SIX, [6, 5, 4, 3, 2, 1], called="AB").assign(
        q_value=[0.01, 0.01, 0.5, np.nan, 0.5, np.nan],
        p_value=[0.001, 0.001, 0.4, 0.4, 0.4, np.nan],
        status=["tested", "tested", "tested", "filtered", "tested", "outlier"],
    )
    assert list(ranking.tested(genes)["gene_name"]) == ["A", "B", "C", "E"]


def test_an_untested_id_with_a_higher_mean_does_not_hide_the_tested_one() -> None:
    genes = contrast_genes(["A", "A"], [1, 2], base_mean=[100.0, 5], q_value=[np.nan, 0.5])
    assert list(ranking.tested(genes)["gene_id"]) == ["id00001"]


def test_ties_are_broken_by_gene_id_whatever_the_order_of_the_table() -> None:
    genes = contrast_genes(SIX, [1, 1, 2, 0, 1, 0], base_mean=[1.0, 2, 3, 4, 5, 6])
    for seed in range(5):
        shuffled = genes.sample(frac=1, random_state=seed)
        assert "".join(ranking.tested(shuffled)["gene_name"]) == "CABEDF"


def test_sets_that_are_not_tested_are_listed_with_the_reason() -> None:
    sets = {
        "small": gene_set("small", ["A", "nowhere"]),
        "right": gene_set("right", ["A", "B", "nowhere"]),
        "large": gene_set("large", SIX[:5]),
        "all": gene_set("all", SIX),
        "none": gene_set("none", ["nowhere"]),
    }
    genes = contrast_genes(SIX, np.arange(6), called="A")
    options = Enrichment(methods=["ora"], min_size=2, max_size=4)
    done = enrichment.enrich(genes, {"c": sets}, options, 0.05, 1)
    assert set(done.table["set_id"]) == {"right"}
    assert done.dropped.to_numpy().tolist() == [
        ["c", "all", "name of all", 6, 6, "more than 4 tested genes"],
        ["c", "large", "name of large", 5, 5, "more than 4 tested genes"],
        ["c", "none", "name of none", 0, 1, "fewer than 2 tested genes"],
        ["c", "small", "name of small", 1, 2, "fewer than 2 tested genes"],
    ]
    whole = enrichment.enrich(genes, {"c": sets}, options.model_copy(update={"max_size": 9}), 0.05, 1).dropped
    assert whole.loc[whole["set_id"] == "all", "reason"].item() == "holds every tested gene"


@pytest.mark.parametrize("collections", [{}, {"c": {}}, {"c": {"S": gene_set("S", ["nowhere"])}}])
def test_nothing_to_test_gives_a_table_with_the_same_columns(collections: dict) -> None:
    done = enrichment.enrich(contrast_genes(SIX, np.arange(6)), collections, Enrichment(), 0.05, 1)
    assert list(done.table) == ENRICHMENT.names
    assert list(done.dropped) == DROPPED_SETS.names
    assert done.table.empty


def test_nothing_tested_gives_a_table_with_the_same_columns() -> None:
    genes = contrast_genes(SIX, np.arange(6), q_value=np.nan, p_value=np.nan, status="low_count")
    done = enrichment.enrich(genes, {"c": {"S": gene_set("S", SIX)}}, Enrichment(), 0.05, 1)
    assert done.table.empty
    assert list(done.table) == ENRICHMENT.names
    assert list(done.dropped["reason"]) == ["fewer than 5 tested genes"]


def test_rows_are_ordered_by_method_collection_direction_p_and_id() -> None:
    rng = np.random.default_rng(2)
    symbols = [f"G{n}" for n in range(60)]
    genes = contrast_genes(symbols, np.sort(rng.normal(size=60))[::-1], called=symbols[:9])
    sets = {name: gene_set(name, rng.choice(symbols, 8, replace=False)) for name in "zyxabc"}
    table = enrichment.enrich(genes, {"two": sets, "one": sets}, Enrichment(), 0.05, 1).table
    keys = ["method", "collection", "direction", "p_value", "set_id"]
    pd.testing.assert_frame_equal(table[keys], table[keys].sort_values(keys, ignore_index=True))
    assert len(table) == 2 * len(sets) * (3 + 1)


def test_genes_are_ranked_against_zero_whatever_threshold_was_tested() -> None:
    genes = contrast_genes(["A", "B", "C", "D"], [0.5, -2.0, 3.0, 1.0])
    clipped = genes.assign(statistic=[0.0, 0.0, 1.0, 0.0])
    assert ranking.tested(clipped)["gene_name"].tolist() == ["C", "D", "A", "B"]
    assert ranking.tested(clipped)["statistic"].tolist() == pytest.approx([3.0, 1.0, 0.5, -2.0])

import gseapy
import numpy as np
import pytest

from gene_tables import contrast_genes, gene_set
from trialseq import enrichment
from trialseq.tables import RUNNING_SUMS

RNG = np.random.default_rng(5)
SYMBOLS = [f"G{number:04d}" for number in range(1500)]
GENES = contrast_genes(SYMBOLS, np.sort(RNG.normal(size=1500))[::-1])
SETS = {name: gene_set(name, RNG.choice(SYMBOLS, size, replace=False)) for name, size in (("S", 12), ("T", 200))}


def test_the_running_sum_is_that_of_gseapy() -> None:
    ranking = GENES.set_index("gene_name")["statistic"]
    theirs = gseapy.prerank(
        ranking, {name: list(each.genes) for name, each in SETS.items()}, min_size=1, permutation_num=10, no_plot=True
    ).results
    table = enrichment.running_sums(GENES, SETS)
    for name, part in table.groupby("set_id"):
        np.testing.assert_allclose(
            part["running_score"], np.array(theirs[name]["RES"])[part["rank"].to_numpy() - 1], atol=1e-6
        )
        # Thinning keeps the peak, which is the score.
        assert part["running_score"].abs().max() == pytest.approx(abs(theirs[name]["es"]), abs=1e-6)


def test_straight_lines_between_the_rows_that_are_kept_are_the_whole_sum() -> None:
    table = enrichment.running_sums(GENES, SETS)
    for name, part in table.groupby("set_id"):
        assert part["rank"].is_monotonic_increasing
        assert (part["rank"].iloc[0], part["rank"].iloc[-1]) == (1, 1500)
        assert set(part.loc[part["in_set"], "gene_name"]) == set(SETS[name].genes)
        assert len(part) <= 500 + 2 * len(SETS[name].genes)
        inside = np.isin(SYMBOLS, SETS[name].genes)
        statistic = GENES["statistic"].to_numpy()
        whole = np.cumsum(np.where(inside, abs(statistic) / abs(statistic[inside]).sum(), -1 / (~inside).sum()))
        drawn = np.interp(np.arange(1, 1501), part["rank"].to_numpy(dtype=float), part["running_score"])
        np.testing.assert_allclose(drawn, whole, atol=1e-6)


def test_sets_without_a_tested_gene_or_with_all_have_no_sum() -> None:
    table = enrichment.running_sums(GENES, {"none": gene_set("none", ["X"]), "all": gene_set("all", SYMBOLS)})
    assert table.empty
    assert list(table) == RUNNING_SUMS.names

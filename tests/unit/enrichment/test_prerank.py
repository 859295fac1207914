from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from gene_tables import contrast_genes, gene_set
from trialseq import enrichment
from trialseq.config import Enrichment
from trialseq.enrichment import prerank
from trialseq.genesets import GeneSet

PRERANK = Enrichment(methods=["prerank"], min_size=1)


def score(statistic: np.ndarray, inside: np.ndarray) -> tuple[float, int]:
    """Enrichment score and its rank, gene by gene from the definition of Subramanian et al. 2005."""
    total, now, best, at = np.abs(statistic[inside]).sum(), 0.0, 0.0, 0
    for rank, (value, hit) in enumerate(zip(statistic, inside, strict=True)):
        before = now
        now += abs(value) / total if hit else -1 / (~inside).sum()
        for sum_here, place in ((before, rank - 1), (now, rank)):
            if abs(sum_here) > abs(best) + 1e-12:
                best, at = sum_here, place
    return best, at


def study(count: int = 400, sets: int = 40, seed: int = 3) -> tuple[pd.DataFrame, dict[str, GeneSet]]:
    """Genes with a random ranking, and random sets of 5 to 40 of them."""
    rng = np.random.default_rng(seed)
    symbols = [f"G{number}" for number in range(count)]
    genes = contrast_genes(symbols, rng.normal(size=count))
    sizes = rng.integers(5, 40, size=sets)
    return genes, {f"S{n}": gene_set(f"S{n}", rng.choice(symbols, size, replace=False)) for n, size in enumerate(sizes)}


def run(genes: pd.DataFrame, sets: dict[str, GeneSet], threads: int = 1, **options: object) -> pd.DataFrame:
    return enrichment.enrich(genes, {"c": sets}, PRERANK.model_copy(update=options), 0.05, threads).table


def test_direction_and_leading_edge_follow_from_the_definition_of_the_score() -> None:
    genes, sets = study()
    ranked = genes.sort_values("statistic", ascending=False)
    statistic, symbols = ranked["statistic"].to_numpy(), ranked["gene_name"].to_numpy()
    for row in run(genes, sets).itertuples():
        inside = np.isin(symbols, sets[row.set_id].genes)
        best, at = score(statistic, inside)
        ranks = np.arange(len(symbols))
        edge = inside & (ranks <= at) if best > 0 else inside & (ranks > at)
        assert row.direction == ("up" if best > 0 else "down")
        assert np.sign(row.nes) == np.sign(best)
        assert row.genes.split() == list(symbols[edge])[:: 1 if best > 0 else -1]
        assert row.overlap == edge.sum()


def test_p_is_the_share_of_all_sets_of_the_size_with_as_high_a_score_of_the_sign() -> None:
    # By enumeration of all 220 sets of 3 of 12 genes. The tolerance is three standard errors of about 500 random sets;
    # GSEApy 1.3.0, whose p values are half of the right ones, fails.
    genes = contrast_genes(list("ABCDEFGHIJKL"), [3, 2.5, 2, 1.2, 1, 0.6, 0.1, -0.4, -0.8, -1.5, -2.2, -2.8])
    statistic, symbols = genes["statistic"].to_numpy(), genes["gene_name"].to_numpy()
    every = {each: score(statistic, np.isin(np.arange(12), each))[0] for each in combinations(range(12), 3)}
    chosen = list(every)[::37]
    sets = {str(each): gene_set(str(each), symbols[list(each)]) for each in chosen}
    found = run(genes, sets).set_index("set_id")["p_value"]
    for each in chosen:
        same = np.array([value for value in every.values() if (value > 0) == (every[each] > 0)])
        assert found[str(each)] == pytest.approx(np.mean(np.abs(same) >= abs(every[each]) - 1e-9), abs=0.067)


def test_a_small_p_is_resolved() -> None:
    # Of the 658,008 sets of 5 of 40 genes just one holds the 5 highest; about half of the sets have its sign.
    genes = contrast_genes([f"G{number}" for number in range(40)], np.linspace(4, -4, 40))
    table = run(genes, {"top": gene_set("top", [f"G{number}" for number in range(5)])})
    assert np.log10(table["p_value"].item()) == pytest.approx(np.log10(2 / 658008), abs=0.5)


def test_a_planted_set_comes_first_and_the_others_do_not_follow() -> None:
    genes, sets = study()
    symbols = genes["gene_name"]
    raised = genes["statistic"] + 2 * symbols.isin(sets["S7"].genes)
    planted = genes.assign(statistic=raised, log2_fold_change=raised * genes["lfc_se"])
    table = run(planted, sets).sort_values("p_value")
    assert table["set_id"].iloc[0] == "S7"
    assert table["direction"].iloc[0] == "up"
    assert table["q_value"].iloc[0] < 0.01
    # Sets share genes with the planted one by chance alone.
    assert (table["q_value"].iloc[1:] < 0.05).sum() <= 2


def test_p_values_are_uniform_where_nothing_is_planted() -> None:
    genes, sets = study(count=2000, sets=500, seed=11)
    p_values = run(genes, sets)["p_value"]
    # 1.63 / sqrt(n): the 1 % limit of the Kolmogorov-Smirnov statistic. Sets are drawn apart from the ranking.
    assert stats.kstest(p_values, "uniform").statistic < 1.63 / np.sqrt(len(p_values))


@pytest.mark.parametrize("batch_size", [3, 1000])
def test_results_do_not_depend_on_the_batch(batch_size: int) -> None:
    genes, sets = study()
    pd.testing.assert_frame_equal(run(genes, sets, batch_size=batch_size), run(genes, sets), check_exact=True)


def test_results_of_a_set_do_not_depend_on_the_other_sets() -> None:
    genes, sets = study()
    columns = ["set_id", "nes", "p_value", "genes"]
    some = {name: sets[name] for name in ("S1", "S20", "S33")}
    every = run(genes, sets)
    expected = every[every["set_id"].isin(some)][columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(run(genes, some)[columns], expected, check_exact=True)


def test_results_do_not_depend_on_threads_or_on_the_order_of_the_genes_but_on_the_seed() -> None:
    genes, sets = study()
    genes = genes.assign(statistic=genes["statistic"].round(1))  # with many ties
    first = run(genes, sets)
    pd.testing.assert_frame_equal(run(genes.sample(frac=1, random_state=1), sets), first, check_exact=True)
    pd.testing.assert_frame_equal(run(genes, sets, threads=4), first, check_exact=True)
    other = run(genes, sets, seed=2).set_index("set_id")["p_value"]
    assert (other != first.set_index("set_id")["p_value"][other.index]).any()


def test_statistics_of_zero_are_ranked() -> None:
    # Random sets of zeros have no weight, on which GSEApy panics.
    statistic = np.r_[np.linspace(5, 1, 100), np.zeros(100), np.linspace(-1, -5, 100)]
    symbols = [f"G{number}" for number in range(300)]
    sets = {"top": gene_set("top", symbols[:3]), "zeros": gene_set("zeros", symbols[148:152])}
    table = run(contrast_genes(symbols, statistic), sets).set_index("set_id")
    assert table.loc["top", "p_value"] < 1e-4
    assert table.loc["zeros", "p_value"] > 0.1
    scores = prerank.without_zeros(statistic)
    assert (np.diff(scores) <= 0).all()
    np.testing.assert_allclose(scores, statistic, atol=1e-5)


def test_names_survive_as_text() -> None:
    symbols = ["<script>", "x__y", "$\\alpha$", "12345", "A;B", "col1a1", *(f"G{number}" for number in range(30))]
    sets = {"a__b": gene_set("a__b", symbols[:6]), "<b>$x$": gene_set("<b>$x$", [*symbols[:3], "COL1A1"])}
    table = run(contrast_genes(symbols, np.arange(36)[::-1]), sets).set_index("set_id")
    assert table.loc["a__b", "genes"] == "<script> x__y $\\alpha$ 12345 A;B col1a1"
    assert table.loc["<b>$x$", ["size", "genes"]].tolist() == [3, "<script> x__y $\\alpha$"]


def test_q_values_are_of_each_direction_by_itself() -> None:
    genes, sets = study()
    for _, part in run(genes, sets).groupby("direction"):
        np.testing.assert_allclose(part["q_value"], stats.false_discovery_control(part["p_value"]))

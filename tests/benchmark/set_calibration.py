"""How often tests of genes and of gene sets are below 0.05 where nothing changed: `make bench`, docs/calibration.md.

Nulls: simulated trials of 12 subjects an arm, with sets of 20 genes of which some go together; and real biopsies whose
labels are drawn anew. The first argument is the folder that holds GSE184951, GSE140261 and genemap, without which there
are simulated trials alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "tests")]

import numpy as np  # noqa: E402 - after the path
import pandas as pd  # noqa: E402
from scipy import stats  # noqa: E402

import gse184951  # noqa: E402
from sheets import TRIAL, study  # noqa: E402
from trialseq import de, design, enrichment, simulate  # noqa: E402
from trialseq.config import Config, Enrichment  # noqa: E402
from trialseq.counts import CountMatrix  # noqa: E402
from trialseq.de import voom  # noqa: E402
from trialseq.enrichment import camera, fry, ora, prerank, ranking  # noqa: E402
from trialseq.enrichment.question import Question  # noqa: E402
from trialseq.genesets import GeneSet, read_gmt  # noqa: E402

SEEDS, CUT, GENES, SIZE, SETS = range(50), 0.05, 2000, 20, 20
TOGETHER = {"independent": 0.0, "together": 0.045, "closely": 0.1}  # standard deviation of what genes share
BINDING, EVERY, GENE = "GO:0048407", 20, "gene"
PAIRED = {"subject": "subject", "visit": {"column": "time", "reference": "pre"}}
OPTIONS = Enrichment()
Sets = Mapping[str, GeneSet]
Study = tuple[CountMatrix, Config, str]


def simulated(seed: int, *, reassigned: bool) -> tuple[Study, dict[str, GeneSet]]:
    """A trial and disjoint sets of its genes, each with a factor of every biopsy that its genes share.

    reassigned: whether effects are planted and arms drawn anew, so that `difference` is null; else nothing is
    planted, and the change of an arm is null. A factor acts by thinning counts, which leaves them negative binomial.
    """
    effects = simulate.Effects() if reassigned else simulate.Effects(insulin=0, biopsy=0, treatment=0)
    arms = {"Placebo": 12, "NMN": 12}
    trial = simulate.trial(seed=seed, genes=GENES, subjects_per_arm=arms, states=("Basal",), effects=effects)
    rng = np.random.default_rng([seed, 7])
    counts, samples = trial.counts.to_numpy(copy=True), trial.samples
    free = np.flatnonzero(trial.genes["gene_name"].str.startswith("GENE"))
    drawn = rng.permutation(free)[: SIZE * SETS * len(TOGETHER)].reshape(-1, SIZE)
    sets = {}
    for number, (chosen, (word, spread)) in enumerate(
        zip(drawn, [each for each in TOGETHER.items() for _ in range(SETS)], strict=True)
    ):
        shared = spread * rng.standard_normal(len(samples))
        counts[:, chosen] = rng.binomial(counts[:, chosen], np.exp(shared - shared.max())[:, None])
        name = f"{word}:{number}"
        sets[name] = GeneSet(name, name, tuple(trial.genes["gene_name"].iloc[chosen]))
    if reassigned:
        by_subject = samples.groupby("subject", sort=False)["agent"].first()
        anew = dict(zip(by_subject.index, rng.permutation(by_subject), strict=True))
        samples = samples.assign(agent=samples["subject"].map(anew))
    roles = {role: column for role, column in TRIAL.items() if role != "state"}
    matrix = CountMatrix(pd.DataFrame(counts, trial.counts.index, trial.counts.columns), samples, trial.genes)
    config = study(trial=roles, statistics={"shrinkage": False})
    return (matrix, config, "difference.NMN_vs_Placebo" if reassigned else "change.NMN"), sets


def flipped(folder: Path, seed: int) -> Study:
    """GSE184951's patients, each with the labels before and after exchanged or not."""
    matrix, _, _ = gse184951.asked(folder / "GSE184951")
    rng, subjects = np.random.default_rng(seed), matrix.samples["subject"]
    turned = subjects.map(dict(zip(subjects.unique(), rng.random(subjects.nunique()) < 0.5, strict=True)))
    other = matrix.samples["time"].map({"pre": "post", "post": "pre"})
    samples = matrix.samples.assign(time=matrix.samples["time"].where(~turned, other))
    return replace(matrix, samples=samples), study(trial=PAIRED, statistics={"shrinkage": False}), ""


def reassigned(folder: Path, seed: int) -> Study:
    """GSE140261's patients, half of whom are called treated."""
    folder = folder / "GSE140261"
    table = pd.read_csv(folder / "GSE140261_year2_genecounts.csv.gz", index_col=0)
    sheet = pd.read_csv(folder / "samples.tsv", sep="\t", index_col=0, dtype=str)
    sheet = sheet[sheet["disease"] == "FSHD"]
    known = pd.read_csv(folder.parent / "genemap" / "grch38_ensembl_entrez_symbol_biotype.tsv.gz", sep="\t", dtype=str)
    symbols = known.drop_duplicates(known.columns[0]).set_index(known.columns[0])["symbol"]
    table.index = table.index.str.partition(".").get_level_values(0)
    table = table[~table.index.duplicated()]
    genes = pd.DataFrame({"gene_name": symbols.reindex(table.index).fillna(""), "biotype": ""}, index=table.index)
    arms = np.random.default_rng(seed).permutation(np.arange(len(sheet)) % 2)
    sheet = sheet.assign(arm=np.where(arms == 1, "treated", "control"))
    contrast = {"id": "treated_vs_control", "expression": "treated - control"}
    model = {"id": "m", "formula": "~ arm", "reference": {"arm": "control"}, "contrasts": [contrast]}
    matrix = CountMatrix(table[sheet.index].T.astype(int), sheet, genes)
    return matrix, study(models=[model], statistics={"shrinkage": False}), contrast["id"]


def p_values(asked: Study, sets: Sets) -> pd.DataFrame:
    """Columns test, set_id, p_value of every test: of the genes without a set, and of each set."""
    matrix, config, contrast = asked
    estimands = design.plan(matrix.samples, config).estimands
    contrast = contrast or next(iter(estimands))
    model, _ = estimands[contrast]
    genes = de.of_contrast(de.fit(matrix, model, config.statistics, threads=2).statistics, contrast)
    linear = enrichment.linear_models(voom.effects(matrix, model, config.statistics), contrast)
    ranked = ranking.tested(genes)
    ranks, _ = ranking.select(ranked, sets, OPTIONS)
    question = Question(genes, ranked, {name: sets[name] for name in ranks}, ranks, linear, CUT)
    over, run = ora.test(question, OPTIONS, 2), prerank.test(question, OPTIONS, 2)
    places = linear.places(question.sets)
    _, directional, mixed = fry.tested(linear, places, OPTIONS.fry_standardise)
    listed = over["fold_enrichment"].notna()
    tested = genes["p_value"].dropna().to_numpy()
    found = {
        "genes: Wald test": pd.Series(tested, index=[GENE] * len(tested)),
        "over-representation": over.set_index("set_id")["p_value"],
        "over-representation, lists that hold a gene": over[listed].set_index("set_id")["p_value"],
        "preranked GSEA": run.set_index("set_id")["p_value"],
        "CAMERA, correlation 0.01": pd.Series(camera.tested(linear, places, 0.01)[2], list(places)),
        "CAMERA, correlation estimated": pd.Series(camera.tested(linear, places, "estimated")[2], list(places)),
        "FRY, one direction": pd.Series(directional, list(places)),
        "FRY, either direction": pd.Series(mixed, list(places)),
    }
    parts = [
        pd.DataFrame({"test": name, "set_id": each.index, "p_value": each.to_numpy()}) for name, each in found.items()
    ]
    return pd.concat(parts, ignore_index=True)


def rates(made: Callable[[int], tuple[Study, Sets]]) -> pd.DataFrame:
    """How many p values of each test and kind of sets are below the cut in each seed, and of how many."""
    parts = []
    for seed in SEEDS:
        table = p_values(*made(seed))
        table = table.assign(seed=seed, below=table["p_value"] < CUT, kind=table["set_id"].str.partition(":")[0])
        binding = table[table["set_id"] == BINDING].assign(kind=BINDING)
        both = pd.concat([table, binding])
        parts.append(both.groupby(["test", "kind", "seed"], sort=False)["below"].agg(["sum", "count"]).reset_index())
    return pd.concat(parts)


def cell(seeds: pd.DataFrame) -> str:
    """Rate with its 95 % interval, in bold where the interval is above the cut, in italics where it is below.

    One p value a seed: the exact binomial interval. Several, which share samples: Student's t over the rates of seeds
    where they can stand for a binomial count, and the exact interval of as many p values where that is wider.
    """
    below, count = int(seeds["sum"].sum()), int(seeds["count"].sum())
    if not count:
        return "none"
    rate = below / count
    exact = stats.binomtest(below, count).proportion_ci()
    low, high = exact.low, exact.high
    each = (seeds["sum"] / seeds["count"]).dropna()
    if count > len(each) > 1:
        half = stats.t.ppf(0.975, len(each) - 1) * each.std() / len(each) ** 0.5
        low, high = min(low, rate - half), max(high, rate + half)
    mark = "**" if low > CUT else "*" if high < CUT else ""
    more = f" ({below} of {count})" if count <= len(SEEDS) else ""
    return f"{mark}{rate:.3f}{mark} [{max(low, 0):.3f}, {high:.3f}]{more}"


def table(title: str, found: pd.DataFrame, kinds: Mapping[str, str]) -> None:
    """Print a row a test and a column a kind of sets, as Markdown."""
    print(f"\n{title}\n\n| test | {' | '.join(kinds.values())} |\n|{'---|' * (1 + len(kinds))}")
    for test, part in found.groupby("test", sort=False):
        kind = part[part["kind"] == GENE]
        cells = [cell(kind)] if len(kind) else [cell(part[part["kind"] == name]) for name in kinds]
        print(f"| {test} | {' | '.join(cells)} |{'' if not len(kind) else ' |' * (len(kinds) - 1)}", flush=True)


def main() -> None:
    """Print a table of each null."""
    kinds = {"independent": "independent genes", "together": "correlation about 0.04", "closely": "about 0.16"}
    for anew, words in ((False, "Nothing planted, the change of an arm"), (True, "Arms re-assigned, their difference")):
        table(f"Simulated: {words}", rates(lambda seed, anew=anew: simulated(seed, reassigned=anew)), kinds)
    if len(sys.argv) < 2:
        return
    folder, shipped = Path(sys.argv[1]), ROOT / "resources" / "genesets"
    go = read_gmt(shipped / "go.gmt.gz")
    sets = {**{name: go[name] for name in list(go)[::EVERY]}, **read_gmt(shipped / "pdgf.gmt")}
    kinds = {"GO": f"every {EVERY}th set of GO", BINDING: "PDGF binding, one p value a seed"}
    for title, made in (
        ("GSE184951: before and after exchanged at random in each of 11 people", flipped),
        ("GSE140261: 27 patients, half of whom are called treated", reassigned),
    ):
        table(title, rates(lambda seed, made=made: (made(folder, seed), sets)), kinds)


if __name__ == "__main__":
    main()

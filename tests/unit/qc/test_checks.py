"""Verdicts on samples: sex, mix-ups in the example, no false alarms, and what is said where nothing can be said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import gse184951
from mixups import ONE_STATE, ROLES, alarms, by_symbol, checked, detection, exchanged, of, overwritten, simulated
from sheets import TRIAL, study
from trialseq import qc, summary
from trialseq.config import Quality, Statistics, Trial
from trialseq.counts import CountMatrix
from trialseq.qc import libraries, measures, sex
from trialseq.qc.identity import _likelihoods
from trialseq.qc.row import deviations
from trialseq.simulate import Noise

ROOT = Path(__file__).resolve().parents[3]
MEN = {"XIST": 0.1, "DDX3Y": 20, "KDM5D": 8, "RPS4Y1": 40}
WOMEN = {"XIST": 30, "DDX3Y": 0.1, "KDM5D": 0, "RPS4Y1": 0.2}


@pytest.fixture(scope="module")
def example() -> CountMatrix:
    """The example that ships."""
    folder = ROOT / "resources" / "example"
    table = pd.read_csv(folder / "simulated_counts.tsv.gz", sep="\t", index_col="gene_id")
    sheet = pd.read_csv(folder / "simulated_samples.tsv", sep="\t", index_col="sample")
    return CountMatrix(table[sheet.index].T.astype("int64"), sheet, table[["gene_name", "biotype"]])


def sexes(*samples: dict[str, float], subjects: str, said: str = "", **options: object) -> dict[str, tuple[str, str]]:
    counts = pd.DataFrame(samples, index=[f"s{number}" for number in range(len(samples))])
    sheet = pd.DataFrame({"sex": list(said) or "", "subject": list(subjects)}, index=counts.index)
    rows = sex.check(counts, Quality.model_validate(options), sheet, list(subjects))
    return {row.sample: (row.verdict, row.other) for row in rows}


def test_sex_is_compared_with_the_sheet() -> None:
    found = sexes(MEN, WOMEN, MEN, subjects="abc", said="mmf", sex_column="sex")
    assert found == {"s0": ("ok", "male"), "s1": ("fail", "female"), "s2": ("fail", "male")}


def test_sex_is_compared_with_what_the_study_says_of_all() -> None:
    assert sexes(MEN, WOMEN, subjects="ab", sex="female") == {"s0": ("fail", "male"), "s1": ("ok", "female")}


def test_samples_of_one_subject_have_one_sex() -> None:
    found = sexes(WOMEN, WOMEN, MEN, MEN, subjects="aaab")
    assert [verdict for verdict, _ in found.values()] == ["ok", "ok", "look", "ok"]


def test_both_sexes_or_neither_is_worth_a_look() -> None:
    mixed = {gene: (MEN[gene] + WOMEN[gene]) / 2 for gene in MEN}
    found = sexes(mixed, dict.fromkeys(MEN, 0.0), subjects="ab", sex="female")
    assert found == {"s0": ("look", "both"), "s1": ("look", "neither")}


def test_without_xist_sex_is_not_measured_and_says_so() -> None:
    counts = pd.DataFrame([MEN]).drop(columns="XIST")
    rows = sex.check(counts, Quality(), counts, [""])
    assert [(row.verdict, row.says) for row in rows] == [
        ("not measured", "the counts have no XIST, EIF1AY, USP9Y, UTY")
    ]


def test_the_example_has_no_alarm_and_says_that_sex_is_not_measured(example: CountMatrix) -> None:
    found = checked(example)
    assert alarms(found).empty
    assert set(of(found, "sex")["verdict"]) == {"not measured"}
    assert of(found, "sex")["says"].str.startswith("the counts have no XIST").all()
    assert qc.sentences(found.table) == []
    own = found.identity[found.identity["own"]]
    assert len(found.identity) == 92 * 23
    assert len(own) == 92
    assert own["score"].min() > found.identity.loc[~found.identity["own"], "score"].max()


def test_exchanged_samples_of_the_example_are_named_with_their_owners(example: CountMatrix) -> None:
    found = checked(exchanged(example, "S01_before_Basal", "S13_after_Basal"))
    told = alarms(found).set_index("sample")
    assert set(told["check"]) == {"identity"}
    assert told["other"].to_dict() == {"S01_before_Basal": "S13", "S13_after_Basal": "S01"}
    assert set(told["verdict"]) == {"fail"}
    assert qc.sentences(found.table) == [
        "sample S01_before_Basal fails its checks: fits S13 and not S01.",
        "sample S13_after_Basal fails its checks: fits S01 and not S13.",
    ]


def test_a_sample_under_two_names_is_found_and_so_are_two_runs_of_one_library(example: CountMatrix) -> None:
    first, second = "S02_after_Insulin", "S16_before_Basal"
    counts = example.counts.loc[second]
    found = checked(overwritten(example, first, counts))
    assert of(found, "duplicate", "fail")["other"].to_dict() == {first: second, second: first}
    assert of(found, "duplicate", "fail")["says"].str.startswith("has the same counts as").all()
    assert of(found, "identity", "fail")["other"].to_dict() == {first: "S16"}
    half = np.random.default_rng(1).binomial(counts, 0.5)
    runs = checked(overwritten(overwritten(example, first, half), second, counts - half))
    assert of(runs, "duplicate", "fail")["other"].to_dict() == {first: second, second: first}
    assert of(runs, "duplicate", "fail")["value"].between(0.8, 1.25).all()


def test_a_sample_of_another_study_is_found_in_the_example(example: CountMatrix, public_data: Path) -> None:
    real, _, _ = gse184951.asked(public_data / "GSE184951")
    name = "S06_before_Basal"
    for number in (0, 13):
        guest = by_symbol(real.counts.iloc[number], real.genes["gene_name"], example)
        found = checked(overwritten(example, name, guest))
        told = alarms(found)
        assert set(told["sample"]) == {name}
        assert {"identity", "profile"} <= set(told.loc[told["verdict"] == "fail", "check"])
        assert of(found, "identity", "fail")["other"].tolist() == [""]
        assert "nor any other subject" in of(found, "identity").loc[name, "says"]


def test_a_stranger_of_the_same_population_fits_nobody() -> None:
    matrix = simulated(3)
    people = matrix.samples["subject"] != "S12"
    study = CountMatrix(matrix.counts[people], matrix.samples[people], matrix.genes)
    stranger = matrix.counts.loc["S12_after_Basal"]
    found = checked(overwritten(study, "S02_after_Basal", stranger))
    assert alarms(found)[["sample", "check", "verdict", "other"]].to_numpy().tolist() == [
        ["S02_after_Basal", "identity", "fail", ""]
    ]


def test_of_two_biopsies_a_subject_both_are_named_as_either_may_be_the_wrong_one() -> None:
    matrix = simulated(5, subjects={"Placebo": 6, "NMN": 6}, states=("Basal",))
    found = checked(exchanged(matrix, "S03_before_Basal", "S09_after_Basal"), ONE_STATE)
    verdicts = alarms(found)
    assert set(verdicts["sample"]) == {
        *("S03_before_Basal", "S03_after_Basal"),
        *("S09_before_Basal", "S09_after_Basal"),
    }
    moved = of(found, "identity", "fail")
    assert {(name.split("_")[0], other) for name, other in moved["other"].items()} == {("S03", "S09"), ("S09", "S03")}
    assert len(of(found, "identity", "look")) == 2


def test_gse184951_has_no_mix_up_and_one_sex_a_subject(public_data: Path) -> None:
    real, _, _ = gse184951.asked(public_data / "GSE184951")
    roles = Trial.model_validate({"subject": "subject", "visit": {"column": "time", "reference": "pre"}})
    found = checked(real, roles)
    told = alarms(found)
    # docs/evidence.md says why these three are unlike the others.
    assert told[["sample", "check", "verdict"]].to_numpy().tolist() == [
        ["GSM5602358_Post-S1", "profile", "look"],
        ["GSM5602368_Post-S9", "profile", "look"],
        ["GSM5602376_Pre-S6", "profile", "look"],
    ]
    measured = of(found, "sex")
    assert set(measured["other"]) == {"female", "male"}
    first, second = real.counts.index[[1, 14]]
    assert real.samples.loc[first, "subject"] != real.samples.loc[second, "subject"]
    both = [real.samples.loc[name, "subject"] for name in (first, second)]
    moved = of(checked(exchanged(real, first, second), roles), "identity", "fail")
    swapped = {(real.samples.loc[name, "subject"], other) for name, other in moved["other"].items()}
    assert swapped == {(both[0], both[1]), (both[1], both[0])}


@pytest.mark.slow
def test_twenty_clean_trials_have_no_false_alarm() -> None:
    for seed in range(20):
        assert alarms(checked(simulated(seed, 2000, {"Placebo": 8, "NMN": 8}))).empty, seed


@pytest.mark.slow
def test_mix_ups_are_found_in_simulated_trials() -> None:
    # Twenty seeds of each shape are in docs/evidence.md, as the benchmark prints them.
    found = detection(range(8), 2000, {"Placebo": 12, "NMN": 12}, ("Basal",))
    assert found == {"clean": 8, "exchanged": 8, "copied": 8, "resequenced": 8, "foreign": 8, "others": 0}


def test_few_subjects_are_not_told_apart_and_that_is_said() -> None:
    found = checked(simulated(1, 400, {"Placebo": 2, "NMN": 2}))
    assert set(of(found, "identity")["says"]) == {"fewer than 5 subjects have two samples"}
    assert found.identity.empty
    assert set(of(checked(simulated(1, 400), None), "identity")["says"]) == {"no trial names the subjects"}


def test_genes_without_subjects_in_them_do_not_tell_them_apart() -> None:
    found = checked(simulated(2, 600, noise=Noise(subject_sd=0.0)))
    assert "do not tell them apart" in of(found, "identity")["says"].iloc[0]
    assert alarms(found).empty


def test_switched_off_there_is_no_verdict() -> None:
    found = checked(simulated(1, 300), checks=False)
    assert found.table.empty
    assert found.identity.empty


def test_the_verdict_is_in_the_table_of_samples(example: CountMatrix) -> None:
    matrix = exchanged(example, "S01_before_Basal", "S13_after_Basal")
    data = qc.normalise(matrix, Statistics(), 1)
    qc.check(data, matrix.samples, Quality(), None)
    assert set(qc.samples(data)["verdict"]) == {"ok"}  # nobody's, as no trial says whose they are
    qc.check(data, matrix.samples, Quality(), ROLES)
    table = qc.samples(data).set_index("sample")
    assert table.loc["S01_before_Basal", ["verdict", "reasons"]].tolist() == ["fail", "fits S13 and not S01"]
    assert table["verdict"].eq("fail").sum() == 2


def test_the_score_is_the_log_ratio_of_densities() -> None:
    values = np.array([[0.0, 1.0], [0.5, -1.0]])
    w, b = np.array([0.1, 0.2]), np.array([1.0, 2.0])
    found = _likelihoods(values, np.array([0]), w, b)
    expected = sum(
        stats.t.logpdf(d, 4, scale=np.sqrt(2 * v)) - stats.t.logpdf(d, 4, scale=np.sqrt(2 * (v + u)))
        for d, v, u in zip(values[0] - values[1], w, b, strict=True)
    )
    assert found[0, 1] == pytest.approx(expected)


def test_two_draws_of_one_library_have_an_overdispersion_of_one_whatever_their_depths() -> None:
    random = np.random.default_rng(4)
    means = random.lognormal(6, 1, 3000)
    counts = np.stack(
        [random.poisson(means), random.poisson(3 * means), random.poisson(means * random.gamma(9, 1 / 9, 3000))]
    )
    apart = libraries.overdispersion(counts)
    assert apart[0, 1] == pytest.approx(1, abs=0.1)
    assert apart[0, 2] > 10


def test_contaminated_samples_are_named_by_what_is_in_them() -> None:
    matrix = simulated(6, 1500)
    names = matrix.genes["gene_name"].copy()
    names.iloc[-9:] = ["HBA1", "HBA2", "HBB", "ADIPOQ", "PLIN1", "KRT5", "KRT14", "RPL3", "RPS6"]
    counts = matrix.counts.copy()
    counts.iloc[:, -9:] = np.random.default_rng(1).poisson(60, (len(counts), 9))
    for place, genes in ((0, slice(-9, -6)), (5, slice(-6, -4)), (9, slice(-4, -2))):
        counts.iloc[place, genes] = 40000
    counts = counts.reset_index(drop=True).set_axis(matrix.counts.index)
    found = checked(CountMatrix(counts, matrix.samples, matrix.genes.assign(gene_name=names)))
    for check, place in (("blood", 0), ("adipose", 5), ("skin", 9)):
        assert of(found, check, "look").index.tolist() == [counts.index[place]]
    assert of(found, "blood").iloc[0]["says"].startswith("blood in the biopsy (haemoglobin)")
    assert set(of(found, "three_prime")["verdict"]) == {"not measured"}


def test_a_failed_library_fails_and_a_technical_column_is_a_measure() -> None:
    counts = pd.DataFrame(np.random.default_rng(2).poisson(20, (8, 400)), columns=[f"G{n}" for n in range(400)])
    counts.index = [f"s{number}" for number in range(8)]
    counts.iloc[3, 100:] = 0
    rin = pd.DataFrame({"RIN": [8.0, 8.1, 7.9, 8.2, 8.0, 2.0, 8.1, np.nan]}, index=counts.index)
    rows = {(row.check, row.sample): row for row in measures.check(counts, 5, rin)}
    assert rows["detected_genes", "s3"].verdict == "fail"
    assert rows["sheet.RIN", "s5"].verdict == "look"
    assert rows["sheet.RIN", "s7"].verdict == "not measured"
    assert rows["sheet.RIN", "s0"].verdict == "ok"
    assert rows["blood", "s0"].says == "none of its genes is in the counts"


def test_deviations_are_over_a_robust_standard_deviation() -> None:
    values = np.array([1.0, 2, 3, 4, 100])
    np.testing.assert_allclose(deviations(values, 0.1), (values - 3) / 1.4826)
    np.testing.assert_allclose(deviations(values, 10), (values - 3) / 10)


def test_the_summary_names_samples_that_were_left_out() -> None:
    config = study(trial=TRIAL, samples={"exclude": ["S1.before.Basal", "S2.after.Basal"]})
    assert summary.left_out(config) == ["left out by samples.exclude: S1.before.Basal, S2.after.Basal."]
    assert summary.left_out(study(trial=TRIAL)) == []


def test_the_summary_tells_of_ten_samples_and_of_the_way_out() -> None:
    lines = list(summary.of_samples([f"sample s{number} is odd." for number in range(12)]))
    assert lines[9] == "sample s9 is odd."
    assert lines[10] == "2 more samples are in tables/sample_checks.tsv."
    assert "samples.exclude" in lines[11]
    assert list(summary.of_samples([])) == []

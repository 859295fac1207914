"""The simulated trial has the moments, the effects and the samples that it says it has."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import nbinom

from sheets import TRIAL, study
from trialseq import design
from trialseq.planted import ABUNDANT, NAMED, PDGF
from trialseq.simulate import Effects, Noise, Simulated, trial, true_effect

NO_EFFECTS = Effects(insulin=0, biopsy=0, treatment=0)
EVEN = Noise(library_sizes=(20e6, 20e6))
QUIET = replace(EVEN, subject_sd=0, visit_sd=0)
# Largest of some 1,000 standard normal deviates: beyond 5 once in 1,700 runs, and the seeds are fixed.
FAR = 5.0


def _digest(simulated: Simulated) -> str:
    frames = (simulated.counts, simulated.samples, simulated.genes, simulated.truth)
    return hashlib.sha256("".join(frame.to_csv() for frame in frames).encode()).hexdigest()


def test_counts_have_the_mean_and_variance_of_the_negative_binomial() -> None:
    arms = {"Placebo": 500, "NMN": 500}
    result = trial(seed=1, genes=400, subjects_per_arm=arms, effects=NO_EFFECTS, noise=QUIET)
    counts, truth = result.counts.to_numpy(dtype=float), result.truth
    mean, alpha, samples = truth["base_mean"].to_numpy(), truth["dispersion"].to_numpy(), len(counts)
    variance = mean + alpha * mean**2
    z_mean = (counts.mean(axis=0) - mean) / np.sqrt(variance / samples)
    assert np.abs(z_mean).max() < FAR
    assert np.mean(z_mean**2) == pytest.approx(1, abs=0.25)
    # The sample variance scatters by the fourth moment; where the tail is long that is far from normal.
    usable = (alpha < 0.3) & (mean > 5)
    kurtosis = nbinom.stats(1 / alpha[usable], 1 / (1 + alpha[usable] * mean[usable]), moments="k")
    spread = variance[usable] * np.sqrt((kurtosis + 2) / samples)
    z_variance = (counts.var(axis=0, ddof=1)[usable] - variance[usable]) / spread
    assert usable.sum() > 200
    assert np.abs(z_variance).max() < FAR
    assert np.mean(z_variance**2) == pytest.approx(1, abs=0.3)


def test_true_effects_are_those_of_large_sample_means_for_every_estimand() -> None:
    result = trial(seed=2, genes=len(NAMED) + 100, subjects_per_arm={"Placebo": 400, "NMN": 400}, noise=EVEN)
    plan = design.plan(result.samples, study(trial=TRIAL))
    assert len(plan.estimands) == 15
    cell = result.samples[["agent", "visit", "state"]].agg(".".join, axis=1)
    groups = result.counts.groupby(cell)
    mean, variance, size = groups.mean(), groups.var(), groups.size()
    usable = result.truth.index[result.truth["base_mean"] > 20]
    for name, (_, estimand) in plan.estimands.items():
        weights = pd.Series(estimand.weights)
        seen = (np.log2(mean.loc[weights.index, usable]).mul(weights, axis=0)).sum()
        # Delta method, as if cells were independent: too wide for changes within subjects, by a known direction.
        relative = variance.div(size, axis=0) / mean**2
        spread = np.sqrt((relative.loc[weights.index, usable].mul(weights**2, axis=0)).sum()) / np.log(2)
        far = ((seen - true_effect(result.truth, name)[usable]) / spread).abs()
        assert far.max() < FAR, name
        assert spread.median() < 0.1, name


def test_the_base_mean_is_the_mean_of_the_reference_cell_whatever_scatters() -> None:
    arms = {"Placebo": 2000}
    result = trial(seed=11, genes=50, subjects_per_arm=arms, visits=("before",), states=("Basal",), noise=EVEN)
    spread = result.counts.std() / np.sqrt(len(result.counts))
    z = (result.counts.mean() - result.truth["base_mean"]) / spread
    assert z.abs().max() < FAR
    assert np.mean(z**2) == pytest.approx(1, abs=0.6)


def test_the_treatment_raises_pdgf_genes_in_the_treated_arm_alone() -> None:
    truth = trial(seed=1, genes=4500).truth
    named = truth.loc[list(PDGF)]
    assert (named["difference"] > 0).all()
    assert (named["change_Placebo"] == 0).all()
    assert named["difference"].equals(named["change_NMN"])
    assert truth.loc["PDGFRB", "difference"] > truth.loc["COL1A1", "difference"] > 0
    assert truth.loc[["FOS", "EGR1"], ["change_Placebo", "change_NMN"]].gt(0.5).all(axis=None)
    assert truth.loc["PPP1R3B", "response"] > 0 > truth.loc["TXNIP", "response"]
    assert 100 <= (truth["difference"] != 0).sum() <= 150
    assert truth["planted"].eq("").mean() > 0.8


def test_effects_of_size_zero_leave_the_noise_of_the_same_genes() -> None:
    full, null = trial(seed=3, genes=500), trial(seed=3, genes=500, effects=NO_EFFECTS)
    effects = ["change_Placebo", "change_NMN", "difference", "response"]
    assert (null.truth[effects] == 0).all(axis=None)
    assert null.truth["planted"].eq("").all()
    noise = ["base_mean", "dispersion", "subject_sd", "visit_sd"]
    assert null.truth[noise].equals(full.truth[noise])
    assert (full.truth[effects] != 0).any().all()
    assert null.samples.equals(full.samples)


def test_subjects_and_their_visits_scatter_as_much_as_the_truth_says() -> None:
    precise = Noise(library_sizes=(1e12, 1e12), dispersion=(1e-9, 0))
    arms = {"Placebo": 1000, "NMN": 1000}
    result = trial(seed=4, genes=40, subjects_per_arm=arms, states=("Basal",), effects=NO_EFFECTS, noise=precise)
    log_counts = np.log(result.counts).to_numpy().reshape(2000, 2, 40)  # subject, visit, gene
    subject_sd, visit_sd = result.truth["subject_sd"].to_numpy(), result.truth["visit_sd"].to_numpy()
    # A standard deviation of 2,000 normal values is known to 1.6 %.
    between = np.sqrt(np.cov(log_counts[:, 0].T, log_counts[:, 1].T)[:40, 40:].diagonal())
    assert between == pytest.approx(subject_sd, rel=0.1)
    assert (log_counts[:, 1] - log_counts[:, 0]).std(axis=0) / np.sqrt(2) == pytest.approx(visit_sd, rel=0.1)
    assert np.median(subject_sd) == pytest.approx(0.3, rel=0.2)
    assert np.median(visit_sd) == pytest.approx(0.1, rel=0.2)


def test_libraries_have_the_share_of_reads_that_their_genes_have_of_a_transcriptome() -> None:
    result = trial(seed=5, genes=5000)
    totals = result.counts.sum(axis=1)
    assert totals.between(0.9 * 15e6 / 4, 1.1 * 40e6 / 4).all()
    assert totals.max() / totals.min() > 2
    ranks = result.truth["base_mean"].rank(ascending=False)
    assert ranks[list(ABUNDANT)].max() == len(ABUNDANT)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    assert _digest(trial(seed=6, genes=300)) == _digest(trial(seed=6, genes=300))
    assert _digest(trial(seed=6, genes=300)) != _digest(trial(seed=7, genes=300))


def test_the_sheet_has_every_biopsy_and_nothing_is_confounded() -> None:
    result = trial(seed=8, genes=200)
    samples = result.samples
    assert list(samples.columns) == ["subject", "agent", "visit", "state", "age", "batch"]
    assert list(samples.index[:4]) == ["S01_before_Basal", "S01_before_Insulin", "S01_after_Basal", "S01_after_Insulin"]
    assert samples.groupby("subject").size().eq(4).all()
    assert samples.groupby("agent")["subject"].nunique().to_dict() == {"NMN": 11, "Placebo": 12}
    assert samples.groupby("subject")["agent"].nunique().eq(1).all()
    assert pd.crosstab(samples["agent"], samples["batch"]).shape == (2, 2)
    assert (pd.crosstab(samples["agent"], samples["batch"]) > 16).all(axis=None)
    assert pd.api.types.is_integer_dtype(samples["age"])
    assert list(result.counts.index) == list(samples.index)
    assert list(result.counts.columns) == list(result.genes.index) == list(result.truth.index)
    assert result.counts.dtypes.eq(np.int64).all()


def test_missing_biopsies_are_left_out_and_the_others_stay_as_they_are() -> None:
    whole = trial(seed=9, genes=200)
    named = [("S01", "after", "Basal"), ("S23", "before", "Insulin")]
    result = trial(seed=9, genes=200, missing=named)
    absent = {"S01_after_Basal", "S23_before_Insulin"}
    assert set(whole.samples.index) - set(result.samples.index) == absent
    assert result.counts.equals(whole.counts.drop(index=list(absent)))
    assert result.truth.equals(whole.truth)
    drawn = trial(seed=9, genes=200, missing=7)
    assert len(drawn.samples) == len(drawn.counts) == 85
    assert drawn.counts.equals(whole.counts.loc[drawn.counts.index])
    assert drawn.samples.equals(trial(seed=9, genes=200, missing=7).samples)


def test_a_missing_biopsy_of_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="S99_after_Basal"):
        trial(seed=1, genes=50, missing=[("S99", "after", "Basal")])


def test_genes_that_repeat_are_refused() -> None:
    with pytest.raises(ValueError, match="unique"):
        trial(seed=1, genes=["PDGFRB", "FOS", "PDGFRB"])


def test_more_arms_visits_and_states_have_their_truth() -> None:
    result = trial(
        seed=10,
        genes=["PDGFRB", "FOS", "HES1"],
        subjects_per_arm={"Placebo": 3, "Low": 3, "High": 4},
        visits=("v0", "v1", "v2"),
        states=("rest", "clamp"),
    )
    assert len(result.samples) == 10 * 3 * 2
    roles = {
        **TRIAL,
        "visit": {"column": "visit", "reference": "v0"},
        "state": {"column": "state", "reference": "rest"},
    }
    plan = design.plan(result.samples, study(trial=roles))
    truth = {name: true_effect(result.truth, name) for name in plan.estimands}
    differences = [each["PDGFRB"] for name, each in truth.items() if name.startswith("difference")]
    assert differences == [PDGF["PDGFRB"]] * 8  # two arms, two later visits, two states
    assert {each["HES1"] for name, each in truth.items() if name.startswith("response.")} == {1.5}
    with pytest.raises(ValueError, match="no estimand"):
        true_effect(result.truth, "slope.NMN")

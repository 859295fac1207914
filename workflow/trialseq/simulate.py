"""A simulated trial with repeated biopsies, and the truth behind it.

Counts are negative binomial, as DESeq2 assumes (Love, Huber and Anders 2014), with the noise that it does not
model added on top: effects of the subject and of the subject's visit, lognormal and of a size of its own in each
gene. numpy's generator alone draws; the same arguments give the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trialseq import mixture as cells
from trialseq.planted import ABUNDANT, INSULIN, NAMED, PDGF, SECOND_BIOPSY, UNCHANGED

Floats = NDArray[np.float64]

ARMS: Mapping[str, int] = MappingProxyType({"Placebo": 12, "NMN": 11})
TRANSCRIPTOME = 20_000  # genes among which a whole library is shared out
BLOCK = 2_000_000  # values that are drawn at once; bounds the memory of temporaries


@dataclass(frozen=True)
class Effects:
    """What is planted: factors on the log2 fold changes (0 is a null), and shares of anonymous genes."""

    insulin: float = 1.0  # states after the first, in every arm and visit alike
    biopsy: float = 1.0  # visits after the first, in every arm alike
    treatment: float = 1.0  # visits after the first, in every arm but the first
    insulin_share: float = 0.08
    biopsy_share: float = 0.04
    treatment_share: float = 0.018


@dataclass(frozen=True)
class Noise:
    """What scatters. Standard deviations are of natural logarithms."""

    library_sizes: tuple[float, float] = (15e6, 40e6)  # of TRANSCRIPTOME genes; of fewer genes, that share of it
    dispersion: tuple[float, float] = (0.02, 2.0)  # a0, a1 of the trend a0 + a1 / mean
    dispersion_sd: float = 0.4  # of genes around the trend
    subject_sd: float = 0.3  # typical gene's spread between subjects
    visit_sd: float = 0.1  # typical gene's spread between visits of a subject, beyond any effect


@dataclass(frozen=True)
class Simulated:
    """A trial and its truth.

    counts: (samples x genes), int64. samples: index = sample names, columns subject, agent, visit, state, age,
    batch. genes: index = gene ids, columns gene_name, biotype. truth: index = gene ids, columns gene_name;
    base_mean, the expected count in the reference cell of a library of mean size; dispersion; subject_sd,
    visit_sd; planted, the names of what was planted, separated by spaces; and log2 fold changes: change_<arm>
    (any later visit against the first), difference (an arm's change beyond the first arm's), response (any later
    state against the first, the same in every arm and visit). shares: (samples x cell types), where a mixture was
    asked for; its effects come on top of those of the truth, in which a cell's own expression stands.
    """

    counts: pd.DataFrame
    samples: pd.DataFrame
    genes: pd.DataFrame
    truth: pd.DataFrame
    shares: pd.DataFrame | None = None


def true_effect(truth: pd.DataFrame, estimand: str) -> pd.Series:
    """The true log2 fold change of every gene for an estimand that `design` derived, by its id."""
    kind, *parts = estimand.split(".")
    match kind:
        case "change":
            return truth[f"change_{parts[0]}"]
        case "difference" | "response":
            return truth[kind]
        case "baseline" | "response_change" | "response_difference":
            # Arms are alike before treatment, and no arm or visit alters the response to insulin.
            return pd.Series(0.0, index=truth.index, name=kind)
        case _:
            raise ValueError(f"{estimand} is no estimand of a trial")


def trial(
    *,
    seed: int,
    genes: int | Sequence[str] | pd.DataFrame,
    subjects_per_arm: Mapping[str, int] = ARMS,
    visits: Sequence[str] = ("before", "after"),
    states: Sequence[str] = ("Basal", "Insulin"),
    effects: Effects = Effects(),
    noise: Noise = Noise(),
    mixture: cells.Mixture | None = None,
    missing: int | Iterable[tuple[str, str, str]] = (),
) -> Simulated:
    """Simulate a trial: every subject is biopsied at every visit in every state, except for what is missing.

    genes: their number, symbols, or a frame (index = gene ids, columns gene_name, biotype). A number gives the
    named genes first, then anonymous ones. subjects_per_arm: the control arm first. mixture: shares of cell types
    that differ between biopsies; without one, all biopsies are of one composition. missing: biopsies that failed, as
    (subject, visit, state), or how many to draw; the other samples stay as they are. Raises ValueError where genes
    repeat or a missing biopsy is not one of the trial's.
    """
    rng = np.random.default_rng(seed)
    annotation = _annotation(genes)
    truth = _truth(annotation, list(subjects_per_arm), effects, noise, rng)
    samples = _sheet(subjects_per_arm, visits, states, rng)
    low, high = noise.library_sizes
    sizes = np.exp(rng.uniform(np.log(low), np.log(high), size=len(samples))) / ((low + high) / 2)
    shares = moved = None
    if mixture is not None:
        # A stream of its own: without a mixture the same arguments give the same numbers as before.
        shares = cells.shares(
            mixture, samples, visits[0], next(iter(subjects_per_arm)), np.random.default_rng([seed, 2])
        )
        moved = cells.log_ratios(shares, cells.parts_of_genes(truth["gene_name"].tolist(), mixture))
    counts = _counts(truth, samples, sizes, (visits[0], states[0]), rng, moved)
    kept = ~samples.index.isin(_absent(samples, missing, seed))
    frame = pd.DataFrame(counts if kept.all() else counts[kept], index=samples.index[kept], columns=annotation.index)
    return Simulated(frame, samples[kept], annotation, truth, None if shares is None else shares[kept])


def _annotation(genes: int | Sequence[str] | pd.DataFrame) -> pd.DataFrame:
    if isinstance(genes, pd.DataFrame):
        annotation = genes[["gene_name", "biotype"]]
    else:
        if isinstance(genes, int):
            genes = [*NAMED, *(f"GENE{number:05d}" for number in range(1, genes - len(NAMED) + 1))][:genes]
        annotation = pd.DataFrame({"gene_name": list(genes), "biotype": "protein_coding"}, index=list(genes))
    if annotation.index.has_duplicates or annotation["gene_name"].duplicated().any():
        raise ValueError("genes must be unique")
    return annotation.rename_axis("gene_id")


def _truth(
    annotation: pd.DataFrame, arms: Sequence[str], effects: Effects, noise: Noise, rng: np.random.Generator
) -> pd.DataFrame:
    names, size = annotation["gene_name"], len(annotation)
    base = _base_means(names, float(np.mean(noise.library_sizes)) * size / TRANSCRIPTOME, rng)
    a0, a1 = noise.dispersion
    truth = pd.DataFrame({"gene_name": names, "base_mean": base}, index=annotation.index)
    truth["dispersion"] = (a0 + a1 / base) * np.exp(noise.dispersion_sd * rng.standard_normal(size))
    truth["subject_sd"] = noise.subject_sd * np.exp(0.3 * rng.standard_normal(size))
    truth["visit_sd"] = noise.visit_sd * np.exp(0.3 * rng.standard_normal(size))
    treatment = _effect(names, PDGF, effects.treatment_share, rng) * effects.treatment
    biopsy = _effect(names, SECOND_BIOPSY, effects.biopsy_share, rng) * effects.biopsy
    insulin = _effect(names, INSULIN, effects.insulin_share, rng) * effects.insulin
    planted = {"treatment": treatment, "biopsy": biopsy, "insulin": insulin}
    words = [np.where(effect != 0, f"{word} ", "") for word, effect in planted.items()]
    truth["planted"] = ["".join(each).strip() for each in zip(*words, strict=True)]
    for number, arm in enumerate(arms):
        truth[f"change_{arm}"] = biopsy + treatment * (number > 0)
    truth["difference"] = treatment * (len(arms) > 1)
    truth["response"] = insulin
    return truth


def _base_means(names: pd.Series, total: float, rng: np.random.Generator) -> Floats:
    """Expected counts that sum to `total`: lognormal, with a sixth of genes hardly expressed."""
    size = len(names)
    low = rng.random(size) < 1 / 6
    base = np.exp(np.where(low, np.log(3), np.log(300)) + np.where(low, 1.2, 1.8) * rng.standard_normal(size))
    known = names.isin([*PDGF, *INSULIN, *SECOND_BIOPSY, *UNCHANGED]).to_numpy()
    base[known] = np.exp(rng.uniform(np.log(200), np.log(2000), known.sum()))
    # Abundant transcripts change places with the highest draws.
    abundant = np.flatnonzero(names.isin(ABUNDANT))
    top = np.argsort(-base, kind="stable")[: len(abundant)]
    highest = rng.permutation(base[top])
    base[np.setdiff1d(top, abundant)] = base[np.setdiff1d(abundant, top)]
    base[abundant] = highest
    return np.asarray(base * (total / base.sum()))


def _effect(names: pd.Series, planted: Mapping[str, float], share: float, rng: np.random.Generator) -> Floats:
    """Log2 fold changes (genes): planted by name, and 0.5 to 1.2 up or down in a share of the genes without one."""
    effect: Floats = np.array([planted.get(name, 0.0) for name in names])
    anonymous = np.flatnonzero(~names.isin(NAMED))
    chosen = rng.choice(anonymous, min(round(share * len(names)), len(anonymous)), replace=False)
    effect[chosen] = rng.uniform(0.5, 1.2, len(chosen)) * rng.choice([-1, 1], len(chosen))
    return effect


def _sheet(
    subjects_per_arm: Mapping[str, int], visits: Sequence[str], states: Sequence[str], rng: np.random.Generator
) -> pd.DataFrame:
    """The complete sheet. Age and batch have no effect; each arm has subjects in both batches."""
    arms = [arm for arm, size in subjects_per_arm.items() for _ in range(size)]
    width = max(2, len(str(len(arms))))
    rows = []
    for number, (arm, age) in enumerate(zip(arms, rng.integers(55, 76, len(arms)), strict=True), start=1):
        subject = f"S{number:0{width}d}"
        rows += [
            (f"{subject}_{visit}_{state}", subject, arm, visit, state, int(age), "AB"[number % 2])
            for visit, state in product(visits, states)
        ]
    columns = ["sample", "subject", "agent", "visit", "state", "age", "batch"]
    return pd.DataFrame(rows, columns=columns).set_index("sample")


def _counts(
    truth: pd.DataFrame,
    samples: pd.DataFrame,
    sizes: Floats,
    reference: tuple[str, str],
    rng: np.random.Generator,
    moved: Floats | None = None,
) -> NDArray[np.int64]:
    """Draw counts (samples x genes), a block of genes at a time.

    moved: natural log of the factor (samples x genes) by which the mixture of cells moves a mean.
    """
    subject, subjects = pd.factorize(samples["subject"])
    visit, visits = pd.factorize(samples["subject"] + " " + samples["visit"])
    later = (samples["visit"] != reference[0]).to_numpy(dtype=float)
    shift = {arm: (samples["agent"] == arm).to_numpy() * later for arm in samples["agent"].unique()}
    other_state = (samples["state"] != reference[1]).to_numpy(dtype=float)
    counts = np.empty((len(samples), len(truth)), dtype=np.int64)
    width = max(1, BLOCK // len(samples))
    for start in range(0, len(truth), width):
        block = truth.iloc[start : start + width]
        log_mean = np.outer(other_state, block["response"] * np.log(2))
        if moved is not None:
            log_mean += moved[:, start : start + width]
        for arm, indicator in shift.items():
            log_mean += np.outer(indicator, block[f"change_{arm}"] * np.log(2))
        for code, levels, column in ((subject, subjects, "subject_sd"), (visit, visits, "visit_sd")):
            sd = block[column].to_numpy()
            # Less half the variance, so that the mean of the factor is 1.
            log_mean += (rng.standard_normal((len(levels), len(block))) * sd - sd**2 / 2)[code]
        mean = np.exp(log_mean, out=log_mean)
        mean *= block["base_mean"].to_numpy()
        mean *= sizes[:, None]
        # A gamma of mean 1 and variance alpha around the mean of a Poisson is the negative binomial.
        shape = 1 / block["dispersion"].to_numpy()
        mean *= rng.standard_gamma(np.broadcast_to(shape, mean.shape)) / shape
        counts[:, start : start + width] = rng.poisson(mean)
    return counts


def _absent(samples: pd.DataFrame, missing: int | Iterable[tuple[str, str, str]], seed: int) -> list[str]:
    """Names of the samples to leave out."""
    if isinstance(missing, int):
        # A stream of its own: how many are missing does not change the samples that remain.
        return list(np.random.default_rng([seed, 1]).choice(samples.index.to_numpy(), missing, replace=False))
    wanted = [f"{subject}_{visit}_{state}" for subject, visit, state in missing]
    unknown = sorted(set(wanted) - set(samples.index))
    if unknown:
        raise ValueError(f"no biopsy of this trial: {', '.join(unknown)}")
    return wanted

"""Mix-ups of samples in simulated trials: exchanged, duplicated and foreign ones, and what the checks say of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from sheets import TRIAL
from trialseq import qc
from trialseq.config import Quality, Statistics, Trial
from trialseq.counts import CountMatrix
from trialseq.qc.checks import Checked
from trialseq.simulate import trial

ROLES = Trial.model_validate(TRIAL)
ONE_STATE = Trial.model_validate({role: given for role, given in TRIAL.items() if role != "state"})


def checked(matrix: CountMatrix, roles: Trial | None = ROLES, **options: object) -> Checked:
    """Normalise and check."""
    data = qc.normalise(matrix, Statistics(), 2)
    return qc.check(data, matrix.samples, Quality.model_validate(options), roles)


def simulated(seed: int, genes: int = 2000, subjects: Mapping[str, int] | None = None, **more: object) -> CountMatrix:
    """A simulated trial of two visits and two states, without a mix-up."""
    made = trial(seed=seed, genes=genes, subjects_per_arm=subjects or {"Placebo": 6, "NMN": 6}, **more)  # type: ignore[arg-type]
    return CountMatrix(made.counts, made.samples, made.genes)


def exchanged(matrix: CountMatrix, first: str, second: str) -> CountMatrix:
    """The counts of two samples under each other's names."""
    counts = matrix.counts.copy()
    counts.loc[[first, second]] = matrix.counts.loc[[second, first]].to_numpy()
    return replace(matrix, counts=counts)


def overwritten(matrix: CountMatrix, name: str, counts: pd.Series | np.ndarray) -> CountMatrix:
    """Other counts under the name of a sample."""
    changed = matrix.counts.copy()
    changed.loc[name] = np.asarray(counts)
    return replace(matrix, counts=changed)


def by_symbol(sample: pd.Series, names: pd.Series, host: CountMatrix) -> np.ndarray:
    """Counts of a sample of another study for the genes of the host, 0 where it has none of that symbol."""
    of_symbol = sample.groupby(names.to_numpy()).sum()
    symbols = host.genes["gene_name"]
    return np.where(symbols.duplicated(), 0, of_symbol.reindex(symbols).fillna(0)).astype("int64")


def of(found: Checked, check: str, *verdicts: str) -> pd.DataFrame:
    """Rows of a check, of some verdicts or all, index = samples."""
    rows = found.table[found.table["check"] == check].set_index("sample")
    return rows[rows["verdict"].isin(verdicts)] if verdicts else rows


def alarms(found: Checked) -> pd.DataFrame:
    """All that is not `ok`, without what was not measured."""
    return found.table[found.table["verdict"].isin(["look", "fail"])]


def detection(seeds: range, genes: int, subjects: Mapping[str, int], states: tuple[str, ...]) -> dict[str, int]:
    """Over seeds, of each kind of mix-up how many were found: of an exchange with both owners right."""
    found = dict.fromkeys(("clean", "exchanged", "copied", "resequenced", "foreign", "others"), 0)
    roles = ROLES if len(states) > 1 else ONE_STATE
    for seed in seeds:
        matrix, random = simulated(seed, genes, subjects, states=states), np.random.default_rng([seed, 7])
        owner = matrix.samples["subject"]
        first = str(random.choice(owner.index))
        second = str(random.choice(owner.index[owner != owner[first]]))
        found["clean"] += len(alarms(checked(matrix, roles))) == 0
        result = checked(exchanged(matrix, first, second), roles)
        named = of(result, "identity", "look", "fail")
        pair = {first, second} if len(states) > 1 else set(owner.index[owner.isin([owner[first], owner[second]])])
        moved = of(result, "identity", "fail")["other"]
        right = {tuple(sorted((owner[name], other))) for name, other in moved.items()} == {
            tuple(sorted((owner[first], owner[second])))
        }
        found["exchanged"] += len(moved) == 2 and right and set(named.index) == pair
        found["others"] += len(set(alarms(result)["sample"]) - pair)
        copy = checked(overwritten(matrix, first, matrix.counts.loc[second]), roles)
        found["copied"] += set(of(copy, "duplicate", "fail").index) == {first, second}
        half = random.binomial(matrix.counts.loc[second], 0.5)
        again = overwritten(overwritten(matrix, first, half), second, matrix.counts.loc[second] - half)
        found["resequenced"] += set(of(checked(again, roles), "duplicate", "fail").index) == {first, second}
        # Of the same population: a person of the same simulation who is not in the study.
        person = owner != owner[second]
        study = CountMatrix(matrix.counts[person], matrix.samples[person], matrix.genes)
        stranger = checked(overwritten(study, first, matrix.counts.loc[second]), roles)
        suspects = of(stranger, "identity", "look", "fail")
        found["foreign"] += first in suspects.index and suspects["other"].eq("").all()
    return found

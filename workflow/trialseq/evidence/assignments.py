"""Sums over every way to assign arms or signs, counted without listing them one by one.

Randomisation tests: Fisher, The Design of Experiments, 1935; Pitman, J R Stat Soc Suppl 1937;4:119-130. What is listed
are the ways of two halves of the subjects; how many pairs of these reach a sum is read from sorted sums (Horowitz and
Sahni, J ACM 1974;21:277-292), so that 1,352,078 assignments take milliseconds. p values of sampled assignments: Phipson
and Smyth, Stat Appl Genet Mol Biol 2010;9:39.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import comb, prod

import numpy as np

TIE = 1e-10  # share of the largest possible sum within which two sums are one
CHUNK = 4096  # sampled assignments at a time


@dataclass(frozen=True)
class Tested:
    """p_values, errors: (columns,), two-sided, and their Monte Carlo standard errors (0 where exact).

    assignments: how many were looked at, that of the trial among them where exact.
    """

    p_values: np.ndarray
    errors: np.ndarray
    assignments: int
    exact: bool


def reassign(
    values: np.ndarray, treated: np.ndarray, strata: np.ndarray, limit: int, samples: int, seed: int
) -> Tested:
    """Whether arms differ, under every assignment with as many subjects an arm in each stratum as the trial had.

    values: (subjects x columns); treated: (subjects,) truth; strata: (subjects,) labels. The statistic is the sum of
    the treated's distances from the mean of their stratum: with one stratum the difference of means but for a factor.
    Exact up to `limit` assignments, else `samples` at random.
    """
    groups = [np.flatnonzero(strata == each) for each in dict.fromkeys(strata.tolist())]
    centred = np.concatenate([values[group] - values[group].mean(axis=0) for group in groups])
    sizes = [len(group) for group in groups]
    chosen = [int(treated[group].sum()) for group in groups]
    observed = centred[np.concatenate([treated[group] for group in groups])].sum(axis=0)
    number = assignments(sizes, chosen)
    if number <= limit:
        return _exact(_tails(_halves(centred, sizes, chosen), _least(observed, centred)), number)
    return _sampled(centred, observed, lambda rng, count: _draws(rng, count, sizes, chosen), samples, seed)


def flip(values: np.ndarray, limit: int, samples: int, seed: int) -> Tested:
    """Whether values are symmetric about 0: their sum under every choice of signs.

    values: (subjects x columns). Exact up to `limit` choices, else `samples` at random.
    """
    observed, size = values.sum(axis=0), len(values)
    if 2**size <= limit:
        halves = [(_signed(values[: size // 2]), _signed(values[size // 2 :]))]
        return _exact(_tails(halves, _least(observed, values)), 2**size)
    return _sampled(values, observed, lambda rng, count: rng.integers(0, 2, (count, size)) * 2.0 - 1, samples, seed)


def assignments(sizes: Sequence[int], chosen: Sequence[int]) -> int:
    """In how many ways so many of each stratum can be chosen."""
    return prod(comb(size, some) for size, some in zip(sizes, chosen, strict=True))


def _exact(counts: np.ndarray, number: int) -> Tested:
    return Tested(counts / number, np.zeros(len(counts)), number, True)


def _least(observed: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The smallest absolute sum that counts as no less extreme than the observed one."""
    return np.asarray(np.abs(observed) - TIE * np.abs(values).sum(axis=0))


def _by_count(values: np.ndarray, most: int) -> list[np.ndarray]:
    """For each number of rows from 0 to `most`, the sums of every choice of so many rows (choices x columns)."""
    sums = [np.zeros((1, values.shape[1])), *(np.empty((0, values.shape[1])) for _ in range(most))]
    for row in values:
        sums = [sums[0], *(np.concatenate([sums[k], sums[k - 1] + row]) for k in range(1, most + 1))]
    return sums


def _halves(
    centred: np.ndarray, sizes: Sequence[int], chosen: Sequence[int]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Sums of two halves of each stratum, in pairs that together have the number chosen of each."""
    sides = []
    for end, size, some in zip(np.cumsum(sizes), sizes, chosen, strict=True):
        middle = end - size + size // 2
        sides.append((_by_count(centred[end - size : middle], some), _by_count(centred[middle:end], some)))
    for left in product(*(range(some + 1) for some in chosen)):
        first = [of_left[k] for (of_left, _), k in zip(sides, left, strict=True)]
        second = [of_right[some - k] for (_, of_right), k, some in zip(sides, left, chosen, strict=True)]
        if all(map(len, first)) and all(map(len, second)):
            yield _summed(first), _summed(second)


def _summed(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Every sum of one row of each part."""
    whole = parts[0]
    for part in parts[1:]:
        whole = (whole[:, None] + part).reshape(-1, whole.shape[1])
    return whole


def _signed(values: np.ndarray) -> np.ndarray:
    """Sums under every choice of signs (2^rows x columns)."""
    sums = np.zeros((1, values.shape[1]))
    for row in values:
        sums = np.concatenate([sums + row, sums - row])
    return sums


def _tails(halves: Iterable[tuple[np.ndarray, np.ndarray]], least: np.ndarray) -> np.ndarray:
    """For each column, how many pairs of halves have a sum of at least `least` in size."""
    counts = np.zeros(len(least))
    for left, right in halves:
        for column, threshold in enumerate(least):
            if threshold <= 0:
                counts[column] += len(left) * len(right)
                continue
            ordered, other = np.sort(right[:, column]), np.sort(left[:, column])
            above = len(ordered) - np.searchsorted(ordered, threshold - other, side="left")
            below = np.searchsorted(ordered, -threshold - other, side="right")
            counts[column] += int(above.sum()) + int(below.sum())
    return counts


def _draws(rng: np.random.Generator, count: int, sizes: Sequence[int], chosen: Sequence[int]) -> np.ndarray:
    """Random assignments (count x subjects), 1 where treated."""
    keys = rng.random((count, sum(sizes)))
    drawn = np.zeros_like(keys)
    for end, size, some in zip(np.cumsum(sizes), sizes, chosen, strict=True):
        part = slice(end - size, end)
        order = np.argsort(keys[:, part], axis=1)
        np.put_along_axis(drawn[:, part], order[:, :some], 1.0, axis=1)
    return drawn


def _sampled(
    values: np.ndarray,
    observed: np.ndarray,
    draw: Callable[[np.random.Generator, int], np.ndarray],
    samples: int,
    seed: int,
) -> Tested:
    rng, least = np.random.default_rng(seed), _least(observed, values)
    counts = np.zeros(values.shape[1])
    for begin in range(0, samples, CHUNK):
        sums = draw(rng, min(CHUNK, samples - begin)) @ values
        counts += (np.abs(sums) >= least).sum(axis=0)
    p_values = (counts + 1) / (samples + 1)
    return Tested(p_values, np.sqrt(p_values * (1 - p_values) / samples), samples, False)

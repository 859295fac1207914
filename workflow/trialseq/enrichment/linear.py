"""Genes of a contrast in weighted linear models, with moderated variances: what CAMERA and FRY start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse, special

from trialseq.enrichment.ranking import Ranks, by_symbol, ranks_of
from trialseq.genesets.gmt import GeneSet

Floats = npt.NDArray[np.float64]

ACTIVE = 2**0.5
SMALLEST_VARIANCE = 1e-5  # of the median variance, as limma has it before it takes logs


@dataclass(frozen=True)
class Linear:
    """Effects of the genes of a contrast.

    symbols: (genes,), one a gene; effects: (genes x 1 + residual degrees of freedom), see `trialseq.de.voom`.
    """

    symbols: npt.NDArray[np.object_]
    effects: Floats

    @classmethod
    def of(cls, table: pd.DataFrame, contrast: str) -> Linear:
        """One contrast of `tables.EFFECTS`: of several genes of a symbol the one with the highest mean counts."""
        chosen = by_symbol(table[table["contrast"] == contrast]).sort_values("gene_id", kind="stable")
        columns = [name for name in map(str, table) if name == "effect" or name.startswith("residual_")]
        return cls(chosen["gene_name"].to_numpy(dtype=object), chosen[columns].to_numpy(dtype=float))

    @property
    def degrees(self) -> int:
        """Residual degrees of freedom; 0 where the model could not be fitted."""
        return int(self.effects.shape[1]) - 1

    @cached_property
    def variances(self) -> Floats:
        """Residual variances (genes,)."""
        return np.asarray((self.effects[:, 1:] ** 2).mean(axis=1))

    @cached_property
    def prior(self) -> tuple[float, float]:
        """Degrees of freedom and variance of the prior of the variances."""
        return variance_prior(self.variances, self.degrees)

    def moderated(self, variances: Floats, degrees: float) -> Floats:
        """Variances (genes,) of so many degrees of freedom, squeezed towards the prior: Smyth 2004, equation 3."""
        prior_degrees, prior = self.prior
        if np.isinf(prior_degrees):
            return np.full(len(variances), prior)
        return np.asarray((prior_degrees * prior + degrees * variances) / (prior_degrees + degrees))

    @cached_property
    def scores(self) -> Floats:
        """Moderated t statistics of the contrast as normal scores (genes,)."""
        total = min(self.prior[0] + self.degrees, len(self.variances) * self.degrees)
        return normal_scores(self.effects[:, 0] / np.sqrt(self.moderated(self.variances, self.degrees)), total)

    def places(self, sets: Mapping[str, GeneSet]) -> dict[str, Ranks]:
        """Positions of the genes of each set, in order."""
        return ranks_of(pd.DataFrame({"gene_name": self.symbols}), sets)


NO_MODEL = Linear(np.empty(0, dtype=object), np.empty((0, 1)))


def membership(places: Mapping[str, Ranks], genes: int) -> sparse.csr_array:
    """Which genes a set holds (sets x genes), 0 or 1."""
    sizes = [len(each) for each in places.values()]
    columns = np.concatenate([*places.values(), np.empty(0, dtype=np.intp)])
    ends = np.concatenate([[0], np.cumsum(sizes, dtype=int)])
    return sparse.csr_array((np.ones(len(columns)), columns, ends), shape=(len(sizes), genes))


def variance_prior(variances: Floats, degrees: int) -> tuple[float, float]:
    """Degrees of freedom and variance of the scaled inverse chi-square prior, by the moments of log variances.

    Smyth 2004, section 6.2. Degrees are infinite where the variances scatter no more than chance lets them; the
    prior variance is then their mean.
    """
    usable = np.maximum(variances, SMALLEST_VARIANCE * np.median(variances))
    logs = np.log(usable) - special.digamma(degrees / 2) + np.log(degrees / 2)
    excess = logs.var(ddof=1) - special.polygamma(1, degrees / 2)
    if excess <= 0:
        return np.inf, float(usable.mean())
    half = inverse_trigamma(float(excess))
    return 2 * half, float(np.exp(logs.mean() + special.digamma(half) - np.log(half)))


def inverse_trigamma(value: float) -> float:
    """The positive number whose trigamma is the value, by Newton's method on 1 / trigamma (Smyth 2004, appendix)."""
    if value > 1e7:
        return float(value**-0.5)
    if value < 1e-6:
        return 1 / value
    guess = 0.5 + 1 / value
    for _ in range(50):
        trigamma = special.polygamma(1, guess)
        step = trigamma * (1 - trigamma / value) / special.polygamma(2, guess)
        guess += step
        if -step / guess < 1e-10:
            break
    return float(guess)


def normal_scores(statistic: Floats, degrees: float) -> Floats:
    """The normal deviates with the tail probabilities of Student's t, by the expansion of Hill (1970, CACM 13:617).

    Good to 1e-6 from five degrees of freedom on, and finite where tail probabilities underflow.
    """
    if np.isinf(degrees):
        return statistic
    shifted = degrees - 0.5
    scale = 48 * shifted**2
    square = shifted * np.log1p(statistic**2 / degrees)
    series = (((-0.4 * square - 3.3) * square - 24) * square - 85.5) / (0.8 * square**2 + 100 + scale) + square + 3
    return np.asarray(np.copysign((series / scale + 1) * np.sqrt(square), statistic))


def active(scores: Floats, places: Mapping[str, Ranks], symbols: npt.NDArray[np.object_], signs: Floats) -> list[str]:
    """Genes of each set whose score is beyond the root of 2 in the direction of its sign (either, where that is 0).

    These are the genes that ROAST (Wu et al. 2010) calls active: beyond it the fit improves by more than Akaike's
    penalty. The strongest first, separated by spaces.
    """
    named = []
    for ranks, sign in zip(places.values(), signs, strict=True):
        chosen = ranks[(scores[ranks] * sign if sign else np.abs(scores[ranks])) > ACTIVE]
        named.append(" ".join(symbols[chosen[np.argsort(-np.abs(scores[chosen]), kind="stable")]]))
    return named

"""PyDESeq2's inference with compiled kernels: its model, bounds and criteria, in a small part of its time.

It leaves PyDESeq2 0.5.4 where that leaves R's DESeq2: fitted means are held at 0.5 or more in the search for
dispersions and in the weights of the Wald test.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
from pydeseq2.default_inference import DefaultInference
from scipy.stats import norm

from trialseq.de import compilation

kernels = compilation.load()
LOGGER = logging.getLogger("trialseq.de")
CHUNK = 256
MIN_MU = 0.5


class CompiledInference(DefaultInference):  # type: ignore[misc]
    """The loops over genes of `pydeseq2.inference.Inference`, compiled.

    A gene whose fit starts to diverge goes through PyDESeq2's own routine; `handed_over` counts them. prepared: kernels
    are compiled here and now, where they are not yet; results are then of no use (`trialseq.de.compilation`).
    """

    def __init__(self, threads: int, *, prepared: bool = False) -> None:
        super().__init__(n_cpus=1)  # for the few genes that are handed over: starting processes would cost more
        self.threads = threads
        self.handed_over = 0
        if not prepared:
            compilation.prepare(kernels)

    def _over_genes(self, genes: int, kernel: Callable[..., None], *arguments: object) -> None:
        """Run a kernel over chunks of genes; each gene is computed alone, so that threads change nothing."""
        chunk = min(CHUNK, max(1, -(-genes // self.threads)))
        with ThreadPoolExecutor(self.threads) as pool:
            jobs = [pool.submit(kernel, at, min(at + chunk, genes), *arguments) for at in range(0, genes, chunk)]
            for job in jobs:
                job.result()

    def lin_reg_mu(
        self, counts: np.ndarray, size_factors: np.ndarray, design_matrix: np.ndarray, min_mu: float
    ) -> np.ndarray:
        """Means (samples x genes) of a linear model of normalised counts, at least `min_mu`."""
        by_gene, factors = _by_gene(counts), np.asarray(size_factors, dtype=float)
        means = np.empty_like(by_gene)
        self._over_genes(
            len(means), kernels.linear_means, by_gene, factors, np.linalg.pinv(design_matrix), _sparse(design_matrix),
            min_mu, means,
        )  # fmt: skip
        return means.T

    def fit_rough_dispersions(self, normed_counts: np.ndarray, design_matrix: np.ndarray) -> np.ndarray:
        """Dispersions (genes,), at least 0, by the moments of residuals of a linear model: R's roughDispEstimate."""
        return self.moments(normed_counts, np.ones(len(design_matrix)), design_matrix)[0]

    def fit_moments_dispersions(self, normed_counts: np.ndarray, size_factors: np.ndarray) -> np.ndarray:
        """Dispersions (genes,) by the moments of normalised counts: R's momentsDispEstimate."""
        ones = np.ones(len(size_factors))
        return self.moments(normed_counts, ones, ones[:, None], float(np.mean(1 / size_factors)))[1]

    def moments(
        self, counts: np.ndarray, factors: np.ndarray, design: np.ndarray, average: float | None = None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Both of these, and the means of normalised counts (genes,), without a matrix of normalised counts.

        average: of the inverse size factors, where it is not that of `factors`.
        """
        samples, columns = design.shape
        if samples == columns:
            raise ValueError("as many columns as samples leave nothing to estimate a dispersion from")
        by_gene = _by_gene(counts)
        rough, moments, means = (np.empty(len(by_gene)) for _ in range(3))
        average = float(np.mean(1 / factors)) if average is None else average
        self._over_genes(
            len(by_gene), kernels.moments, by_gene, factors, average, np.linalg.pinv(design), _sparse(design),
            rough, moments, means,
        )  # fmt: skip
        return rough, moments, means

    def irls(
        self,
        counts: np.ndarray,
        size_factors: np.ndarray,
        design_matrix: np.ndarray,
        disp: np.ndarray,
        min_mu: float,
        beta_tol: float,
        min_beta: float = -30,
        max_beta: float = 30,
        optimizer: str = "L-BFGS-B",
        maxiter: int = 250,
        *,
        means: bool = True,
        leverages: bool = True,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Coefficients (genes x columns), means and leverages (samples x genes), convergence (genes,).

        `means` and `leverages`, of which the second cost half of the time, are empty where they are not wanted.
        """
        by_gene = _by_gene(counts)
        genes, columns = by_gene.shape[0], design_matrix.shape[1]
        beta, nothing = np.empty((genes, columns)), np.empty((0, 0))
        mu = np.empty_like(by_gene) if means else nothing
        hat = np.empty_like(by_gene) if leverages else nothing
        failed = np.zeros(genes, dtype=bool)
        factors, dispersions = np.asarray(size_factors, dtype=float), np.asarray(disp, dtype=float)
        limits = (min_mu, beta_tol, max_beta, maxiter)
        projector, sparse = np.linalg.pinv(design_matrix), _sparse(design_matrix)
        self._over_genes(
            genes, kernels.irls, by_gene, factors, dispersions, sparse, projector, limits, beta, mu, hat, failed
        )
        converged = np.ones(genes, dtype=bool)
        if failed.any():
            self.handed_over += int(failed.sum())
            again = super().irls(
                by_gene[failed].T, factors, design_matrix, dispersions[failed], min_mu, beta_tol,
                min_beta, max_beta, optimizer, maxiter,
            )  # fmt: skip
            beta[failed], converged[failed] = again[0], again[3]
            if means:
                mu[failed] = again[1].T
            if leverages:
                hat[failed] = again[2].T
        return beta, mu.T, hat.T, converged

    def alpha_mle(
        self,
        counts: np.ndarray,
        design_matrix: np.ndarray,
        mu: np.ndarray,
        alpha_hat: np.ndarray,
        min_disp: float,
        max_disp: float,
        prior_disp_var: float | None = None,
        cr_reg: bool = True,
        prior_reg: bool = False,
        optimizer: str = "L-BFGS-B",  # noqa: ARG002 - part of the interface
        *,
        begin: np.ndarray | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Dispersions (genes,) and whether each search converged: bracketed roots of the slope always do.

        begin: where to search from, if not from the prior's centre `alpha_hat`.
        """
        bounds = np.log(min_disp), np.log(max_disp)
        by_gene, centres = _by_gene(counts), np.log(np.asarray(alpha_hat, dtype=float))
        begins = centres if begin is None else np.log(begin)
        out = np.empty(len(by_gene))
        prior = (float(prior_disp_var or 1.0), prior_reg, cr_reg)
        self._over_genes(
            len(out), kernels.dispersion, by_gene, _by_gene(mu), MIN_MU, _sparse(design_matrix), centres, begins,
            *bounds, *prior, out,
        )  # fmt: skip
        return out, np.ones(len(out), dtype=bool)

    def wald_test(
        self,
        design_matrix: np.ndarray,
        disp: np.ndarray,
        lfc: np.ndarray,
        mu: np.ndarray,
        ridge_factor: np.ndarray,
        contrast: np.ndarray,
        lfc_null: np.ndarray,
        alt_hypothesis: str | None = None,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Two-sided p values, Wald statistics and standard errors (genes,) of a contrast against zero."""
        if alt_hypothesis is not None or np.any(lfc_null):
            raise NotImplementedError("thresholds are tested from the contrast's own fold change")
        vector, ridge = np.asarray(contrast, dtype=float), float(ridge_factor[0, 0])
        errors = self.standard_errors(design_matrix, disp, ridge, vector[None, :], lfc, np.ones(len(mu)), mu)[:, 0]
        statistics = np.asarray(lfc) @ vector / errors
        return 2 * norm.sf(np.abs(statistics)), statistics, errors

    def standard_errors(
        self,
        design: np.ndarray,
        dispersions: np.ndarray,
        ridge: float,
        contrasts: np.ndarray,
        coefficients: np.ndarray,
        factors: np.ndarray,
        mu: np.ndarray | None = None,
    ) -> np.ndarray:
        """Standard errors (genes x contrasts), natural log, of contrasts (contrasts x columns) of coefficients.

        Means are those of the coefficients (genes x columns) and size factors (samples,), or else given as mu
        (samples x genes); in the weights they are held at 0.5 or more.
        """
        errors = np.empty((len(coefficients), len(contrasts)))
        means = np.empty((0, 0)) if mu is None else _by_gene(mu)
        beta, vectors = (np.ascontiguousarray(each, dtype=float) for each in (coefficients, contrasts))
        self._over_genes(
            len(errors), kernels.standard_errors, beta, factors, means, MIN_MU, np.asarray(dispersions, dtype=float),
            _sparse(design), ridge, vectors, errors,
        )  # fmt: skip
        return errors

    def lfc_shrink_nbinom_glm(
        self,
        design_matrix: np.ndarray,
        counts: np.ndarray,
        size: np.ndarray,
        offset: np.ndarray,
        prior_no_shrink_scale: float,
        prior_scale: float,
        optimizer: str,  # noqa: ARG002 - part of the interface
        shrink_index: int,
        *,
        begin: np.ndarray | None = None,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Coefficients (genes x columns), inverse Hessians (genes x columns x columns), convergence (genes,).

        begin: coefficients (genes x columns) to search from, if not from those of logarithms of the counts. Of each
        inverse Hessian only the shrunken coefficient's variance is right; it fills the others' places.
        """
        by_gene, columns = _by_gene(counts), design_matrix.shape[1]
        if begin is None:
            begin = (np.linalg.pinv(design_matrix) @ (np.log(counts + 0.5) - offset[:, None])).T
        start = np.ascontiguousarray(begin)
        beta, variance = np.empty((len(by_gene), columns)), np.empty(len(by_gene))
        converged = np.zeros(len(by_gene), dtype=bool)
        prior = (int(shrink_index), float(prior_scale), float(prior_no_shrink_scale))
        sizes, sparse = np.asarray(size, dtype=float), _sparse(design_matrix)
        self._over_genes(
            len(by_gene), kernels.shrink, by_gene, sizes, np.asarray(offset, dtype=float), sparse, start, *prior,
            beta, variance, converged,
        )  # fmt: skip
        return beta, np.broadcast_to(variance[:, None, None], (len(variance), columns, columns)), converged


def _by_gene(values: np.ndarray) -> np.ndarray:
    """A matrix (samples x genes) with the samples of a gene side by side in memory (genes x samples)."""
    return np.ascontiguousarray(np.asarray(values).T, dtype=float)


def _sparse(design: np.ndarray) -> tuple[Any, ...]:
    """A design as kernels take it: see `kernels`."""
    rows, columns = np.nonzero(design)
    ptr = np.searchsorted(rows, np.arange(len(design) + 1))
    first = np.arange(design.shape[1])
    for row in range(len(design)):
        own = columns[ptr[row] : ptr[row + 1]]
        first[own] = np.minimum(first[own], own[0])
    values = np.asarray(design, dtype=float)[rows, columns]
    pairs = [(a, b) for low, high in pairwise(ptr) for a in range(low, high) for b in range(low, a + 1)]
    left, right = np.array(pairs).T
    order = np.lexsort([columns[right], columns[left]])
    left, right = left[order], right[order]
    place, start = np.unique(np.column_stack([columns[left], columns[right]]), axis=0, return_index=True)
    gram = place, np.append(start, len(left)), rows[left], values[left] * values[right]
    mostly = len(values) > 0.5 * design.size
    whole = np.ascontiguousarray(design.T, dtype=float) if mostly else np.empty((0, 0))
    return ptr, columns, values, first, gram, whole

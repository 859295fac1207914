"""Coefficients of maximum likelihood, what they start from, and standard errors of contrasts."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math

import numpy as np

from trialseq.de.kernels.compiling import kernel
from trialseq.de.kernels.elementary import SMALL, copy, dot, exp, log, log_gamma_rise, tally, total
from trialseq.de.kernels.linear import factorise, invert, leverage, normal, predict, project, solve


@kernel
def moments(start, stop, counts, size_factors, average, projector, design, rough_out, moments_out, means_out):
    """Means of normalised counts, and dispersions by two kinds of moments.

    rough: of residuals of a linear model, R's roughDispEstimate; moments: (variance - average x mean) / mean^2 with
    the average of the inverse size factors. projector: (columns x samples), the pseudoinverse of the design.
    """
    samples, size = counts.shape[1], len(projector)
    normed, fitted, beta = np.empty(samples), np.empty(samples), np.empty(size)
    for gene in range(start, stop):
        for s in range(samples):
            normed[s] = counts[gene, s] / size_factors[s]
        mean = total(normed) / samples
        for k in range(size):
            beta[k] = dot(projector[k], normed)
        predict(design, beta, fitted)
        for s in range(samples):
            about = max(fitted[s], 1.0)
            residual = normed[s] - about
            fitted[s] = (residual * residual - about) / (about * about)
            normed[s] = (normed[s] - mean) * (normed[s] - mean)
        means_out[gene] = mean
        rough_out[gene] = max(total(fitted) / (samples - size), 0.0)
        moments_out[gene] = (total(normed) / (samples - 1) - average * mean) / (mean * mean) if mean > 0.0 else 0.0


@kernel
def linear_means(start, stop, counts, size_factors, projector, design, min_mu, mu_out):
    """Means of a linear model of normalised counts."""
    samples, size = counts.shape[1], len(projector)
    normed, beta = np.empty(samples), np.empty(size)
    for gene in range(start, stop):
        for s in range(samples):
            normed[s] = counts[gene, s] / size_factors[s]
        for k in range(size):
            beta[k] = dot(projector[k], normed)
        predict(design, beta, normed)
        for s in range(samples):
            mu_out[gene, s] = max(size_factors[s] * normed[s], min_mu)


@kernel
def _means(design, beta, size_factors, lowest, eta, mu):
    """Means and predictors, which are held at their lowest."""
    predict(design, beta, eta)
    for s in range(len(mu)):
        eta[s] = max(eta[s], lowest[s])
        mu[s] = size_factors[s] * exp(eta[s])


@kernel
def irls(start, stop, counts, size_factors, dispersions, design, projector, limits, beta_out, mu_out, hat_out, failed):
    """Iteratively reweighted least squares with a ridge of 1e-6; `failed` marks genes that start to diverge.

    Means and leverages are left out where `mu_out` and `hat_out` are empty.
    """
    min_mu, beta_tol, max_beta, maxiter = limits
    samples, size = counts.shape[1], len(design[3])
    matrix, inverse, vector = np.zeros((size, size)), np.zeros((size, size)), np.empty(size)
    beta, eta, mu = np.empty(size), np.empty(samples), np.empty(samples)
    weights, terms = np.empty(samples), np.empty(samples)
    above, large = np.empty(SMALL), np.empty(samples)
    offsets, lowest = np.empty(samples), np.empty(samples)
    for s in range(samples):
        offsets[s] = log(size_factors[s])
        lowest[s] = math.log(min_mu) - offsets[s]
    for gene in range(start, stop):
        y, alpha = counts[gene], dispersions[gene]
        size_of = 1.0 / alpha
        many = tally(y, above, large)
        constant = samples * size_of * math.log(alpha) - dot(y, offsets)
        constant -= log_gamma_rise(above, large[:many], size_of, terms)
        constant += log_gamma_rise(above, large[:many], 1.0, terms)
        for s in range(samples):
            terms[s] = log(y[s] / size_factors[s] + 0.1)
        for k in range(size):
            beta[k] = dot(projector[k], terms)
        _means(design, beta, size_factors, lowest, eta, mu)
        deviance, ratio, iterations = 1000.0, 1.0, 0
        while ratio > beta_tol:
            for s in range(samples):
                weights[s] = mu[s] / (1.0 + mu[s] * alpha)
                terms[s] = weights[s] * (eta[s] + y[s] / mu[s] - 1.0)
            project(design, terms, vector)
            normal(design, weights, 1e-6, matrix)
            iterations += 1
            if not factorise(design, matrix):
                failed[gene] = True
                break
            solve(design, matrix, vector)
            bounded = iterations < maxiter
            for k in range(size):
                bounded &= abs(vector[k]) <= max_beta
            if not bounded:
                failed[gene] = True
                break
            copy(vector, beta)
            _means(design, beta, size_factors, lowest, eta, mu)
            for s in range(samples):
                terms[s] = (y[s] + size_of) * log(size_of + mu[s]) - y[s] * eta[s]
            before, deviance = deviance, -2.0 * (constant + total(terms))
            ratio = abs(deviance - before) / (abs(deviance) + 0.1)
        if failed[gene]:
            continue
        copy(beta, beta_out[gene])
        if len(mu_out):
            predict(design, beta, eta)
            for s in range(samples):
                mu_out[gene, s] = size_factors[s] * exp(eta[s])
        if len(hat_out):
            for s in range(samples):
                weights[s] = mu[s] / (1.0 + mu[s] * alpha)
            normal(design, weights, 1e-6, matrix)
            factorise(design, matrix)
            invert(design, matrix, inverse)
            for s in range(samples):
                hat_out[gene, s] = weights[s] * leverage(design, s, inverse)


@kernel
def standard_errors(start, stop, beta, size_factors, mu, min_mu, dispersions, design, ridge, contrasts, out):
    """Standard error of each contrast: sqrt(c' H M H c), M = X' W X and H = (M + ridge)^-1.

    Means are those of the coefficients where `mu` is empty.
    """
    samples, size = len(size_factors), len(design[3])
    matrix, vector, weights, eta = np.zeros((size, size)), np.empty(size), np.empty(samples), np.empty(samples)
    for gene in range(start, stop):
        if len(mu):
            copy(mu[gene], eta)
        else:
            predict(design, beta[gene], eta)
            for s in range(samples):
                eta[s] = size_factors[s] * exp(eta[s])
        for s in range(samples):
            mean = max(eta[s], min_mu)
            weights[s] = mean / (1.0 + mean * dispersions[gene])
        normal(design, weights, ridge, matrix)
        if not factorise(design, matrix):
            for contrast in range(len(contrasts)):
                out[gene, contrast] = math.nan
            continue
        for contrast in range(len(contrasts)):
            copy(contrasts[contrast], vector)
            solve(design, matrix, vector)
            predict(design, vector, eta)
            for s in range(samples):
                eta[s] = weights[s] * eta[s] * eta[s]
            out[gene, contrast] = math.sqrt(total(eta))

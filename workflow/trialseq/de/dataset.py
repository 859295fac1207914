"""PyDESeq2's data set, with the size factors that it is given, and with its steps over genes in compiled loops."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from pydeseq2.dds import DeseqDataSet
from pydeseq2.utils import n_or_more_replicates

from trialseq.de import direct
from trialseq.de.outliers import REPLICATES, outliers
from trialseq.de.trend import gamma_trend


class StockDataSet(DeseqDataSet):  # type: ignore[misc]
    """PyDESeq2's data set as it is, but for the size factors (samples,).

    floats: the counts (samples x genes) as the compiled loops take them, the samples of a gene side by side in memory.
    """

    def __init__(self, *, factors: np.ndarray, **given: Any) -> None:  # noqa: ANN401 - PyDESeq2 is untyped
        super().__init__(**given)
        self.obs["size_factors"] = factors
        self.floats = np.asfortranarray(self.X, dtype=float)

    def fit_size_factors(self, *_: object, **__: object) -> None:
        """Normalise by the size factors that were given."""
        self.layers["normed_counts"] = self.X / self.obs["size_factors"].to_numpy()[:, None]
        self.var["_normed_means"] = self.layers["normed_counts"].mean(axis=0)


class CompiledDataSet(StockDataSet):
    """PyDESeq2's data set with R's choice of genes in the trend, and its rule for outliers.

    Each gene has a count. Matrices of means are not kept; Cook's distances are computed where a row of the design is
    there often enough for them to count, and nowhere else.
    """

    def __init__(self, **given: Any) -> None:  # noqa: ANN401
        super().__init__(**given)
        self._design = self.obsm["design_matrix"].to_numpy(dtype=float)
        self._factors = self.obs["size_factors"].to_numpy(dtype=float)

    def fit_size_factors(self, *_: object, **__: object) -> None:
        """Nothing: normalised counts are not kept."""

    def fit_genewise_dispersions(self, vst: bool = False) -> None:  # noqa: ARG002 - as PyDESeq2 calls it
        """Dispersions of the genes by themselves."""
        genewise, self._first, means = direct.genewise_dispersions(
            self.inference, self.floats, self._design, self._factors
        )
        self.var["non_zero"] = True
        self.non_zero_idx, self.non_zero_genes = np.arange(self.n_vars), self.var_names
        self.var["_normed_means"], self.var["genewise_dispersions"] = means, genewise

    def _fit_parametric_dispersion_trend(self, vst: bool = False) -> None:
        means = self.var["_normed_means"].to_numpy()
        coefficients = gamma_trend(self.var["genewise_dispersions"].to_numpy(), means, self.min_disp)
        if coefficients is None:
            warnings.warn("The dispersion trend did not converge; a flat one is used.", UserWarning, stacklevel=2)
            self._fit_mean_dispersion_trend(vst)
            return
        self.uns["trend_coeffs"] = pd.Series(coefficients, index=["a0", "a1"])
        self.uns["disp_function_type"] = "parametric"
        self.var["fitted_dispersions"] = coefficients[0] + coefficients[1] / means

    def fit_MAP_dispersions(self) -> None:  # noqa: N802
        """Dispersions shrunken to the trend, or left where they are far above it."""
        genewise, fitted = (self.var[name].to_numpy() for name in ("genewise_dispersions", "fitted_dispersions"))
        shrunken = direct.shrunken_dispersions(
            self.inference, self.floats, self._design, self._first, genewise, fitted, self.uns["prior_disp_var"].item()
        )
        del self._first
        unshrunken = np.log(genewise) > np.log(fitted) + 2 * np.sqrt(self.uns["_squared_logres"])
        self.var["MAP_dispersions"], self.var["_outlier_genes"] = shrunken, unshrunken
        self.var["dispersions"] = np.where(unshrunken, genewise, shrunken)

    def fit_LFC(self) -> None:  # noqa: N802
        """Coefficients, natural log."""
        self._distant = bool(n_or_more_replicates(self.obsm["design_matrix"], REPLICATES).any())
        wanted = {"means": self._distant, "leverages": self._distant}
        beta, mu, leverages, converged = self.inference.irls(
            self.floats, self._factors, self._design, self.var["dispersions"].to_numpy(), self.min_mu, self.beta_tol,
            **wanted,
        )  # fmt: skip
        self.varm["LFC"] = pd.DataFrame(beta, self.var_names, self.obsm["design_matrix"].columns)
        self.var["_LFC_converged"] = converged
        if self._distant:
            self.obsm["_mu_LFC"], self.obsm["_hat_diagonals"] = mu, leverages

    def calculate_cooks(self) -> None:
        """Cook's distances, where they count."""
        if self._distant:
            self.layers["normed_counts"] = self.floats / self._factors[:, None]
            super().calculate_cooks()

    def refit(self) -> None:
        """Replace outliers and fit their genes again, where there are samples enough."""
        if self._distant:
            super().refit()
        else:
            self.var["replaced"] = self.var["refitted"] = False

    def cooks_outlier(self) -> np.ndarray:
        """Genes (genes,) without a p value, as R has them."""
        if "_pvalue_cooks_outlier" not in self.var:
            self.var["_pvalue_cooks_outlier"] = outliers(self) if self._distant else False
        return np.asarray(self.var["_pvalue_cooks_outlier"])

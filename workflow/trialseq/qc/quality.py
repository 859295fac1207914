"""Quality of the samples: what was sequenced, principal components, distances."""

from __future__ import annotations

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy.spatial.distance import pdist

from trialseq.tables import COMPONENTS, DISTANCES, SAMPLES

VARIABLE_GENES = 2000
TOPS = (50, 100)


def measure(data: AnnData) -> None:
    """Add scanpy's quality metrics to obs, under the names of `tables.SAMPLES`."""
    import scanpy

    mitochondrial = data.var["gene_name"].astype(str).str.upper().str.startswith("MT-").to_numpy()
    bare = AnnData(X=data.X, obs=data.obs[[]], var=pd.DataFrame({"mitochondrial": mitochondrial}, index=data.var_names))
    # scanpy refuses a top that is larger than the matrix.
    tops = [min(top, data.n_vars) for top in TOPS]
    metrics, _ = scanpy.pp.calculate_qc_metrics(
        bare, qc_vars=["mitochondrial"], percent_top=sorted(set(tops)), log1p=False, inplace=False
    )
    data.obs["total_counts"] = metrics["total_counts"].to_numpy(dtype=float)
    data.obs["detected_genes"] = metrics["n_genes_by_counts"].to_numpy(dtype=np.int64)
    for top, within in zip(TOPS, tops, strict=True):
        data.obs[f"top_{top}_share"] = metrics[f"pct_counts_in_top_{within}_genes"].to_numpy() / 100
    share = metrics["pct_counts_mitochondrial"].to_numpy(dtype=float) / 100
    data.obs["mitochondrial_share"] = share if mitochondrial.any() else np.nan


def reduce(data: AnnData) -> None:
    """Add principal components of the variance-stabilised counts of the 2,000 most variable genes.

    At most six; obs `PC1`..., obsm `X_pca`, varm `PCs`, uns `pca`, var `in_pca`. The sign is fixed: the loading of
    largest size is positive.
    """
    import scanpy

    variances = data.layers["vst"].var(axis=0)
    chosen = np.argsort(-variances, kind="stable")[:VARIABLE_GENES]
    data.var["in_pca"] = np.isin(np.arange(data.n_vars), chosen)
    count = min(len(COMPONENTS), data.n_obs - 1, len(chosen))
    scanpy.pp.pca(
        data, n_comps=count, layer="vst", mask_var="in_pca", svd_solver="full", dtype="float64", random_state=0
    )
    loadings = data.varm["PCs"]
    sizes = np.nan_to_num(np.abs(loadings))
    # Rounded, because two loadings of one size must not change places with the last bit.
    largest = loadings[np.argmax(sizes.round(10), axis=0), np.arange(count)]
    sign = np.where(largest < 0, -1.0, 1.0)
    data.varm["PCs"] = loadings * sign
    data.obsm["X_pca"] = data.obsm["X_pca"] * sign
    for index, name in enumerate(COMPONENTS[:count]):
        data.obs[name] = data.obsm["X_pca"][:, index]


def table(data: AnnData) -> pd.DataFrame:
    """Every sample as `tables.SAMPLES`; components that do not exist are missing."""
    obs = data.obs.rename(columns={"sample": "sample_in_sheet"}).astype(
        {name: object for name in data.obs if data.obs[name].dtype == "category"}
    )
    measures = pd.DataFrame({"sample": data.obs_names}, index=data.obs_names)
    frame = pd.concat([measures, obs], axis=1)
    return SAMPLES.conform(frame.reindex(columns=[*frame.columns, *(set(SAMPLES.names) - set(frame.columns))]))


def distances(data: AnnData) -> pd.DataFrame:
    """Each pair of samples once, as `tables.DISTANCES`."""
    first, second = np.triu_indices(data.n_obs, 1)
    names = data.obs_names.to_numpy()
    frame = {"sample_1": names[first], "sample_2": names[second], "distance": pdist(data.layers["vst"])}
    return DISTANCES.conform(pd.DataFrame(frame))

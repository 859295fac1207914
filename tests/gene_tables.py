"""Tables of one contrast, built in a test or read from R's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from trialseq.enrichment.linear import Linear
from trialseq.genesets import GeneSet
from trialseq.tables import CONTRAST_GENES

SE = 0.2
COLLAGENS = ["COL1A1", "COL1A2", "COL2A1", "COL3A1", "COL4A1", "COL5A1", "COL6A1"]
PDGF = ["PDGFRA", "PDGFRB", "PDGFRL", "PDGFA", "PDGFB", "PDGFC", "PDGFD", "THY1", "CD109"]


def contrast_genes(
    symbols: Sequence[str], statistic: Sequence[float], *, called: Sequence[str] = (), **columns: object
) -> pd.DataFrame:
    """A table in which just the `called` symbols have a q value below 0.05, all others one of 0.5."""
    effect = SE * np.asarray(statistic, dtype=float)
    frame = pd.DataFrame(
        {
            "gene_id": [f"id{position:05d}" for position in range(len(symbols))],
            "gene_name": list(symbols),
            "base_mean": 100.0,
            "log2_fold_change": effect,
            "lfc_se": SE,
            "ci_low": effect - 1.96 * SE,
            "ci_high": effect + 1.96 * SE,
            "statistic": statistic,
            "p_value": 2 * stats.norm.sf(np.abs(statistic)),
            "q_value": np.where(np.isin(symbols, list(called)), 0.01, 0.5),
            "shrunk_log2_fold_change": effect,
            "shrunk_lfc_se": SE,
            "status": "tested",
            "fragile": "",
        }
    )
    return CONTRAST_GENES.conform(frame.assign(**columns))


def pdgf_genes(up: Sequence[str] = (), down: Sequence[str] = (), without: Sequence[str] = ()) -> pd.DataFrame:
    """The genes of the PDGF panel and 200 others; log2 fold changes near 1, -1 and 0."""
    others = [f"G{number}" for number in range(200)]
    symbols = [name for name in [*COLLAGENS, *PDGF, *others] if name not in without]
    moved = 5.0 * np.isin(symbols, list(up)) - 5.0 * np.isin(symbols, list(down))
    noise = np.random.default_rng(1).normal(0, 0.3, len(symbols))
    return contrast_genes(symbols, moved + noise, called=[*up, *down])


def gene_set(name: str, genes: Sequence[str]) -> GeneSet:
    """A set named by its id."""
    return GeneSet(name, f"name of {name}", tuple(genes))


def linear_genes(genes: pd.DataFrame, degrees: int = 12, seed: int = 1) -> Linear:
    """The genes of a table in linear models: the statistic as effect, residuals drawn independently, of variance 1."""
    named = genes.sort_values("gene_id")
    residuals = np.random.default_rng(seed).normal(size=(len(named), degrees))
    return Linear(named["gene_name"].to_numpy(dtype=object), np.column_stack([named["statistic"], residuals]))


def of_r(public_data: Path) -> pd.DataFrame:
    """R DESeq2's result of GSE184951, after against before training (see the README beside the file)."""
    path = public_data / "GSE184951" / "oracle_R_DESeq2_subject_time_post_vs_pre.csv.gz"
    table = pd.read_csv(path, keep_default_na=False, na_values={name: ["NA"] for name in ("stat", "pvalue", "padj")})
    effect, error = (pd.to_numeric(table[name], errors="coerce") for name in ("log2FoldChange", "lfcSE"))
    frame = pd.DataFrame(
        {
            "gene_id": table.iloc[:, 0],
            "gene_name": table["symbol"],
            "base_mean": table["baseMean"],
            "log2_fold_change": effect,
            "lfc_se": error,
            "ci_low": effect - stats.norm.ppf(0.975) * error,
            "ci_high": effect + stats.norm.ppf(0.975) * error,
            "statistic": table["stat"],
            "p_value": table["pvalue"],
            "q_value": table["padj"],
            "shrunk_log2_fold_change": np.nan,
            "shrunk_lfc_se": np.nan,
        }
    )
    reasons = [frame["base_mean"] == 0, frame["p_value"].isna(), frame["q_value"].isna()]
    return CONTRAST_GENES.conform(
        frame.assign(fragile="", status=np.select(reasons, ["all_zero", "outlier", "filtered"], "tested"))
    )

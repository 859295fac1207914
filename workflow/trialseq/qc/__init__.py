"""Normalisation, and the quality of the samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

    from trialseq.config import Config, Quality, Statistics, Trial
    from trialseq.counts import CountMatrix
    from trialseq.qc.checks import Checked


def normalise(matrix: CountMatrix, options: Statistics, threads: int) -> AnnData:
    """Normalise all samples of a study, and measure their quality.

    Returns X: counts; layers `normalized` and `vst`; obs: the columns of `tables.SAMPLES`; obsm `X_pca`; uns
    `pca`, `vst` (coefficients of the dispersion trend) and `notices`. A column of the sheet whose name is taken
    by a measure ends in `_in_sheet`. Raises InputError where a sample or the whole matrix has too few counts.
    """
    from trialseq.qc import normalisation, quality

    data = normalisation.normalised(matrix, options, threads)
    quality.measure(data)
    quality.reduce(data)
    return data


def check(data: AnnData, sheet: pd.DataFrame, options: Quality, trial: Trial | None) -> Checked:
    """Verdicts on the samples; see `trialseq.qc.checks.check`."""
    from trialseq.qc import checks

    return checks.check(data, sheet, options, trial)


def check_columns(sheet: pd.DataFrame, options: Quality) -> None:
    """Raise InputError where options of checks do not fit the sheet; see `trialseq.qc.entangled.check_columns`."""
    from trialseq.qc import entangled

    entangled.check_columns(sheet, options)


def entangled_roles(sheet: pd.DataFrame, config: Config) -> list[str]:
    """Warnings of roles that go with technical columns; see `trialseq.qc.entangled.warnings`."""
    from trialseq.qc import entangled

    return list(entangled.warnings(sheet, config))


def sentences(table: pd.DataFrame) -> list[str]:
    """Verdicts in words; see `trialseq.qc.checks.sentences`."""
    from trialseq.qc import checks

    return checks.sentences(table)


def samples(data: AnnData) -> pd.DataFrame:
    """Measures and sheet of every sample, as `tables.SAMPLES`."""
    from trialseq.qc import quality

    return quality.table(data)


def associations(data: AnnData) -> pd.DataFrame:
    """How each component goes with each column of the sheet, as `tables.ASSOCIATIONS`."""
    from trialseq.qc import association

    return association.associations(data)


def distances(data: AnnData) -> pd.DataFrame:
    """Euclidean distances of samples on the variance-stabilised counts of all genes, as `tables.DISTANCES`."""
    from trialseq.qc import quality

    return quality.distances(data)


def layer(data: AnnData, name: Literal["normalized", "vst"]) -> pd.DataFrame:
    """A layer with a gene in each row, as `tables.NORMALIZED` or `tables.VST`."""
    import pandas as pd

    from trialseq import tables

    values = pd.DataFrame(data.layers[name].T, index=data.var_names, columns=data.obs_names)
    names = pd.DataFrame({"gene_id": data.var_names, "gene_name": data.var["gene_name"]}, index=data.var_names)
    contract = {"normalized": tables.NORMALIZED, "vst": tables.VST}[name]
    return contract.conform(pd.concat([names, values], axis=1))

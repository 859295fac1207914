"""Differential expression: one fit a model, all of its contrasts tested.

An engine is a function from counts, model and options to a `Fit`; the registry names its module.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from trialseq.config import Statistics
    from trialseq.counts import CountMatrix
    from trialseq.design.estimands import Model

ENGINES = {"pydeseq2": "trialseq.de.wald"}


@dataclass(frozen=True)
class Fit:
    """What an engine hands on.

    statistics: `tables.STATISTICS`; dispersions: `tables.DISPERSIONS`; notes: what a reader of the results has to
    know about the fit, as plain values.
    """

    statistics: pd.DataFrame
    dispersions: pd.DataFrame
    notes: dict[str, Any]


def fit(matrix: CountMatrix, model: Model, options: Statistics, threads: int, engine: str = "pydeseq2") -> Fit:
    """Fit a model to the counts of its samples and test all of its contrasts."""
    result: Fit = import_module(ENGINES[engine]).fit(matrix, model, options, threads)
    return result


def inference(kind: str, threads: int) -> Any:  # noqa: ANN401 - PyDESeq2 is untyped
    """PyDESeq2's loops over genes: `compiled` by us, or the `reference`."""
    if kind == "compiled":
        from trialseq.de.compiled import CompiledInference

        return CompiledInference(threads)
    from pydeseq2.default_inference import DefaultInference

    return DefaultInference(n_cpus=threads)


def of_contrast(statistics: pd.DataFrame, contrast: str, left_out: pd.DataFrame | None = None) -> pd.DataFrame:
    """One contrast of a model's statistics as `tables.CONTRAST_GENES`, the smallest p value first.

    left_out: `tables.INFLUENCE_GENES` of the contrast, which say whether a call is fragile.
    """
    from trialseq.tables import CONTRAST_GENES

    chosen = statistics[statistics["contrast"] == contrast].sort_values(["p_value", "gene_id"], kind="stable")
    known = {} if left_out is None else dict(zip(left_out["gene_id"], left_out["fragile"], strict=True))
    return CONTRAST_GENES.conform(chosen.assign(fragile=chosen["gene_id"].map(known)))


def left_out(tables: Iterable[pd.DataFrame], contrast: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One contrast of a model's influence as `tables.INFLUENCE` and `tables.INFLUENCE_GENES`.

    tables: `tables.MODEL_INFLUENCE` and `tables.MODEL_INFLUENCE_GENES`, or none where influence was not asked.
    """
    from trialseq.tables import INFLUENCE, INFLUENCE_GENES

    subjects, genes = [each[each["contrast"] == contrast] for each in tables] or [
        INFLUENCE.empty(),
        INFLUENCE_GENES.empty(),
    ]
    return INFLUENCE.conform(subjects), INFLUENCE_GENES.conform(
        genes.sort_values(["p_value", "gene_id"], kind="stable")
    )

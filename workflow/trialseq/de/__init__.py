"""Differential expression: one fit a model, all of its contrasts tested.

An engine is a function from counts, model and options to a `Fit`; the registry names its module.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from trialseq.config import Statistics
    from trialseq.counts import CountMatrix
    from trialseq.design.estimands import Model

ENGINES = {"pydeseq2": "trialseq.de.wald"}


def _no_joint_tests() -> pd.DataFrame:
    from trialseq.tables import JOINT

    return JOINT.empty()


@dataclass(frozen=True)
class Fit:
    """What an engine hands on.

    statistics: `tables.STATISTICS`; dispersions: `tables.DISPERSIONS`; notes: what a reader of the results has to
    know about the fit, as plain values; joint: `tables.JOINT`, empty where the model or the engine has no such test.
    """

    statistics: pd.DataFrame
    dispersions: pd.DataFrame
    notes: dict[str, Any]
    joint: pd.DataFrame = field(default_factory=_no_joint_tests)


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


def of_contrast(statistics: pd.DataFrame, contrast: str) -> pd.DataFrame:
    """One contrast of a model's statistics as `tables.CONTRAST_GENES`, the smallest p value first."""
    from trialseq.tables import CONTRAST_GENES

    chosen = statistics[statistics["contrast"] == contrast]
    return CONTRAST_GENES.conform(chosen.sort_values(["p_value", "gene_id"], kind="stable"))

"""Differential expression: one fit a model, all of its contrasts tested.

An engine is a function from counts, model and options to a `Fit`; the registry names its module. The first is the
one whose results go on; the others give a second opinion on the same estimands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from trialseq.problems import Problem

if TYPE_CHECKING:
    import pandas as pd

    from trialseq.config import Statistics
    from trialseq.counts import CountMatrix
    from trialseq.design.estimands import Model

ENGINES = {
    "pydeseq2": "trialseq.de.wald",
    "edger": "trialseq.de.edger",
    "limma": "trialseq.de.limma",
    "stock": "trialseq.de.stock",
}
DEFAULT = "pydeseq2"
OF_EDGEPYTHON = {"edger", "limma"}


def _no_joint_tests() -> pd.DataFrame:
    from trialseq.tables import JOINT

    return JOINT.empty()


@dataclass(frozen=True)
class Fit:
    """What an engine hands on.

    statistics: `tables.STATISTICS`; dispersions: `tables.DISPERSIONS`, of the default engine alone; notes: what a
    reader of the results has to know about the fit, as plain values; joint: `tables.JOINT`, empty where the model or
    the engine has no such test.
    """

    statistics: pd.DataFrame
    dispersions: pd.DataFrame | None
    notes: dict[str, Any]
    joint: pd.DataFrame = field(default_factory=_no_joint_tests)


def fit(matrix: CountMatrix, model: Model, options: Statistics, threads: int, engine: str = DEFAULT) -> Fit:
    """Fit a model to the counts of its samples and test all of its contrasts."""
    result: Fit = import_module(ENGINES[engine]).fit(matrix, model, options, threads)
    return result


def unavailable(engines: Iterable[str]) -> list[Problem]:
    """What is wrong where an engine is asked for whose package, an optional one, is not installed."""
    asked = [engine for engine in engines if engine in OF_EDGEPYTHON]
    if not asked or find_spec("edgepython"):
        return []
    return [
        Problem(
            "statistics.second_opinion",
            f"edgePython, which {' and '.join(asked)} need and which a plain installation leaves out (GPL-3)",
            "not installed",
            "make opinion, or pip install --require-hashes --no-deps -r envs/second_opinion.lock",
        )
    ]


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


def by_engine(statistics: Iterable[pd.DataFrame], opinions: Iterable[str], contrast: str) -> dict[str, pd.DataFrame]:
    """One contrast by engine: the default engine's statistics come first, then those of the second opinions."""
    tables = zip((DEFAULT, *opinions), statistics, strict=True)
    return {engine: of_contrast(table, contrast) for engine, table in tables}


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

"""What a study is going to fit and test: models, estimands, and who takes part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from trialseq.tables import DESIGN

DEPTH_RATIO = 1.5


@dataclass(frozen=True)
class Estimand:
    """One number a gene: a linear contrast of a model's coefficients, in words, cells and samples."""

    id: str
    says: str
    vector: tuple[float, ...]  # weights on the columns of the model
    weights: dict[str, float]  # weights on the cells
    samples: tuple[str, ...]
    subjects: tuple[str, ...]
    dropped: dict[str, str] = field(default_factory=dict)  # sample: reason
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Joint:
    """A question to several contrasts of a model at once: whether any of them differs from zero."""

    id: str
    says: str
    vectors: tuple[tuple[float, ...], ...]  # weights on the columns of the model, a row a contrast
    contrasts: tuple[str, ...]
    samples: tuple[str, ...]
    subjects: tuple[str, ...]
    dropped: dict[str, str] = field(default_factory=dict)  # sample: reason
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, identity: str, says: str, estimands: Sequence[Estimand]) -> Joint:
        """The test of some estimands of one model."""
        samples = dict.fromkeys(sample for each in estimands for sample in each.samples)
        dropped = {sample: why for each in estimands for sample, why in each.dropped.items() if sample not in samples}
        return cls(
            identity,
            says,
            tuple(each.vector for each in estimands),
            tuple(each.id for each in estimands),
            tuple(samples),
            tuple(dict.fromkeys(subject for each in estimands for subject in each.subjects)),
            dropped,
        )


@dataclass(frozen=True)
class Model:
    """A full-rank design for one fit, and the estimands that it answers."""

    id: str
    samples: tuple[str, ...]
    cells: tuple[str, ...]  # cell of each sample
    columns: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]  # design matrix (samples x columns)
    block: str
    estimands: tuple[Estimand, ...]
    joint: tuple[Joint, ...] = ()
    subjects: tuple[str, ...] = ()  # subject of each sample; empty where no subject is named

    @property
    def questions(self) -> tuple[Estimand | Joint, ...]:
        """What is tested, one contrast or several at once."""
        return (*self.estimands, *self.joint)

    @property
    def matrix(self) -> pd.DataFrame:
        """Design matrix (samples x columns)."""
        return pd.DataFrame(np.array(self.rows), index=list(self.samples), columns=list(self.columns))

    @property
    def blocks(self) -> list[str]:
        """Column of the block of each sample; empty where the model has no block."""
        columns = [name for name in self.columns if self.block and name.startswith("block[")]
        return [str(name) for name in self.matrix[columns].idxmax(axis=1)] if columns else []

    @property
    def cell_means(self) -> pd.DataFrame:
        """Which cell a sample is of (samples x cells), 0 or 1: the columns that estimands' `weights` refer to."""
        cells = {cell: [float(each == cell) for each in self.cells] for cell in dict.fromkeys(self.cells)}
        return pd.DataFrame(cells, index=list(self.samples))

    @property
    def smallest_cell(self) -> int:
        """Number of samples in the smallest cell."""
        return int(pd.Series(self.cells).value_counts().min())


@dataclass(frozen=True)
class Plan:
    """All models of a study."""

    models: tuple[Model, ...]
    roles: dict[str, str]  # role: column of the sample sheet
    levels: dict[str, list[str]]  # role: levels, the reference first
    notes: tuple[str, ...] = ()

    @property
    def estimands(self) -> dict[str, tuple[Model, Estimand]]:
        """Estimands by id, each with its model."""
        return {each.id: (model, each) for model in self.models for each in model.estimands}

    def model(self, identity: str) -> Model:
        """The model of that id."""
        return next(each for each in self.models if each.id == identity)

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Plan:
        """From what `to_json` gave."""
        return TypeAdapter(cls).validate_python(value)

    def table(self) -> pd.DataFrame:
        """One row an estimand or joint test, as `tables.DESIGN`."""
        rows = [
            {
                "contrast": each.id,
                "test": "wald" if isinstance(each, Estimand) else "likelihood_ratio",
                "says": each.says,
                "model": model.id,
                "block": model.block,
                "weights": _weights(each),
                "n_samples": len(each.samples),
                "n_subjects": len(each.subjects) or len(each.samples),
                "samples": " ".join(each.samples),
                "subjects": " ".join(each.subjects),
                "dropped": "; ".join(f"{sample}: {why}" for sample, why in each.dropped.items()),
                "warnings": " ".join(each.warnings),
            }
            for model in self.models
            for each in model.questions
        ]
        return DESIGN.conform(pd.DataFrame(rows))

    def text(self) -> str:
        """The plan for reading: each model, its contrasts, who takes part, what is left out and why."""
        lines = []
        for model in self.models:
            block = f", a column for each {model.block}" if model.block else ""
            lines += ["", f"Model {model.id}: {len(model.samples)} samples, {len(model.columns)} columns{block}"]
            for each in model.estimands:
                of_subjects = f" of {len(each.subjects)} subjects" if each.subjects else ""
                lines += [f"  {each.id}", f"      {each.says}", f"      {len(each.samples)} samples{of_subjects}"]
                reasons = pd.Series(each.dropped, dtype=object).value_counts(sort=False)
                lines += [f"      left out: {count} ({why})" for why, count in reasons.items()]
                lines += [f"      beware: {warning}" for warning in each.warnings]
            for test in model.joint:
                lines += [f"  {test.id}", f"      {test.says}"]
        return "\n".join([*lines, "", *self.notes]).strip()

    def with_depths(self, totals: pd.Series) -> Plan:
        """Add a warning where the two sides of a contrast were sequenced to different depths.

        totals: counts per sample, index = sample names. A size factor evens out depth, not the genes that only
        deep sequencing detects.
        """
        models = []
        for model in self.models:
            log_totals = np.log(totals.loc[list(model.samples)].to_numpy(dtype=float))
            cells = np.array(model.cells)
            estimands = []
            for each in model.estimands:
                sides = [
                    log_totals[np.isin(cells, [c for c, w in each.weights.items() if np.sign(w) == sign])]
                    for sign in (1, -1)
                ]
                ratio = float(np.exp(sides[0].mean() - sides[1].mean())) if all(map(len, sides)) else 1.0
                if max(ratio, 1 / ratio) >= DEPTH_RATIO:
                    more, deep = ("positive", ratio) if ratio > 1 else ("negative", 1 / ratio)
                    names = [c for c, w in each.weights.items() if (w > 0) == (more == "positive")]
                    warning = (
                        f"Samples of {', '.join(names)} were sequenced {deep:.1f} times as deep as those they are "
                        "compared with: genes of low counts may differ for that reason alone."
                    )
                    each = replace(each, warnings=(*each.warnings, warning))
                estimands.append(each)
            models.append(replace(model, estimands=tuple(estimands)))
        return replace(self, models=tuple(models))


def _weights(each: Estimand | Joint) -> str:
    if isinstance(each, Joint):
        return "; ".join(each.contrasts)
    return "; ".join(f"{cell}: {weight:+g}" for cell, weight in each.weights.items())

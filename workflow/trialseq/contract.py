"""What the contract of a table is: columns with types, ranges and meaning, and frames that keep to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

Kind = Literal["text", "number", "integer", "truth"]
_DTYPES: dict[str, Any] = {"number": "float64", "integer": "Int64", "truth": "bool"}
_TRUTHS = {"True": True, "False": False, True: True, False: False}  # text files give words back; to bool, all are true


@dataclass(frozen=True)
class Column:
    """A column: its name, type, meaning, and what its values must satisfy."""

    name: str
    kind: Kind
    meaning: str
    low: float | None = None
    high: float | None = None
    levels: tuple[str, ...] = ()
    empty: bool = True  # whether values may be missing


@dataclass(frozen=True)
class Table:
    """A table: its file, what a row is, its columns in order; `more` says what further columns may follow."""

    file: str
    row: str
    columns: tuple[Column, ...]
    more: str = ""

    @property
    def names(self) -> list[str]:
        """Names of the columns, in order."""
        return [column.name for column in self.columns]

    def empty(self) -> pd.DataFrame:
        """The table without a row."""
        return self.conform(pd.DataFrame(columns=self.names))

    def conform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Put a frame into the contract's columns, order and types.

        Raises ValueError where a column is missing or a value breaks the contract: a defect of the code.
        """
        missing = [name for name in self.names if name not in frame]
        if missing:
            raise ValueError(f"{self.file}: no column {', '.join(missing)}")
        result = {}
        for column in self.columns:
            values = frame[column.name]
            if column.kind == "text":
                values = values.astype(object).where(values.notna(), "").astype(str)
            else:
                if column.kind == "truth":
                    values = values.map(_TRUTHS)
                    if values.isna().any():
                        raise ValueError(f"{self.file}: {column.name} has values other than True, False")
                values = values.astype(_DTYPES[column.kind])
            _check(self.file, column, values)
            result[column.name] = values
        fixed = pd.DataFrame(result, columns=self.names)
        further = frame.drop(columns=self.names) if self.more else frame[[]]
        return pd.concat([fixed, further], axis=1).reset_index(drop=True)


def _check(file: str, column: Column, values: pd.Series) -> None:
    present = values[values != ""] if column.kind == "text" else values.dropna()
    broken = ""
    if not column.empty and len(present) < len(values):
        broken = "has missing values"
    elif column.levels and not present.isin(column.levels).all():
        broken = f"has values other than {', '.join(column.levels)}"
    elif (column.low is not None and (present < column.low).any()) or (
        column.high is not None and (present > column.high).any()
    ):
        broken = f"has values outside {column.low} to {column.high}"
    if broken:
        raise ValueError(f"{file}: {column.name} {broken}")

"""Who the samples are: roles of the trial as figures show them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from anndata import AnnData
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from trialseq.design.roles import text
from trialseq.figures import style

ROLES = ("arm", "visit", "state")
NOT_GIVEN = "not given"


@dataclass(frozen=True)
class Sheet:
    """Roles of the samples.

    frame: index = samples, columns subject, arm, visit, state, all text, empty where there is no such role; levels:
    those roles that exist, each with its levels in order, the reference first, then what else is in the sheet.
    """

    frame: pd.DataFrame
    levels: dict[str, list[str]]

    @classmethod
    def of(cls, data: AnnData, roles: Mapping[str, str], levels: Mapping[str, list[str]]) -> Sheet:
        """Read the roles from the obs of an annotated matrix."""
        known = {role: column for role, column in roles.items() if column in data.obs}
        frame = pd.DataFrame(
            {role: text(data.obs[known[role]]) if role in known else "" for role in ("subject", *ROLES)},
            index=data.obs_names,
        )
        found = {}
        for role in [role for role in ROLES if role in known]:
            frame[role] = frame[role].replace("", NOT_GIVEN)
            given = [str(level) for level in levels.get(role, ())]
            present = set(frame[role])
            found[role] = [
                *(level for level in given if level in present),
                *(level for level in dict.fromkeys(frame[role]) if level not in given),
            ]
        return cls(frame, found)

    def only(self, samples: Iterable[str]) -> Sheet:
        """Some samples alone, in the order of the sheet, and the levels that they have."""
        frame = self.frame.loc[self.frame.index.isin(list(samples))]
        levels = {role: [each for each in names if each in set(frame[role])] for role, names in self.levels.items()}
        return Sheet(frame, levels)

    def code(self, role: str) -> pd.Series:
        """Number of each sample's level of a role; 0 where there is no such role."""
        if role not in self.levels:
            return pd.Series(0, index=self.frame.index)
        return self.frame[role].map({level: index for index, level in enumerate(self.levels[role])}).astype(int)

    def order(self, *by: str) -> pd.DataFrame:
        """The frame sorted by roles in the order given; `subject` sorts 2 before 10."""
        keys = {
            role: self.frame["subject"].map(_natural) if role == "subject" else self.code(role)
            for role in by
            if role != "subject" or "subject" in by
        }
        order = pd.DataFrame(keys, index=self.frame.index).sort_values(list(by), kind="stable").index
        return self.frame.loc[order]

    def subjects(self) -> list[pd.DataFrame]:
        """Samples of each subject, in order; a subject's number counts within its arm."""
        named = self.order("arm", "subject", "visit", "state")
        named = named[named["subject"] != ""]
        return [part for _, part in named.groupby(["arm", "subject"], sort=False)]

    def label(self, sample: str) -> str:
        """A sample as figures call it: its subject, visit and state, or its own name."""
        row = self.frame.loc[[sample]].iloc[0]
        parts = [str(row[role]) for role in ("subject", "visit", "state") if role == "subject" or role in self.levels]
        return style.plain(" ".join(parts) if parts[0] and len(parts) > 1 else sample, 32)


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"([0-9]+)", name) if part)


def points(axes: Axes, x: pd.Series, y: pd.Series, sheet: Sheet, size: float = 3.6) -> None:
    """Draw samples: colour and filling by visit, marker by arm and state.

    The first visit is hollow, so that visits differ in grey as well.
    """
    codes = pd.DataFrame({role: sheet.code(role) for role in ROLES}).loc[x.index]
    for cell in sorted(set(codes.itertuples(index=False, name=None))):
        part = codes[(codes == cell).all(axis=1)]
        look = appearance(sheet, *cell)
        axes.plot(x[part.index], y[part.index], ls="", ms=size, mew=0.8, zorder=3, clip_on=False, **look)


def appearance(sheet: Sheet, arm: int, visit: int, state: int) -> dict[str, Any]:
    """Marker, edge and face of a cell."""
    several = "visit" in sheet.levels
    colour = style.colour(visit if several else arm if "arm" in sheet.levels else state)
    marker = style.MARKERS[(arm * len(sheet.levels.get("state", [""])) + state) % len(style.MARKERS)]
    return {"marker": marker, "mec": colour, "mfc": "white" if several and visit == 0 else colour}


def legend_entries(sheet: Sheet) -> list[Line2D]:
    """One entry a cell that occurs, named by its levels."""
    codes = pd.DataFrame({role: sheet.code(role) for role in ROLES}).drop_duplicates().sort_values(list(ROLES))
    entries = []
    for arm, visit, state in codes.itertuples(index=False):
        cell = zip(ROLES, (arm, visit, state), strict=True)
        name = ", ".join(style.plain(sheet.levels[role][code], 24) for role, code in cell if role in sheet.levels)
        look = appearance(sheet, arm, visit, state)
        entries.append(Line2D([], [], ls="", ms=4, mew=0.8, label=name, **look))
    return entries if sheet.levels else []

"""A verdict a sample, from every check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from anndata import AnnData

from trialseq.config import Quality, Trial
from trialseq.design.roles import read_roles
from trialseq.qc import entangled, identity, libraries, measures, sex
from trialseq.qc.row import Row
from trialseq.tables import IDENTITY, SAMPLE_CHECKS
from trialseq.tables.samples import VERDICTS

EXPRESSED, SHARE = 10, 0.2  # normalised counts, in that share of the samples


@dataclass(frozen=True)
class Checked:
    """table: `tables.SAMPLE_CHECKS`; identity: `tables.IDENTITY`."""

    table: pd.DataFrame
    identity: pd.DataFrame


def check(data: AnnData, sheet: pd.DataFrame, options: Quality, trial: Trial | None) -> Checked:
    """Check every sample, and add `verdict` and `reasons` to obs.

    data: as `qc.normalise` gives it; sheet: the sample sheet as the source gives it, in the same order. Raises
    InputError where the options name columns that it does not have.
    """
    if not options.checks:
        data.obs["verdict"], data.obs["reasons"] = "", ""
        return Checked(SAMPLE_CHECKS.empty(), IDENTITY.empty())
    entangled.check_columns(sheet, options)
    names = [str(name) for name in data.obs_names]
    symbols = data.var["gene_name"].astype(str).to_numpy()
    counts = pd.DataFrame(np.asarray(data.X), index=names, columns=data.var_names).T.groupby(symbols).sum().T
    expressed = (data.layers["normalized"] >= EXPRESSED).mean(axis=0) >= SHARE
    vst = pd.DataFrame(data.layers["vst"][:, expressed], index=names)
    roles = pd.DataFrame({"subject": "", "cell": ""}, index=names)
    if trial is not None:
        roles.update(read_roles(sheet, trial).frame[["subject", "cell"]])
    taking_part = roles[roles["subject"] != ""]
    profiles = libraries.profiles(names, vst.to_numpy(), options.outlier_mads)
    odd = [row.sample for row in profiles if row.verdict in VERDICTS[1:]]
    who = identity.check(vst, symbols[expressed], taking_part["subject"], taking_part["cell"], odd)
    rows = [
        *sex.check(counts.div(counts.sum(axis=1), axis=0) * 1e6, options, sheet, roles["subject"].tolist()),
        *who.rows,
        *libraries.duplicates(names, np.asarray(data.X)),
        *profiles,
        *measures.check(
            counts, options.outlier_mads, sheet[entangled.technical(sheet, options)].select_dtypes("number")
        ),
    ]
    table = _table(rows, names)
    data.obs["verdict"], data.obs["reasons"] = _verdicts(table, names)
    return Checked(table, _identity(who.scores, roles["subject"]))


def sentences(table: pd.DataFrame) -> list[str]:
    """What a reader has to know: a sentence for each sample that failed or is to be looked at."""
    names = list(dict.fromkeys(table["sample"]))
    verdicts, reasons = _verdicts(table, names)
    by_verdict = sorted(zip(names, verdicts, reasons, strict=True), key=lambda each: -VERDICTS.index(each[1]))
    words = {"fail": "fails its checks", "look": "is worth a look"}
    return [f"sample {name} {words[verdict]}: {why}." for name, verdict, why in by_verdict if verdict != "ok"]


def _table(rows: Iterable[Row], names: Sequence[str]) -> pd.DataFrame:
    frame = pd.DataFrame([asdict(row) for row in rows])
    frame["median"] = frame.groupby("check")["value"].transform("median")
    order = pd.Series(range(len(names)), index=list(names))
    frame["place"] = frame["sample"].map(order)
    return SAMPLE_CHECKS.conform(frame.sort_values("place", kind="stable").drop(columns="place"))


def _verdicts(table: pd.DataFrame, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The worst verdict of each sample, and the reasons of all that are not `ok`, the worst first."""
    verdicts, reasons = [], []
    parts = dict(iter(table[table["verdict"].isin(VERDICTS[1:])].groupby("sample")))
    for name in names:
        part = parts.get(name, table.iloc[:0])
        worst = max(map(VERDICTS.index, part["verdict"]), default=0)
        part = part.sort_values("verdict", key=lambda each: each.map({"fail": 0, "look": 1}), kind="stable")
        verdicts.append(VERDICTS[worst])
        reasons.append("; ".join(part["says"]))
    return verdicts, reasons


def _identity(scores: pd.DataFrame, subjects: pd.Series) -> pd.DataFrame:
    if scores.empty:
        return IDENTITY.empty()
    wide = scores.assign(sample=scores.index)
    order = {sample: place for place, sample in enumerate(scores.index)}
    long = wide.melt("sample", var_name="subject", value_name="score")
    long = long.sort_values("sample", key=lambda each: each.map(order), kind="stable")
    long["own"] = long["sample"].map(subjects) == long["subject"]
    return IDENTITY.conform(long)

"""Gene symbols that a spreadsheet turned into dates, put back.

Ziemann, Eren and El-Osta, Genome Biol 2016;17:177 describe the error; the names of today are those that HGNC gave
the genes in answer to it (Bruford et al., Nat Genet 2020;52:754).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from trialseq.problems import listing

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NAME = f"(?P<month>{'|'.join(_MONTHS)})[a-z]*"
_DATES = (
    re.compile(rf"(?P<day>\d{{1,2}})[-. /]{_NAME}(?:[-. /]\d{{2,4}})?", re.IGNORECASE),  # 2-Sep, 02-Sep-20
    re.compile(rf"{_NAME}[-. /](?P<day>\d{{1,2}})"),  # Sep-02; not sep-2, which is a gene of the worm
    re.compile(r"\d{4}-(?P<number>\d{2})-(?P<day>\d{2})"),  # a cell that holds a date
)
# Month and day: the genes that a spreadsheet reads so, each by its symbol of today and the one that was read.
_GENES: dict[tuple[int, int], tuple[tuple[str, str], ...]] = {
    **{(3, day): ((f"MARCHF{day}", f"MARCH{day}"), (f"MTARC{day}", f"MARC{day}")) for day in (1, 2)},
    **{(3, day): ((f"MARCHF{day}", f"MARCH{day}"),) for day in range(3, 12)},
    **{(9, day): ((f"SEPTIN{day}", f"SEPT{day}"),) for day in (*range(1, 13), 14)},
    (9, 13): (("SEPTIN7P2", "SEPT13"),),
    (9, 15): (("SELENOF", "SEP15"),),
    (12, 1): (("DELEC1", "DEC1"),),
}


def restore(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Put symbols back that are dates.

    A date that may be either of two genes is taken for the one that the names do not hold elsewhere; where that
    does not decide, it stays, and rows that repeat it are numbered, because they may be two genes. Returns the
    names in the same order, and a sentence on what was changed and what was left.
    """
    dates = {name: date for name in dict.fromkeys(names) if (date := _date(name))}
    if not dates:
        return list(names), []
    present = set(names)
    changed: dict[str, str] = {}
    left: dict[str, str] = {}
    for name, date in dates.items():
        genes = _GENES.get(date, ())
        absent = [gene for gene in genes if len(genes) == 1 or not present.intersection(gene)]
        if len(absent) == 1:
            changed[name] = absent[0][0]
        else:
            left[name] = " or ".join(gene[0] for gene in genes) or "no gene known"
    notices = []
    if changed:
        shown = listing((f"{old} to {new}" for old, new in changed.items()), len(changed))
        notices.append(f"Gene symbols that a spreadsheet had turned into dates were put back: {shown}.")
    if left:
        shown = listing((f"{name} ({genes})" for name, genes in left.items()), len(left))
        notices.append(f"Gene symbols that are dates were left, because it is not clear which gene they were: {shown}.")
    return list(_replaced(names, changed, left)), notices


def _replaced(names: Sequence[str], changed: dict[str, str], left: dict[str, str]) -> Iterator[str]:
    seen: dict[str, int] = {}
    for name in names:
        if name in left:
            seen[name] = seen.get(name, 0) + 1
            yield name if seen[name] == 1 else f"{name}.{seen[name]}"
        else:
            yield changed.get(name, name)


def _date(name: str) -> tuple[int, int] | None:
    """Month and day, or None where a name is no date."""
    for pattern in _DATES:
        if match := pattern.fullmatch(name):
            groups = match.groupdict()
            month = groups.get("number") or _MONTHS.index(groups["month"].title()) + 1
            return int(month), int(groups["day"])
    return None

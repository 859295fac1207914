"""Four answers about one gene set in plain words, and what it means where they differ."""

from __future__ import annotations

import pandas as pd

TESTS = {
    "ora_p_value": "over-representation among the up genes",
    "ora_down_p_value": "over-representation among the down genes",
    "prerank_p_value": "preranked GSEA",
    "camera_p_value": "CAMERA",
    "fry_p_value": "FRY",
    "fry_mixed_p_value": "FRY for either direction",
}
ABSENT = (
    "CAMERA and FRY are absent, because the model leaves no residual degree of freedom, or the count filter fewer than "
    "three genes"
)


TWO_SIDED = ("prerank_p_value", "camera_p_value", "fry_p_value")


def answers(row: pd.Series, alpha: float) -> list[str]:
    """Two sentences about a set of `tables.PDGF`: its p values by every method, and a reading of them.

    One sentence alone where a method is missing, and none where the set was not tested.
    """
    if pd.isna(row["ora_p_value"]):
        return []
    name = row["name"] if row["id"] in row["name"] else f"{row['name']} ({row['id']})"
    said = ", ".join(
        f"{TESTS[each]}{_in_brackets(row, each)} p = {row[each]:.2g}" for each in _asked(row) if pd.notna(row[each])
    )
    return [f"{name}: {said}", *filter(None, [reading(row, alpha)])]


def reading(row: pd.Series, alpha: float) -> str:
    """What it means that p values of a set of `tables.PDGF` are below alpha or not; empty where one is missing."""
    asked = _asked(row)
    if row[asked].isna().any():
        return ""
    below = [bool(row[each] < alpha) for each in asked]
    said = {_direction(row, each) for each, found in zip(asked, below, strict=True) if found} - {""}
    return _disagreement(row, alpha) if len(said) > 1 else _reading(below, alpha)


def _asked(row: pd.Series) -> list[str]:
    """The p values that are read: of over-representation the smaller one."""
    ora = "ora_p_value" if row["ora_p_value"] <= row["ora_down_p_value"] else "ora_down_p_value"
    return [ora, *TWO_SIDED, "fry_mixed_p_value"]


def _direction(row: pd.Series, method: str) -> str:
    if method.startswith("ora"):
        return "down" if "down" in method else "up"
    if method == "prerank_p_value":
        return "up" if row["nes"] > 0 else "down"
    return str(row.get(method.replace("p_value", "direction"), ""))


def _in_brackets(row: pd.Series, method: str) -> str:
    return f" ({_direction(row, method)})" if method in TWO_SIDED else ""


def _disagreement(row: pd.Series, alpha: float) -> str:
    """Methods that find opposite directions, by name."""
    named = dict(zip(_asked(row), ("over-representation", "GSEA", "CAMERA", "FRY"), strict=False))
    sides = {
        side: [word for each, word in named.items() if row[each] < alpha and _direction(row, each) == side]
        for side in ("up", "down")
    }
    words = " and ".join(f"{side} by {', '.join(found)}" for side, found in sides.items())
    return (
        f"methods differ in the direction at p < {alpha:g} ({words}): some genes of the set rose and others fell, or "
        "it moved less than the other genes did; read its genes one by one"
    )


def _reading(below: list[bool], alpha: float) -> str:
    """What the five p values say together, each true where it is below alpha."""
    listed, ranked, camera, fry, mixed = below
    limit = f"p < {alpha:g}"
    calls = [word for word, found in (("over-representation", listed), ("GSEA", ranked)) if found]
    naive = " and ".join(calls)
    verb = "takes" if len(calls) == 1 else "take"
    unlike = f"; {naive}, which {verb} genes for independent, would say otherwise" if naive else ""
    single = "; single genes of it did change (FRY for either direction)" if mixed else ""
    if camera and fry:
        if listed and ranked:
            return f"all methods agree at {limit}: the set changed, and more so than other genes"
        missing = "over-representation does not, so many small changes make it more than a few large ones"
        missing = missing if not listed else "GSEA does not, so a few genes make it more than the set as a whole"
        return f"CAMERA and FRY agree at {limit} that the set changed, and more so than other genes; {missing}"
    if camera:
        return (
            "CAMERA says that the set differs from the other genes, FRY that its own mean change is not beyond the "
            f"variation between samples: the difference may lie in how the others moved{single}"
        )
    if fry:
        return (
            "FRY says that the set changed, CAMERA, which compares with the other genes and allows for correlation, "
            f"that it did so no more than they: no evidence for this set in particular{unlike}"
        )
    if mixed:
        return (
            "single genes of the set changed (FRY for either direction), but not the set in one direction (FRY), nor "
            f"more than other genes (CAMERA){unlike}"
        )
    if naive:
        return (
            f"only {naive} would call it: where genes of a set go together, as matrix genes do, p values that take "
            "them for independent are too small; the set moved neither by itself (FRY) nor against the others (CAMERA)"
        )
    return f"none of these tests finds a change of the set at {limit}"

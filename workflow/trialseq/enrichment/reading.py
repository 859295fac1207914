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


def answers(row: pd.Series, alpha: float) -> list[str]:
    """Two sentences about a set of `tables.PDGF`: its p values by every method, and a reading of them.

    One sentence alone where a method is missing, and none where the set was not tested.
    """
    if pd.isna(row["ora_p_value"]):
        return []
    name = row["name"] if row["id"] in row["name"] else f"{row['name']} ({row['id']})"
    ora = "ora_p_value" if row["ora_p_value"] <= row["ora_down_p_value"] else "ora_down_p_value"
    asked = [ora, "prerank_p_value", "camera_p_value", "fry_p_value", "fry_mixed_p_value"]
    said = ", ".join(
        f"{TESTS[each]}{_direction(row, each)} p = {row[each]:.2g}" for each in asked if pd.notna(row[each])
    )
    sentence = f"{name}: {said}"
    if row[asked].isna().any():
        return [sentence]
    return [sentence, _reading([bool(row[each] < alpha) for each in asked], alpha)]


def _direction(row: pd.Series, method: str) -> str:
    if method == "prerank_p_value":
        return " (up)" if row["nes"] > 0 else " (down)"
    direction = row.get(method.replace("p_value", "direction"), "")
    return f" ({direction})" if direction else ""


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

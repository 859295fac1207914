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
    return [sentence, _reading(*(bool(row[each] < alpha) for each in asked), alpha)]


def _direction(row: pd.Series, method: str) -> str:
    if method == "prerank_p_value":
        return " (up)" if row["nes"] > 0 else " (down)"
    direction = row.get(method.replace("p_value", "direction"), "")
    return f" ({direction})" if direction else ""


def _reading(listed: bool, ranked: bool, camera: bool, fry: bool, mixed: bool, alpha: float) -> str:
    """What the five p values say together, each true where it is below alpha."""
    limit = f"p < {alpha:g}"
    if not (listed or ranked or camera or fry or mixed):
        return f"none of these tests finds a change of the set at {limit}"
    naive = " and ".join(word for word, found in (("over-representation", listed), ("GSEA", ranked)) if found)
    if camera and fry:
        told = "CAMERA and FRY agree: the genes of the set changed, and more so than other genes"
        if listed and ranked:
            return f"all methods agree at {limit}: the genes of the set changed together, and more so than other genes"
        if not listed:
            return f"{told}, but by small shifts of many genes: few pass as changed one by one"
        return f"{told}; ranks do not show it, which says that few of them carry it"
    if camera:
        told = (
            "the set differs from the other genes (CAMERA), but its own mean change is not beyond the variation between "
            "samples (FRY): the others moved the opposite way, or few strong genes carry it"
        )
        return f"{told}; single genes of it did change (FRY for either direction)" if mixed else told
    if fry:
        told = (
            "the set changed by itself (FRY), but no more than other genes do (CAMERA, which compares and allows for the "
            "correlation between genes): this is no evidence for this set in particular"
        )
        return f"{told}; {naive} would say otherwise, taking genes for independent" if naive else told
    if mixed:
        told = "single genes of the set changed (FRY for either direction), but not the set as a whole in one direction"
        return f"{told}; {naive} would say otherwise, taking genes for independent" if naive else told
    return (
        f"only {naive} would call it: that takes the genes of a set for independent, which makes p too small where they go "
        "together; neither the set by itself (FRY) nor against other genes with correlation allowed for (CAMERA) moved"
    )

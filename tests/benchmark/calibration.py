"""What p and q values are worth in simulated trials of many shapes: `make bench`, and docs/calibration.md."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "tests")]

import pandas as pd  # noqa: E402 - after the path

from calibration import block_alone, rates  # noqa: E402
from trialseq import de  # noqa: E402
from trialseq.simulate import Effects, Noise  # noqa: E402

SEEDS, GENES = range(5), 2000
TWELVE = {"subjects_per_arm": {"Placebo": 12, "NMN": 12}}
SHAPES: dict[str, dict[str, object]] = {
    f"{subjects} subjects an arm, {2 * len(states)} biopsies each": {
        "subjects_per_arm": {"Placebo": subjects, "NMN": subjects},
        "states": states,
    }
    for subjects in (3, 5, 8, 12, 25)
    for states in (("Basal",), ("Basal", "Insulin"))
} | {
    "12 and 4, nothing planted": TWELVE | {"effects": Effects(insulin=0, biopsy=0, treatment=0)},
    "12 and 4, arms re-assigned": TWELVE | {"reassigned": True},
    "12 and 4, no variation between visits": TWELVE | {"noise": Noise(visit_sd=0.0)},
    "12 and 4, three times the variation between visits": TWELVE | {"noise": Noise(visit_sd=0.3)},
    "12 and 4, dispersions twice as far from their trend": TWELVE | {"noise": Noise(dispersion_sd=0.8)},
    "12 and 4, one count in 1,000 multiplied by 20": TWELVE | {"outliers": 0.001},
}
KINDS = {
    "change": "changes",
    "difference": "differences between arms",
    "response": "responses",
    "response_change": "changes of responses",
    "response_difference": "differences of those",
    "baseline": "arms at baseline",
}
CUTS = ("p<0.05", "p<0.01", "p<0.001")


def row(name: str, found: pd.DataFrame) -> str:
    """A row of Markdown: by kind of estimand false-positive rates, false discoveries and sensitivity."""
    cells = []
    by_kind = found.groupby(found.index.str.split(".").str[0])
    for kind in KINDS:
        if kind not in by_kind.groups:
            cells.append("")
            continue
        mean = by_kind.get_group(kind).mean()
        said = " ".join(f"{mean[cut]:.{digits}f}" for cut, digits in zip(CUTS, (3, 4, 5), strict=True))
        # A proportion of false discoveries says nothing where there was nothing to be found.
        more = f"; {mean['false_discoveries']:.3f}, {mean['sensitivity']:.2f}" if pd.notna(mean["sensitivity"]) else ""
        cells.append(said + more)
    return f"| {name} | {' | '.join(cells)} |"


def table(title: str, rows: dict[str, pd.DataFrame]) -> None:
    """Print a table of Markdown."""
    print(f"\n{title}\n\n| subjects and biopsies | {' | '.join(KINDS.values())} |\n|{'---|' * (1 + len(KINDS))}")
    for name, found in rows.items():
        print(row(name, found), flush=True)


def main() -> None:
    """Print what every shape, each reference distribution and each engine that is installed gives."""
    table("Student's t, the default:", {name: rates(SEEDS, GENES, "t", **shape) for name, shape in SHAPES.items()})
    normal = ("5 subjects an arm, 4 biopsies each", "12 subjects an arm, 4 biopsies each")
    table("The normal distribution:", {name: rates(SEEDS, GENES, "normal", **SHAPES[name]) for name in normal})
    engines = [] if de.unavailable(de.OF_EDGEPYTHON) else sorted(de.OF_EDGEPYTHON)
    shape = SHAPES["12 subjects an arm, 4 biopsies each"]
    table("Second opinions, 12 and 4:", {each: rates(SEEDS, GENES, "t", engine=each, **shape) for each in engines})
    print("\nTwelve subjects, four biopsies each, nothing planted in the change of an untreated arm:\n")
    print(f"| model | {' | '.join(CUTS)} |\n|{'---|' * (1 + len(CUTS))}")
    alone, ours = block_alone(SEEDS, GENES, "t"), rates(SEEDS, GENES, "t", **shape).loc[["change.Placebo.Basal"]]
    for name, found in (("the subject alone as block, not used", alone), ("as derived", ours)):
        print(f"| {name} | {' | '.join(f'{found[cut].iloc[0]:.4f}' for cut in CUTS)} |")
    print(f"\nEight trials of the example's shape, 2,500 genes:\n{rates(range(8), 2500, 't').round(4).to_string()}")


if __name__ == "__main__":
    main()

"""How many mix-ups the checks of samples find, over simulated trials: `python tests/benchmark/samples.py`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "tests")]

from mixups import detection  # noqa: E402

SEEDS = range(100, 120)  # cut-offs were chosen on the first twenty
TRIALS = {
    "23 subjects, 4 biopsies each": (4500, {"Placebo": 12, "NMN": 11}, ("Basal", "Insulin")),
    "12 subjects, 4 biopsies each": (2000, {"Placebo": 6, "NMN": 6}, ("Basal", "Insulin")),
    "24 subjects, 2 biopsies each": (2000, {"Placebo": 12, "NMN": 12}, ("Basal",)),
    "10 subjects, 2 biopsies each": (2000, {"Placebo": 5, "NMN": 5}, ("Basal",)),
}


def main() -> None:
    """Print a table of Markdown."""
    columns = ["clean", "exchanged", "copied", "resequenced", "foreign", "others"]
    print("| trial |", " | ".join(columns), "|")
    print("|---" * (len(columns) + 1) + "|")
    for name, shape in TRIALS.items():
        found = detection(SEEDS, *shape)
        cells = [f"{found[each]}/{len(SEEDS)}" if each != "others" else str(found[each]) for each in columns]
        print(f"| {name} |", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()

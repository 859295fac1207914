"""Coverage-guided fuzzing of one target: `fuzz.py TARGET FOLDER [options of libFuzzer]`; `make fuzz` runs them all.

What it finds goes into FOLDER; the corpus that ships is where it starts. A bug is a file `crash-*` beside it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "workflow"), str(HERE)]

with atheris.instrument_imports(include=["trialseq"]):
    from targets import TARGETS


def main() -> None:
    """Fuzz until an option of libFuzzer ends it."""
    name, folder, *options = sys.argv[1:]
    Path(folder).mkdir(parents=True, exist_ok=True)
    corpus = [folder, str(HERE / "corpus" / name)]
    atheris.Setup([sys.argv[0], *options, *corpus], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()

"""A study that runs in seconds: 200 simulated genes of 8 biopsies, for tests of machines and faults."""

from __future__ import annotations

from pathlib import Path

from trialseq.io import write_table
from trialseq.simulate import trial

GENES = 200
SUBJECTS = {"Placebo": 2, "NMN": 2}  # two biopsies of each: a change in each arm, and their difference


def write(folder: Path, study: str = "tiny") -> dict[str, object]:
    """Write counts.tsv and samples.tsv into a folder; returns the configuration of a study that reads them there.

    Every rule of a default run takes part but influence; figures have one format.
    """
    simulated = trial(seed=7, genes=GENES, subjects_per_arm=SUBJECTS, states=("Basal",))
    write_table(simulated.genes.join(simulated.counts.T).reset_index(), folder / "counts.tsv")
    write_table(simulated.samples.reset_index(), folder / "samples.tsv")
    return {
        "study": study,
        "simulated": True,
        "source": {
            "type": "table",
            "counts": "counts.tsv",
            "samples": "samples.tsv",
            "gene_column": "gene_id",
            "symbol_column": "gene_name",
            "biotype_column": "biotype",
        },
        "trial": {
            "subject": "subject",
            "arm": {"column": "agent", "reference": "Placebo"},
            "visit": {"column": "visit", "reference": "before"},
        },
        "statistics": {"influence": False},
        "figures": {"formats": ["png"]},
    }

"""Whole fits of the compiled engine beside PyDESeq2's loops, and beside R's on GSE184951: `make bench`.

The first argument is a folder with GSE184951's counts, sheet and R's results, where that one is to be compared.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "tests")]

import pandas as pd  # noqa: E402
import yaml  # noqa: E402

import gse184951  # noqa: E402
import r_shapes  # noqa: E402
from exactness import CAUSES, CLOSE, compared  # noqa: E402
from trialseq import de, design, sources, validation  # noqa: E402
from trialseq.config import Statistics  # noqa: E402
from trialseq.counts import CountMatrix  # noqa: E402
from trialseq.de.independent import adjust  # noqa: E402
from trialseq.design.estimands import Model  # noqa: E402

COLUMNS = ("log2_fold_change", "lfc_se", "dispersion")


def row(name: str, matrix: CountMatrix, model: Model, options: Statistics) -> None:
    """Print shares of genes that are close, under our own trend and under the same, and the causes of the rest."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = compared(matrix, model, options, cpus=2)
    shares = [
        " / ".join(f"{100 * (found[name + suffix] < CLOSE).mean():.1f}" for suffix in ("", "_same_trend"))
        for name in COLUMNS
    ]
    counts = [str((found["cause"] == cause).sum()) for cause in CAUSES]
    counts += [str(found[name].sum()) for name in ("at_bound", "worse")]
    print("|", " | ".join([name, f"{len(found):,}", *shares, *counts]), "|", flush=True)


def against_r(folder: Path) -> None:
    """Print on which genes of GSE184951 we and R disagree, by cause."""
    matrix, model, options = gse184951.asked(folder)
    ours = de.fit(matrix, model, options, threads=2).statistics.set_index("gene_id")
    r = gse184951.of_r(folder).loc[ours.index]
    called, of_r = ours["q_value"] < gse184951.CALLED, r["padj"] < gse184951.CALLED
    print(f"\nGSE184951: {called.sum()} genes here, {of_r.sum()} in R, Jaccard {jaccard(called, of_r):.3f}")
    cuts = {who: r["baseMean"][q.notna()].min() for who, q in (("here", ours["q_value"]), ("R", r["padj"]))}
    print("mean at the cut of independent filtering:", {who: round(float(cut), 2) for who, cut in cuts.items()})
    same_cut = pd.Series(adjust(ours["p_value"].where(r["padj"].notna()).to_numpy()), ours.index) < gse184951.CALLED
    rest = pd.DataFrame(
        {
            "gene": r["symbol"] if "symbol" in r else ours["gene_name"],
            "q in R": r["padj"],
            "q at R's cut here": adjust(ours["p_value"].where(r["padj"].notna()).to_numpy()),
            "standard error here / R's": ours["lfc_se"] / r["lfcSE"],
        }
    )[same_cut != of_r]
    print(f"at R's cut: {same_cut.sum()} genes, Jaccard {jaccard(same_cut, of_r):.3f}; the {len(rest)} that differ:")
    print(rest.sort_values("q in R").round(4).to_string(index=False))


def jaccard(one: pd.Series, other: pd.Series) -> float:
    """Calls in both over calls in either."""
    return float((one & other).sum() / (one | other).sum())


def main() -> None:
    """Print both tables."""
    print("Percent of genes within 1e-3 of PyDESeq2's loops, by ourselves / under their trend and prior")
    head = ["", "genes", *COLUMNS, *CAUSES, "at the lower bound, as R", "higher objective"]
    print("|", " | ".join(head), "|")
    print("|---" * 11 + "|")
    for shape in ("few", "zeros", "large"):
        row(shape, *r_shapes.asked(shape))
    config = validation.parse(yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8")))
    matrix = sources.read(config, {name: ROOT / str(path) for name, path in sources.files(config).items()})
    for model in design.plan(matrix.samples, config).models:
        row(f"example, {model.id}", matrix, model, config.statistics)
    if len(sys.argv) > 1:
        row("GSE184951", *gse184951.asked(Path(sys.argv[1])))
        against_r(Path(sys.argv[1]))


if __name__ == "__main__":
    main()

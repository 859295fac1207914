"""Size and speed of a page of 25,000 genes, 12 contrasts, 92 samples and sets as many and large as those of GO.

    .venv/bin/python tests/benchmark/page.py

Everything in it is simulated. Asked: under 15 MB, first content in under 2 s, another contrast in under 300 ms.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData
from playwright.sync_api import sync_playwright
from scipy import stats

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "workflow"))
from trialseq import page
from trialseq.config import Config
from trialseq.design.estimands import Estimand, Model, Plan
from trialseq.enrichment.ranking import adjusted
from trialseq.genesets.gmt import GeneSet
from trialseq.tables import CLAIMS, ENRICHMENT, PDGF

GENES, CONTRASTS, SAMPLES, SETS = 25_000, 12, 92, 7_000
TURNS = 5


def _genes(rng: np.random.Generator) -> pd.DataFrame:
    error = rng.gamma(4, 0.05, GENES)
    effect = rng.normal(0, 1.2 * error)
    p = 2 * stats.norm.sf(np.abs(effect / error))
    names = [f"GENE{place}" for place in range(GENES)]
    table = pd.DataFrame({"gene_id": [f"ENSG{place:011d}" for place in range(GENES)], "gene_name": names})
    numbers = {"base_mean": rng.lognormal(4, 2, GENES), "log2_fold_change": effect, "lfc_se": error, "p_value": p}
    table = table.assign(**numbers, ci_low=effect - 1.96 * error, ci_high=effect + 1.96 * error, status="tested")
    return table.assign(q_value=adjusted(table["p_value"]))


def _enrichment(rng: np.random.Generator, sets: dict[str, GeneSet]) -> pd.DataFrame:
    tests = [("ora", "up"), ("ora", "down"), ("prerank", "up"), ("camera", "up"), ("fry", "up"), ("fry", "both")]
    parts = []
    for method, direction in tests:
        p = rng.uniform(size=len(sets))
        parts.append(
            pd.DataFrame(
                {
                    "method": method,
                    "direction": direction,
                    "set_id": list(sets),
                    "p_value": p,
                    "q_value": adjusted(pd.Series(p)),
                }
            ).assign(nes=rng.normal(size=len(sets)), statistic=rng.normal(size=len(sets)))
        )
    whole = pd.concat(parts).assign(collection="GO", set_name=lambda rows: "a process by the name of " + rows["set_id"])
    whole = whole.assign(size=[len(sets[each].genes) for each in whole["set_id"]], overlap=3, genes="")
    return ENRICHMENT.conform(whole.reindex(columns=ENRICHMENT.names))


def inputs() -> page.Inputs:
    """What such a page is made from."""
    rng = np.random.default_rng(1)
    sizes = np.clip(rng.lognormal(3.5, 1, SETS).astype(int), 10, 500)
    chosen = [rng.choice(GENES, size, replace=False) for size in sizes]
    sets = {f"GO:{i:07d}": GeneSet(f"GO:{i:07d}", "", tuple(f"GENE{g}" for g in own)) for i, own in enumerate(chosen)}
    names = [f"S{place:02d}" for place in range(SAMPLES)]
    contrasts = [f"change.A{place}" for place in range(CONTRASTS)]
    estimands = tuple(Estimand(each, "A simulated question.", (1.0,), {}, tuple(names), ()) for each in contrasts)
    model = Model("all", tuple(names), ("a",) * SAMPLES, ("mean",), ((1.0,),) * SAMPLES, "", estimands)
    means = rng.lognormal(4, 2, GENES)
    genes = {each: _genes(rng).assign(base_mean=means) for each in contrasts}
    samples = pd.DataFrame({"sample": names, **{f"PC{i}": rng.normal(size=SAMPLES) for i in range(1, 7)}})
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    distances = pd.DataFrame(pairs, columns=["sample_1", "sample_2"]).assign(distance=1.0)
    data = AnnData(
        np.zeros((SAMPLES, GENES), dtype=np.float32),
        pd.DataFrame(index=names),
        genes[contrasts[0]].set_index("gene_id")[["gene_name"]],
    )
    data.layers["normalized"] = rng.negative_binomial(
        5, 5 / (5 + genes[contrasts[0]]["base_mean"].to_numpy()), (SAMPLES, GENES)
    )
    options = {"study": "large", "simulated": True, "source": {"type": "table", "counts": "c", "samples": "s"}}
    trial = {"subject": "s", "visit": {"column": "v", "reference": "a"}, "arm": {"column": "b", "reference": "a"}}
    return page.Inputs(
        config=Config.model_validate({**options, "trial": trial}),
        plan=Plan((model,), {}, {}),
        genes=genes,
        enrichment={each: _enrichment(rng, sets) for each in contrasts},
        pdgf=dict.fromkeys(contrasts, PDGF.empty()),
        paragraphs=dict.fromkeys(contrasts, "Simulated."),
        claims=CLAIMS.empty(),
        sets={"GO": sets},
        samples=samples,
        distances=distances,
        data=data,
    )


def main() -> None:
    """Print the table of docs/scale.md."""
    chromium = shutil.which("chromium") or sys.exit("Chromium is not installed.")
    given = inputs()
    start = time.perf_counter()
    record = {"versions": {}, "inputs": [], "configuration": given.config.model_dump(mode="json")}
    text = page.render(given, "1. A simulated page.", record)
    print(f"| made in | {time.perf_counter() - start:.1f} s |\n| size | {len(text.encode()) / 1e6:.1f} MB |")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "report.html"
        path.write_text(text, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        first, ready, switched = [], [], []
        for _ in range(TURNS):
            tab = browser.new_page()
            start = time.perf_counter()
            tab.goto(path.as_uri(), wait_until="commit")
            tab.wait_for_function("document.body?.dataset.ready === 'true'", timeout=60_000)
            ready.append(time.perf_counter() - start)
            first.append(tab.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000)
            for contrast in ("change.A1", "change.A2", "change.A3"):
                tab.evaluate("delete trialseq.switched")
                tab.select_option("#contrast", contrast)
                tab.wait_for_function("trialseq.switched")
                switched.append(tab.evaluate("trialseq.switched"))
            tab.close()
        browser.close()
    for what, values, unit in (
        ("first content", first, "s"),
        ("all drawn", ready, "s"),
        ("contrast switched", switched, "ms"),
    ):
        print(f"| {what} | {np.median(values):.3g} {unit} ({min(values):.3g} to {max(values):.3g}) |")


if __name__ == "__main__":
    main()

"""A small trial, and results of one contrast, that the tests of the figures draw."""

from __future__ import annotations

import anndata
import numpy as np
import pandas as pd

from trialseq.de.concordance import concordance as of_engines
from trialseq.evidence.claim_lines import of
from trialseq.figures import ClaimsInputs, ConcordanceInputs, ContrastInputs, ModelInputs, StudyInputs
from trialseq.tables import (
    ASSOCIATIONS,
    CLAIMS,
    CLAIMS_EVIDENCE,
    COMPOSITION,
    CONTRAST_GENES,
    DISPERSIONS,
    DISTANCES,
    ENRICHMENT,
    IDENTITY,
    INFLUENCE,
    INFLUENCE_GENES,
    PDGF,
    SAMPLE_CHECKS,
    SURVIVES,
)

ROLES = {"subject": "subject", "arm": "agent", "visit": "visit", "state": "state"}
LEVELS = {"arm": ["Placebo", "NMN"], "visit": ["before", "after"], "state": ["Basal", "Insulin"]}
PANEL = {
    "receptor": ["PDGFRA", "PDGFRB", "PDGFRL"],
    "ligand": ["PDGFA", "PDGFB", "PDGFC", "PDGFD"],
    "marker": ["THY1", "CD109"],
    "collagen": ["COL1A1", "COL1A2", "COL2A1", "COL3A1", "COL4A1", "COL5A1", "COL6A1"],
}
NAMES = [name for names in PANEL.values() for name in names]
GENES = 400
SAYS = "Positive: the change from before to after was larger in NMN than in Placebo, in the state Basal."


def study() -> StudyInputs:
    """Eight subjects, two arms, two visits, two states, 400 genes."""
    random = np.random.default_rng(5)
    cells = [
        (str(subject), "NMN" if subject % 2 else "Placebo", visit, state)
        for subject in range(3, 11)
        for visit in ("before", "after")
        for state in ("Basal", "Insulin")
    ]
    obs = pd.DataFrame(cells, columns=["subject", "agent", "visit", "state"])
    obs.index = [f"sample_{number}" for number in range(len(obs))]
    names = [*NAMES, *(f"GENE{number}" for number in range(GENES - len(NAMES)))]
    var = pd.DataFrame({"gene_name": names, "in_pca": True}, index=[f"ENSG{number:05}" for number in range(GENES)])
    normalized = random.gamma(2, 200, (len(obs), GENES))
    data = anndata.AnnData(X=normalized.astype(int), obs=obs, var=var)
    data.layers["normalized"], data.layers["vst"] = normalized, np.log2(normalized + 1)
    data.obs["total_counts"] = data.X.sum(axis=1)
    data.obs["detected_genes"] = (data.X > 0).sum(axis=1)
    data.obs["top_50_share"], data.obs["mitochondrial_share"] = 0.4, np.nan
    for component in ("PC1", "PC2"):
        data.obs[component] = random.normal(size=len(obs))
    data.uns["pca"] = {"variance_ratio": np.array([0.3, 0.1])}
    associations = pd.DataFrame(
        [
            (component, 0.2, column, "text", random.random(), 0.01, 0.02, len(obs))
            for component in ("PC1", "PC2")
            for column in ("agent", "visit")
        ],
        columns=ASSOCIATIONS.names,
    )
    first, second = np.triu_indices(len(obs), 1)
    pairs = {"sample_1": obs.index[first], "sample_2": obs.index[second], "distance": random.uniform(5, 9, len(first))}
    distances = DISTANCES.conform(pd.DataFrame(pairs))
    checks, identity = _checks(obs, random)
    return StudyInputs(data, associations, distances, checks, identity, ROLES, LEVELS, "A trial of NMN")


def _checks(obs: pd.DataFrame, random: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A sample that is another subject's, an outlier, and a check that was not measured."""
    rows = [
        {"sample": name, "check": check, "verdict": "ok", "mads": random.normal()}
        for name in obs.index
        for check in ("sex", "identity", "blood", "sheet.RIN")
    ]
    table = pd.DataFrame(rows).reindex(columns=SAMPLE_CHECKS.names).astype({"other": object, "says": object})
    table.loc[table["check"] == "sex", ["verdict", "says"]] = "not measured", "the counts have no XIST"
    table.loc[[1, 6], ["verdict", "other", "mads"]] = [["fail", "9", np.nan], ["look", "", 12.0]]
    pairs = [(name, subject) for name in obs.index for subject in dict.fromkeys(obs["subject"])]
    identity = pd.DataFrame(pairs, columns=["sample", "subject"])
    identity["own"] = identity["sample"].map(obs["subject"]) == identity["subject"]
    identity["score"] = random.normal(np.where(identity["own"], 40, -60), 8)
    return SAMPLE_CHECKS.conform(table), IDENTITY.conform(identity)


def model() -> ModelInputs:
    """A fit of 300 genes, two of which did not converge."""
    random = np.random.default_rng(6)
    mean = random.lognormal(5, 2, 300)
    frame = pd.DataFrame({"gene_id": [f"g{n}" for n in range(300)], "gene_name": "", "base_mean": mean})
    frame["trend"] = 0.05 + 1 / mean
    frame["genewise"] = frame["trend"] * random.lognormal(0, 1, 300)
    frame.loc[:4, "genewise"] = 1e-8
    frame["final"] = frame["trend"] * random.lognormal(0, 0.3, 300)
    frame["converged"] = frame.index > 1
    return ModelInputs("change.Basal", DISPERSIONS.conform(frame), {"trend_fell_back": False})


def contrast() -> ContrastInputs:
    """Results with 10 genes up (PDGFRB and collagens among them) and 10 down."""
    samples = study()
    random = np.random.default_rng(7)
    frame = pd.DataFrame({"gene_id": samples.data.var_names, "gene_name": samples.data.var["gene_name"].to_numpy()})
    frame["base_mean"] = random.lognormal(5, 1.5, GENES)
    frame["lfc_se"] = 0.2
    statistic = random.normal(size=GENES)
    statistic[1:11], statistic[100:110] = random.uniform(4, 8, 10), -random.uniform(4, 8, 10)
    frame["statistic"], frame["log2_fold_change"] = statistic, statistic * 0.2
    frame["ci_low"], frame["ci_high"] = frame["log2_fold_change"] - 0.4, frame["log2_fold_change"] + 0.4
    frame["p_value"] = np.exp(-(statistic**2) / 2)
    frame["q_value"] = (frame["p_value"] * 5).clip(upper=1)
    frame["status"] = "tested"
    frame.loc[380:, ["q_value"]], frame.loc[380:, "status"] = np.nan, "filtered"
    frame.loc[390:, ["log2_fold_change", "lfc_se", "ci_low", "ci_high", "statistic", "p_value"]] = np.nan
    frame.loc[390:, "status"] = "low_count"
    frame["shrunk_log2_fold_change"], frame["shrunk_lfc_se"] = frame["log2_fold_change"], frame["lfc_se"]
    frame["fragile"] = np.where(frame["q_value"] < 0.05, np.where(frame.index % 2, "yes", "no"), "")
    genes = CONTRAST_GENES.conform(frame.sort_values(["p_value", "gene_id"]))
    return ContrastInputs(
        contrast="difference.NMN_vs_Placebo.Basal",
        says=SAYS,
        genes=genes,
        influence=_influence(random, int((genes["fragile"] != "").sum())),
        influence_genes=_influence_genes(genes),
        enrichment=_enrichment(random),
        pdgf=_panel(genes),
        running=_running(genes),
        composition=_composition(random),
        data=samples.data,
        samples=list(samples.data.obs_names[samples.data.obs["state"] == "Basal"]),
        roles=ROLES,
        levels=LEVELS,
        alpha=0.05,
        asks="an absolute log2 fold change above 0.5",
    )


def concordance() -> ConcordanceInputs:
    """The same contrast from two engines; the second calls 10 other genes and not those that rise."""
    inputs = contrast()
    other = inputs.genes.copy()
    called = (inputs.genes["q_value"] < inputs.alpha) & (inputs.genes["log2_fold_change"] > 0)
    other.loc[called, "q_value"] = 0.2
    other.loc[20:29, "q_value"] = 0.01
    results = {"pydeseq2": inputs.genes, "edger": other}
    return ConcordanceInputs(inputs.contrast, SAYS, results, of_engines(results, inputs.alpha), inputs.alpha)


def _influence(random: np.random.Generator, calls: int) -> pd.DataFrame:
    """Eight subjects, one of them outside the contrast, and one without whom there is none."""
    frame = pd.DataFrame({"subject": [str(number) for number in range(3, 11)], "n_samples": 2, "calls": calls})
    frame["in_contrast"] = np.where(frame.index == 4, "no", "yes")
    frame["calls_lost"], frame["calls_gained"], frame["sign_changes"] = random.integers(0, 12, (3, 8))
    frame["correlation"], frame["median_change"] = 0.98, random.uniform(0.05, 0.2, 8)
    frame["reason"] = ""
    frame.loc[7, ["calls_lost", "calls_gained", "sign_changes", "correlation", "median_change"]] = np.nan
    frame.loc[7, "reason"] = "the others do not determine the contrast"
    return INFLUENCE.conform(frame)


def _influence_genes(genes: pd.DataFrame) -> pd.DataFrame:
    effect = genes["log2_fold_change"]
    frame = genes.assign(lowest_log2_fold_change=effect - 0.15, highest_log2_fold_change=effect + 0.1, subject="7")
    return INFLUENCE_GENES.conform(frame.assign(largest_p_value=(genes["p_value"] * 4).clip(upper=1)))


def _enrichment(random: np.random.Generator) -> pd.DataFrame:
    rows = [
        {
            "method": method,
            "collection": collection,
            "set_id": f"{collection}:{number}",
            "set_name": f"stimulus {number}: regulation of the response of the matrix of skeletal muscle to it",
            "direction": direction,
            "size": 40,
            "overlap": number + 1,
            "fold_enrichment": 2 + number if method == "ora" else np.nan,
            "nes": (1 + number / 20) * (1 if direction == "up" else -1) if method == "prerank" else np.nan,
            "p_value": 10.0**-number,
            "q_value": min(1, 10.0 ** (1 - number)),
            "genes": "",
        }
        for method in ("ora", "prerank", "camera", "fry")
        for collection in ("GO", "Reactome")
        for direction in (("up", "down", "both") if method == "ora" else ("up", "down"))
        for number in random.permutation(15)
        if method == "ora" or direction == ("up" if number % 2 else "down")
    ]
    return ENRICHMENT.conform(pd.DataFrame(rows).reindex(columns=ENRICHMENT.names))


def _panel(genes: pd.DataFrame) -> pd.DataFrame:
    by_name = genes.set_index("gene_name")
    rows = [
        {
            "section": "set",
            "id": identity,
            "name": name,
            "size": 11,
            "up": 7,
            "down": 1,
            "fold_enrichment": 24.3,
            "ora_p_value": 1.8e-9,
            "nes": 2.1,
            "prerank_p_value": 3e-6,
            "camera_direction": "up",
            "camera_p_value": 0.004,
            "fry_direction": "up",
            "fry_p_value": 0.07,
            "fry_mixed_p_value": 2e-4,
            "reading": "CAMERA says that the set differs from the other genes, FRY that it stood still",
        }
        for identity, name in (
            ("GO:0048407", "platelet-derived growth factor binding"),
            ("GO:0035790", "platelet-derived growth factor receptor-alpha signaling pathway"),
            ("R-HSA-186797", "Signaling by PDGF"),
        )
    ]
    shared = [name for name in PDGF.names if name in by_name]
    for section, names in PANEL.items():
        rows += [{"section": section, "id": name, **by_name.loc[name, shared]} for name in names]
    return PDGF.conform(pd.DataFrame(rows).reindex(columns=PDGF.names))


def _composition(random: np.random.Generator) -> pd.DataFrame:
    """Three cell types, of which one is not held, two sets and the genes of the panel; one gene is not measured."""
    rows: list[dict[str, object]] = [{"section": "contrast", "id": "c", "verdict": "composition", "says": SAYS}]
    for kind in ("fibro_adipogenic_progenitor", "pericyte", "endothelium"):
        low = random.normal()
        numbers = {"estimate": low + 0.5, "ci_low": low, "ci_high": low + 1}
        rows.append({"section": "cells", "id": kind, "status": "held", **numbers})
    rows[-1] |= {"status": "too few markers", "estimate": np.nan, "ci_low": np.nan, "ci_high": np.nan}
    asked = [("set", f"GO:000000{n}", "platelet-derived growth factor receptor signaling pathway") for n in (1, 2)]
    for section, name, words in [*asked, *(("gene", name, name) for name in NAMES)]:
        row: dict[str, object] = {"section": section, "id": name, "name": words, "status": "tested"}
        for prefix in ("", "held_", "calibrated_"):
            low = random.normal()
            row |= {f"{prefix}estimate": low + 1, f"{prefix}ci_low": low, f"{prefix}ci_high": low + 2}
        rows.append(row | {"verdict": "undecided"})
    rows.append({"section": "gene", "id": "COL9A9", "name": "COL9A9", "status": "not tested"})
    return COMPOSITION.conform(pd.DataFrame(rows).assign(contrast="c").reindex(columns=COMPOSITION.names))


def _running(genes: pd.DataFrame) -> pd.DataFrame:
    ranked = genes.dropna(subset=["statistic"]).sort_values("statistic", ascending=False)
    hits = ranked["gene_name"].isin(NAMES).to_numpy()
    steps = np.where(hits, 1 / hits.sum(), -1 / (~hits).sum())
    parts = [
        pd.DataFrame(
            {
                "set_id": identity,
                "set_name": "platelet-derived growth factor receptor-alpha signaling pathway",
                "rank": np.arange(1, len(ranked) + 1),
                "gene_name": ranked["gene_name"].to_numpy(),
                "statistic": ranked["statistic"].to_numpy(),
                "running_score": np.cumsum(steps),
                "in_set": hits,
            }
        )
        for identity in ("GO:0048407", "GO:0035790", "R-HSA-186797")
    ]
    return pd.concat(parts, ignore_index=True)


def claims() -> ClaimsInputs:
    """Six claims on genes and two on sets: all verdicts, one without an estimate, one of many words."""
    verdicts = ["supported", "contradicted", "inconclusive", "supported", "inconclusive", "supported"]
    rows, evidence = [], []
    for place in range(8):
        name, kind = f"claim_{place}", "set" if place > 5 else "gene"
        row: dict[str, object] = {
            "claim": name,
            "says": "NMN raises it more than placebo does",
            "contrast": "difference",
        }
        row |= {kind: f"GO:000000{place}" if kind == "set" else NAMES[place], "name": "a name", "direction": "up"}
        row |= {"verdict": [*verdicts, "supported", "inconclusive"][place], "alpha": 0.05, "reason": "of numbers"}
        row |= {"estimate": place / 4, "ci_low": place / 4 - 0.5, "ci_high": place / 4 + 0.5, "p_value": 0.01}
        row |= {"adjusted_p_value": 0.04, "checks": 3, "survives": 2}
        rows.append(row)
        for number, line in enumerate(of(kind)):
            outcome = SURVIVES[(number + place) % len(SURVIVES)]
            evidence.append({"claim": name, "line": line.name, "role": line.role, "survives": outcome})
    rows[3]["says"] = "a claim of many words on muscle and its matrix " * 6
    rows[4] |= dict.fromkeys(("estimate", "ci_low", "ci_high", "p_value", "adjusted_p_value"), np.nan)
    return ClaimsInputs(
        CLAIMS.conform(pd.DataFrame(rows).reindex(columns=CLAIMS.names)),
        CLAIMS_EVIDENCE.conform(pd.DataFrame(evidence).reindex(columns=CLAIMS_EVIDENCE.names)),
        "A trial of NMN",
    )

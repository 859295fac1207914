"""The example that ships, run as the README says: complete, true to its simulation, and repeatable."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from trialseq import io, tables
from trialseq.figures import of
from workflow_runner import ROOT, digests, finished, run

ALPHA = 0.05


def test_a_run_ends_with_the_place_of_the_results_and_three_sentences(folder: Path, results: Path) -> None:
    printed = (folder / "printed.txt").read_text()
    assert f"Results: {results}" in printed
    for start in ("1. ", "2. difference.NMN_vs_Placebo.Basal", "3. difference.NMN_vs_Placebo.Basal, PDGFRB"):
        assert f"\n{start}" in printed
    assert "simulated" in printed


def test_every_contrast_has_its_tables_in_the_contract(results: Path, contrasts: list[str]) -> None:
    assert len(contrasts) == 15
    for contrast in contrasts:
        for table in (
            tables.CONTRAST_GENES,
            tables.INFLUENCE,
            tables.INFLUENCE_GENES,
            tables.ENRICHMENT,
            tables.DROPPED_SETS,
            tables.PDGF,
        ):
            frame = io.read_table(results / table.file.replace("<contrast>", contrast))
            assert list(frame) == table.names
            table.conform(frame)
        assert "Simulated data." in (results / "tables" / f"{contrast}.pdgf.txt").read_text()


def test_joint_tests_are_in_the_design_and_find_what_single_contrasts_find(results: Path) -> None:
    design = io.read_table(results / "tables" / "design.tsv").set_index("contrast")
    joint = design[design["test"] == "likelihood_ratio"]
    assert list(joint.index) == ["any_change.Basal", "any_change.Insulin", "any_response", "any_response_change"]
    for model, tests in joint.groupby("model"):
        table = io.read_table(results / tables.JOINT.file.replace("<model>", str(model)))
        assert list(table) == tables.JOINT.names
        assert set(table["test"]) == set(tests.index)
    every = io.read_table(results / "tables" / "joint" / "change.Basal.tsv")
    found = set(every.loc[every["q_value"] < ALPHA, "gene_id"])
    single = [io.read_table(results / "tables" / f"change.{arm}.Basal.tsv") for arm in ("NMN", "Placebo")]
    called = set().union(*(each.loc[each["q_value"] < ALPHA / 10, "gene_id"] for each in single))
    assert len(called & found) > 0.95 * len(called)


def test_every_figure_is_there_in_every_format(results: Path, contrasts: list[str]) -> None:
    plan = io.read_json(results / "plan.json")
    folders = {
        "study": ["study"],
        "claims": ["claims"],
        "model": [f"models/{model['id']}" for model in plan["models"]],
        "contrast": [f"contrasts/{contrast}" for contrast in contrasts],
    }
    for scope, places in folders.items():
        for place in places:
            for figure in of(scope):
                for form in ("pdf", "svg", "png"):
                    assert (results / "figures" / place / f"{figure.name}.{form}").stat().st_size > 1000


def test_the_truth_is_found_and_false_discoveries_stay_near_alpha(results: Path) -> None:
    truth = pd.read_csv(ROOT / "resources/example/simulated_truth.tsv.gz", sep="\t", index_col="gene_id")
    planted = {
        "difference.NMN_vs_Placebo.Basal": truth["difference"],
        "change.Placebo.Basal": truth["change_Placebo"],
        "change.NMN.Insulin": truth["change_NMN"],
        "response.Placebo.before": truth["response"],
    }
    for contrast, effect in planted.items():
        genes = io.read_table(results / "tables" / f"{contrast}.tsv").set_index("gene_id")
        called = genes[genes["q_value"] < ALPHA]
        true = effect[called.index] != 0
        signs = (called["log2_fold_change"] > 0) == (effect[called.index] > 0)
        strong = genes.index[(effect[genes.index].abs() >= 0.8) & (genes["base_mean"] > 50)]
        assert signs[true].mean() > 0.99, contrast
        assert (~true).mean() < 2.5 * ALPHA, contrast  # one data set; over seeds: test_truth.py
        assert (genes.loc[strong, "q_value"] < ALPHA).mean() > 0.7, contrast


def test_solid_calls_are_true_and_fragile_ones_less_so(results: Path) -> None:
    truth = pd.read_csv(ROOT / "resources/example/simulated_truth.tsv.gz", sep="\t", index_col="gene_id")
    planted = {"change.Placebo.Basal": "change_Placebo", "change.NMN.Basal": "change_NMN"}
    planted |= {"change.Placebo.Insulin": "change_Placebo", "change.NMN.Insulin": "change_NMN"}
    called = []
    for contrast, column in planted.items():
        genes = io.read_table(results / "tables" / f"{contrast}.tsv").set_index("gene_id")
        assert genes["fragile"].ne("").equals(genes["q_value"] < ALPHA)
        fragile = genes.loc[genes["fragile"] != "", "fragile"] == "yes"
        called.append(pd.DataFrame({"fragile": fragile, "false": truth.loc[fragile.index, column] == 0}))
    rates = pd.concat(called).groupby("fragile")["false"].mean()
    assert rates[False] < 0.02
    assert rates[True] > 0.15


def test_subjects_of_a_model_are_left_out_one_by_one(results: Path) -> None:
    subjects = io.read_table(results / "tables" / "change.NMN.Basal.influence.tsv")
    samples = io.read_table(results / "tables" / "samples.tsv")
    assert subjects["subject"].tolist() == list(dict.fromkeys(samples["subject"]))
    arm = dict(zip(samples["subject"], samples["agent"], strict=True))
    assert (subjects["in_contrast"] == subjects["subject"].map(arm).map({"NMN": "yes", "Placebo": "no"})).all()


def test_planted_pdgf_genes_are_up_in_the_panel(results: Path) -> None:
    panel = io.read_table(results / "tables" / "difference.NMN_vs_Placebo.Basal.pdgf.tsv").set_index("id")
    assert panel.loc["PDGFRB", "log2_fold_change"] > 0
    assert panel.loc["PDGFRB", "q_value"] < ALPHA
    assert panel.loc["GO:0048407", "ora_p_value"] < 0.01
    assert panel.loc["GO:0048407", "fold_enrichment"] > 1


def test_claims_that_the_simulation_makes_true_are_supported_and_the_false_one_is_contradicted(
    folder: Path, results: Path
) -> None:
    table, evidence = (io.read_table(results / each.file) for each in (tables.CLAIMS, tables.CLAIMS_EVIDENCE))
    for frame, contract in ((table, tables.CLAIMS), (evidence, tables.CLAIMS_EVIDENCE)):
        assert list(frame) == contract.names
        contract.conform(frame)
    true = table["says"].str.endswith("(simulated, true)")
    assert true.sum() == len(table) - 1 == 4
    assert table["verdict"].eq(true.map({True: "supported", False: "contradicted"})).all()
    assert (table.loc[true, "survives"] == table.loc[true, "checks"]).all()
    gene = (
        io.read_table(results / "tables" / "difference.NMN_vs_Placebo.Basal.tsv").set_index("gene_name").loc["PDGFRB"]
    )
    row = table.set_index("claim").loc["nmn_raises_pdgfrb"]
    assert (row["estimate"], row["p_value"]) == (gene["log2_fold_change"], gene["p_value"])
    assert "4. Of 5 claims, 4 are supported: nmn_raises_pdgfrb (" in (folder / "printed.txt").read_text()


def test_a_new_claim_reruns_claims_their_figure_the_summary_and_the_page_alone(folder: Path) -> None:
    config = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
    config["claims"][0] |= {"gene": "THY1", "contrast": "change.NMN.Insulin"}
    changed = folder / "changed.yaml"
    changed.write_text(yaml.safe_dump(config))
    plan = run(folder, changed, "--dry-run").stdout
    assert set(re.findall(r"^(?:local)?rule (\w+):", plan, re.MULTILINE)) == {
        *("claims", "claims_figures", "summary", "page", "all")
    }


def test_every_contrast_has_all_four_methods_side_by_side(results: Path, contrasts: list[str]) -> None:
    for contrast in contrasts:
        sets = io.read_table(results / "tables" / f"{contrast}.enrichment.tsv")
        of_method = sets.groupby("method")["set_id"].agg(set)
        assert sorted(of_method.index) == ["camera", "fry", "ora", "prerank"]
        assert of_method["prerank"] == of_method["camera"] == of_method["fry"] == of_method["ora"]
        camera = sets[sets["method"] == "camera"]
        assert camera["correlation"].nunique() > 100  # estimated, not a preset
        assert sets.loc[sets["method"].isin(["camera", "fry"]), "p_value"].between(0, 1).all()
        panel = io.read_table(results / "tables" / f"{contrast}.pdgf.tsv")
        known = panel[(panel["section"] == "set") & panel["fry_p_value"].notna() & panel["ora_p_value"].notna()]
        assert known["reading"].ne("").all()
        assert {"whole", "without_collagens", "collagens"} <= set(known.loc[known["of_set"] == "GO:0048407", "part"])


def test_planted_pdgf_is_found_by_tests_that_allow_for_correlation_and_an_untreated_arm_is_not(results: Path) -> None:
    def row(contrast: str, name: str) -> pd.Series:
        return io.read_table(results / "tables" / f"{contrast}.pdgf.tsv").set_index("id").loc[name]

    planted = row("difference.NMN_vs_Placebo.Basal", "GO:0048407-without-collagens")
    assert planted["camera_direction"] == planted["fry_direction"] == "up"
    assert max(planted["camera_p_value"], planted["fry_p_value"]) < 0.01
    assert "all methods agree" in planted["reading"]
    whole = row("difference.NMN_vs_Placebo.Basal", "GO:0048407")
    assert whole["fold_enrichment_counted"] > 1
    assert 0 < whole["collagen_share"] < 1
    assert "PDGFRB:+" in whole["leading"]
    assert row("change.Placebo.Basal", "GO:0048008")["camera_p_value"] > 0.01


def test_provenance_names_configuration_versions_and_inputs(results: Path) -> None:
    record = io.read_json(results / "provenance.json")
    assert record["configuration"]["statistics"]["alpha"] == ALPHA
    assert record["versions"]["pydeseq2"] == "0.5.4"
    paths = {Path(each["path"]).name: each["sha256"] for each in record["inputs"]}
    assert {"simulated_counts.tsv.gz", "simulated_samples.tsv", "pdgf.gmt"} <= set(paths)
    assert all(len(digest) == 64 for digest in paths.values())


def test_a_second_run_has_nothing_to_do(folder: Path) -> None:
    assert "Nothing to be done" in finished(folder, ROOT / "config" / "config.yaml")


def test_snakemake_makes_its_report_with_captions(folder: Path) -> None:
    finished(folder, ROOT / "config" / "config.yaml", "--report", "report.html")
    text = (folder / "report.html").read_text()
    assert "volcano" in text
    assert "difference.NMN_vs_Placebo.Basal" in text


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    """A small study that has run with two cores: one state, 600 genes of the example."""
    folder = tmp_path_factory.mktemp("small")
    example = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
    del example["claims"]  # their contrasts are of both states
    counts = pd.read_csv(ROOT / "resources/example/simulated_counts.tsv.gz", sep="\t")
    symbols = ["PDGFRB", "PDGFRA", "COL1A1", "THY1"]
    kept = pd.concat([counts[counts["gene_name"].isin(symbols)], counts.head(600)]).drop_duplicates("gene_id")
    kept.to_csv(folder / "counts.tsv", sep="\t", index=False)
    shutil.copy(ROOT / "resources/example/simulated_samples.tsv", folder / "samples.tsv")
    config = {
        **example,
        "study": "small",
        "source": {**example["source"], "counts": "counts.tsv", "samples": "samples.tsv"},
        "samples": {"subset": "state == Basal"},
        "trial": {key: value for key, value in example["trial"].items() if key != "state"},
    }
    finished(folder, config)
    return folder, config


def test_the_same_inputs_give_the_same_bytes_whatever_the_cores(
    small: tuple[Path, dict[str, object]], tmp_path: Path
) -> None:
    folder, config = small
    for name in ("counts.tsv", "samples.tsv"):
        shutil.copy(folder / name, tmp_path / name)
    finished(tmp_path, config, cores=1)
    again = digests(tmp_path / "results")
    assert digests(folder / "results" / "small") == {key.removeprefix("small/"): value for key, value in again.items()}


def test_another_study_leaves_the_results_of_the_first_alone(small: tuple[Path, dict[str, object]]) -> None:
    folder, config = small
    before = digests(folder / "results" / "small")
    finished(folder, {**config, "study": "other", "statistics": {"alpha": 0.2}}, "results/other/normalized.h5ad")
    assert (folder / "results" / "other" / "counts.h5ad").exists()
    assert digests(folder / "results" / "small") == before


def test_a_threshold_changes_tests_and_is_said_where_they_are_read(small: tuple[Path, dict[str, object]]) -> None:
    folder, config = small
    changed = {**config, "study": "threshold", "statistics": {"lfc_threshold": 0.3}}
    finished(folder, changed, "results/threshold/summary.txt")
    words = "an absolute log2 fold change above 0.3"
    results = folder / "results" / "threshold"
    assert f"(q < 0.05 for {words})" in (results / "summary.txt").read_text()
    assert words in (results / "tables" / "change.NMN.pdgf.txt").read_text()
    before, after = (
        io.read_table(folder / "results" / study / "tables" / "change.NMN.tsv").set_index("gene_id").sort_index()
        for study in ("small", "threshold")
    )
    assert (after["p_value"] >= before["p_value"]).loc[before["p_value"].notna()].all()
    pd.testing.assert_frame_equal(after[["log2_fold_change", "ci_low"]], before[["log2_fold_change", "ci_low"]])


def test_a_new_colour_draws_and_does_not_fit(small: tuple[Path, dict[str, object]]) -> None:
    folder, config = small
    plan = run(folder, {**config, "figures": {"up": "#AA0000"}}, "--dry-run").stdout
    assert "contrast_figures" in plan
    for rule in ("rule model:", "rule influence:", "rule contrast:", "rule normalise:", "rule counts:"):
        assert rule not in plan


def test_without_influence_nothing_is_refitted_and_its_tables_have_no_rows(
    small: tuple[Path, dict[str, object]],
) -> None:
    folder, config = small
    table = "tables/change.NMN.influence.tsv"
    assert len(io.read_table(folder / "results" / "small" / table)) == 23
    finished(folder, {**config, "study": "plain", "statistics": {"influence": False}}, f"results/plain/{table}")
    results = folder / "results" / "plain"
    assert not (results / "influence").exists()
    for name, contract in (("influence", tables.INFLUENCE), ("influence_genes", tables.INFLUENCE_GENES)):
        frame = io.read_table(results / "tables" / f"change.NMN.{name}.tsv")
        assert frame.empty
        assert list(frame) == contract.names
    assert io.read_table(results / "tables" / "change.NMN.tsv")["fragile"].eq("").all()


def test_the_plan_is_printed_before_anything_is_computed(tmp_path: Path) -> None:
    printed = finished(tmp_path, ROOT / "config" / "config.yaml", "plan")
    assert "difference.NMN_vs_Placebo.Basal" in printed
    assert "Change from before to after in NMN beyond that in Placebo" in printed
    assert not (tmp_path / "results" / "example" / "models").exists()

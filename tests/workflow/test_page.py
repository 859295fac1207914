"""The page of the example, used in a browser as a reader does, without a network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from conftest import absent
from trialseq import genesets, io, page
from trialseq.config import Config
from trialseq.design.estimands import Plan
from workflow_runner import ROOT

CONTRAST = "difference.NMN_vs_Placebo.Basal"
OTHER = "change.NMN.Basal"
SIGNALLING = "GO:0048008"
NUMBERS = ["base_mean", "log2_fold_change", "ci_low", "ci_high", "p_value", "q_value"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        absent("Chromium is not installed")
    with sync_playwright() as playwright:
        # A container has no user namespaces for Chromium's sandbox; the page that it opens is ours.
        made = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield made
        made.close()


def _opened(browser: Browser, path: Path, link: str = "", **options: object) -> Page:
    context = browser.new_context(
        offline=True, accept_downloads=True, viewport={"width": 1300, "height": 900}, **options
    )
    tab = context.new_page()
    tab.errors = []
    tab.on("pageerror", lambda error: tab.errors.append(str(error)))
    tab.on("request", lambda request: tab.errors.append(request.url) if request.url.startswith("http") else None)
    tab.goto(f"{path.as_uri()}{link}")
    tab.wait_for_function("document.body.dataset.ready === 'true'")
    return tab


@pytest.fixture
def tab(browser: Browser, results: Path) -> Iterator[Page]:
    opened = _opened(browser, results / "report.html")
    yield opened
    assert opened.errors == []
    opened.context.close()


def _downloaded(tab: Page, button: str) -> pd.DataFrame:
    with tab.expect_download() as waiting:
        tab.click(button)
    return pd.read_csv(waiting.value.path(), sep="\t", keep_default_na=False, na_values="NA")


def test_it_says_on_top_that_data_are_simulated_and_answers_in_sentences(tab: Page, results: Path) -> None:
    expect(tab.locator(".simulated")).to_contain_text("Simulated data")
    lines = (results / "summary.txt").read_text().splitlines()
    assert tab.locator("#answer .lead").all_inner_texts() == [line[3:] for line in lines[:4]]
    tab.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert tab.locator(".simulated").is_visible()
    assert tab.locator(".simulated").bounding_box()["y"] < 5


def test_claims_stand_with_their_verdicts(tab: Page, results: Path) -> None:
    claims = io.read_table(results / "tables" / "claims.tsv")
    assert tab.locator("#claims tbody th").all_inner_texts() == list(claims["says"])
    assert tab.locator("#claims tbody td:nth-child(2)").all_inner_texts() == list(claims["verdict"])


def test_a_gene_that_is_typed_is_in_table_list_and_plots(tab: Page) -> None:
    tab.fill("#find", "pdgfrb")
    tab.press("#find", "Tab")
    expect(tab.locator("#chips button")).to_have_text("PDGFRB ×")
    expect(tab.locator("#gene-table tbody tr")).to_have_count(1)
    drawn = tab.evaluate("document.getElementById('volcano').data.at(-1).text")
    assert drawn == ["PDGFRB"]
    expect(tab.locator("#lines .chart")).to_have_count(1)
    tab.fill("#find", "no such gene")
    tab.press("#find", "Tab")
    expect(tab.locator("#said")).to_have_text("No gene is called no such gene.")


def test_a_table_of_genes_that_is_downloaded_is_that_of_the_contrast(tab: Page, results: Path) -> None:
    tab.select_option("#contrast", OTHER)
    expect(tab.locator("#genes .of-contrast")).to_contain_text(OTHER)
    found = _downloaded(tab, "#download-genes").set_index("gene_id")
    expected = io.read_table(results / "tables" / f"{OTHER}.tsv").set_index("gene_id").reindex(found.index)
    assert len(found) == len(io.read_table(results / "tables" / f"{OTHER}.tsv"))
    # Five digits; an interval's end is the sum of two numbers.
    for name in NUMBERS:
        np.testing.assert_allclose(found[name], expected[name], rtol=2e-5, atol=2e-5 if name.startswith("ci") else 0)
    assert (found["status"] == expected["status"]).all()
    tab.select_option("#status", "up")
    up = _downloaded(tab, "#download-genes")
    assert set(up["gene_id"]) == set(expected.query("q_value < 0.05 and log2_fold_change > 0").index)


def test_a_set_that_is_chosen_is_marked_and_its_running_sum_ends_where_the_table_says(tab: Page, results: Path) -> None:
    tab.select_option("#contrast", CONTRAST)
    tab.select_option("#method", "prerank")
    tab.fill("#set-table_wrapper input[type=search]", SIGNALLING)
    tab.locator("#set-table tbody button").first.click()
    expect(tab.locator("#set-name")).to_contain_text(SIGNALLING)
    tab.wait_for_function("document.getElementById('volcano').data.at(-1).x.length > 10")
    running = io.read_table(results / "enrichment" / f"{CONTRAST}.running.parquet")
    own = running[running["set_id"] == SIGNALLING]["running_score"]
    highest = tab.evaluate("Math.max(...document.getElementById('running').data[0].y)")
    assert highest == pytest.approx(own.max(), abs=1e-4)
    sets = _downloaded(tab, "#download-sets")
    table = io.read_table(results / "tables" / f"{CONTRAST}.enrichment.tsv").query("method == 'prerank'")
    row = table[table["set_id"] == SIGNALLING].iloc[0]
    assert sets["p_value"].tolist() == pytest.approx([row["p_value"]], rel=1e-5)


def test_a_link_opens_the_same_view(tab: Page, browser: Browser, results: Path) -> None:
    tab.select_option("#contrast", OTHER)
    tab.fill("#find", "PDGFRB")
    tab.press("#find", "Tab")
    expect(tab.locator("#chips button")).to_have_count(1)
    again = _opened(browser, results / "report.html", "#" + tab.url.partition("#")[2])
    assert again.input_value("#contrast") == OTHER
    expect(again.locator("#chips button")).to_have_text("PDGFRB ×")
    assert again.errors == []
    again.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_is_in_the_way_of_keyboard_or_screen_reader(
    browser: Browser, results: Path, scheme: str
) -> None:
    link = f"#contrast={CONTRAST}&gene=ENSG00000113721&set={SIGNALLING}"
    tab = _opened(browser, results / "report.html", link, color_scheme=scheme)
    found = [each for each in Axe().run(tab).response["violations"] if each["impact"] in ("serious", "critical")]
    assert [(each["id"], node["html"][:300]) for each in found for node in each["nodes"]] == []
    tab.context.close()


def _of_one_contrast(results: Path, hostile: str) -> page.Inputs:
    """What the page of one contrast is made from, with a name that would hurt in every place for names."""
    config = Config.model_validate(io.read_json(results / "provenance.json")["configuration"])
    whole = Plan.from_json(io.read_json(results / "plan.json"))
    model = whole.models[0]
    plan = replace(whole, models=(replace(model, estimands=model.estimands[:1], joint=()),))
    (contrast,) = plan.estimands
    tables = results / "tables"
    genes = io.read_table(tables / f"{contrast}.tsv").head(300)
    genes.loc[0, "gene_name"] = hostile
    samples, data = io.read_table(tables / "samples.tsv"), io.read_annotated(results / "normalized.h5ad")
    renamed = {str(samples["sample"].iloc[0]): hostile}
    data.obs_names = [renamed.get(name, name) for name in data.obs_names]
    distances = io.read_table(tables / "distances.tsv")
    return page.Inputs(
        config=config.model_copy(update={"title": hostile}),
        plan=plan,
        genes={contrast: genes},
        enrichment={contrast: io.read_table(tables / f"{contrast}.enrichment.tsv").assign(set_name=hostile)},
        pdgf={contrast: io.read_table(tables / f"{contrast}.pdgf.tsv").assign(name=hostile)},
        paragraphs={contrast: hostile},
        claims=io.read_table(tables / "claims.tsv").assign(says=hostile, reason=hostile),
        sets=genesets.read(
            config.enrichment, {name: ROOT / str(file) for name, file in genesets.files(config).items()}
        ),
        samples=samples.replace({"sample": renamed}),
        distances=distances.replace({"sample_1": renamed, "sample_2": renamed}),
        data=data,
    )


def test_names_are_text_and_the_same_inputs_give_the_same_page(browser: Browser, results: Path, tmp_path: Path) -> None:
    hostile = "<script>window.hurt=1</script><img src=x onerror='window.hurt=1'>"
    provenance = io.read_json(results / "provenance.json")
    given, summary = _of_one_contrast(results, hostile), f"1. {hostile}\nBeware: {hostile}"
    text = page.render(given, summary, provenance)
    assert text == page.render(given, summary, provenance)
    path = tmp_path / "report.html"
    path.write_text(text, encoding="utf-8")
    tab = _opened(browser, path)
    assert tab.evaluate("window.hurt") is None
    assert tab.locator("h1").inner_text() == hostile
    assert tab.locator("#answer .lead").all_inner_texts() == [hostile]
    tab.fill("#find", hostile)
    tab.press("#find", "Tab")
    expect(tab.locator("#chips button")).to_have_text(f"{hostile} ×")
    expect(tab.locator("#gene-table tbody tr")).to_have_count(1)
    tab.fill("#sample-table_wrapper input[type=search]", "script")
    expect(tab.locator("#sample-table tbody td").first).to_have_text(hostile)
    tab.locator("#set-table tbody button").first.click()
    expect(tab.locator("#set-name")).to_contain_text(hostile)
    assert tab.evaluate("window.hurt") is None
    assert tab.errors == []
    tab.context.close()

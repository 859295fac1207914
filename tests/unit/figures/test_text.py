"""What a reader sees: no text over another or beyond the edge, names as they are, empty results in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Bbox

import drawings
from trialseq import figures
from trialseq.config import Figures
from trialseq.figures import style

INPUTS = {
    "study": drawings.study,
    "model": drawings.model,
    "contrast": drawings.contrast,
    "concordance": drawings.concordance,
    "claims": drawings.claims,
}
RECORDS = pytest.mark.parametrize("record", figures.FIGURES, ids=lambda record: record.name)
NASTY = "a$b_c^$<script>alert(1)</script> & %\\frac{x}{y}\n\x07 --> end"
OPTIONS = Figures(dpi=100)


@contextmanager
def drawn(record: figures.Record, inputs: figures.Inputs, options: Figures = OPTIONS) -> Iterator[Figure]:
    with style.applied(options):
        made = import_module(record.module).figure(inputs, options)
        style.mark(made)
        style.settle(made)
        yield made


def texts(made: Figure) -> list[tuple[str, Bbox]]:
    """Every line of text that reaches the canvas, and where."""
    seen: list[tuple[str, Bbox]] = []
    height = made.bbox.height

    class Recorder(RendererAgg):
        def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):  # noqa: ANN001, ANN202, ARG002
            w, h, d = self.get_text_width_height_descent(s, prop, ismath=False)
            # Before it is turned around its origin, a line lies from (0, -d) to (w, h - d).
            box = Bbox([[0, -d], [w, h - d]]).transformed(Affine2D().rotate_deg(angle).translate(x, height - y))
            seen.append((s, box))

    made.draw(Recorder(made.bbox.width, height, made.dpi))
    # Text with an outline is drawn as a path.
    seen += [(text.get_text(), text.get_window_extent()) for text in made.findobj(Text) if text.get_path_effects()]
    return [(text, box) for text, box in seen if text.strip()]


def words(made: Figure) -> str:
    return " ".join(text for text, _ in texts(made))


def named(name: str) -> figures.Record:
    return next(record for record in figures.FIGURES if record.name == name)


def check_layout(made: Figure) -> None:
    boxes = texts(made)
    assert boxes
    for text, box in boxes:
        assert box.x0 >= -1, text
        assert box.y0 >= -1, text
        assert box.x1 <= made.bbox.width + 1, text
        assert box.y1 <= made.bbox.height + 1, text
    # One pixel of the white around letters may be shared.
    over = [(a, b) for (a, one), (b, two) in combinations(boxes, 2) if one.padded(-1).overlaps(two.padded(-1))]
    assert over == []


@RECORDS
def test_no_text_lies_over_another_or_beyond_the_edge(record: figures.Record) -> None:
    with drawn(record, INPUTS[record.scope]()) as made:
        check_layout(made)


@pytest.mark.parametrize("name", [*figures.names("study"), "heatmap"])
def test_without_roles(name: str) -> None:
    inputs = drawings.contrast() if name == "heatmap" else drawings.study()
    with drawn(named(name), replace(inputs, roles={}, levels={})) as made:
        check_layout(made)


@RECORDS
def test_names_of_users_are_only_text(record: figures.Record, tmp_path: Path) -> None:
    inputs = INPUTS[record.scope]()
    if isinstance(inputs, figures.ModelInputs):
        inputs = replace(inputs, model=NASTY)
    elif isinstance(inputs, figures.ConcordanceInputs):
        inputs = replace(inputs, contrast=NASTY, says=NASTY)
    elif isinstance(inputs, figures.ClaimsInputs):
        genes = inputs.table["gene"].where(inputs.table["gene"] == "", inputs.table["gene"] + NASTY)
        inputs = replace(inputs, title=NASTY, table=inputs.table.assign(says=NASTY, gene=genes))
    else:
        data = inputs.data.copy()
        data.obs["agent"] = data.obs["agent"].replace({"NMN": NASTY})
        levels = inputs.levels | {"arm": ["Placebo", NASTY]}
        if isinstance(inputs, figures.StudyInputs):
            table = inputs.associations.assign(column=inputs.associations["column"].replace({"agent": NASTY}))
            inputs = replace(inputs, data=data, levels=levels, title=NASTY, associations=table)
        else:
            panel = inputs.pdgf.assign(name=NASTY, id=inputs.pdgf["id"].replace({"PDGFRB": NASTY}))
            genes = inputs.genes.assign(gene_name=inputs.genes["gene_name"].replace({"PDGFRB": NASTY}))
            sets, running = inputs.enrichment.assign(set_name=NASTY), inputs.running.assign(set_name=NASTY)
            inputs = replace(
                inputs, data=data, levels=levels, contrast=NASTY, says=NASTY, genes=genes, pdgf=panel, enrichment=sets
            )
            inputs = replace(inputs, running=running)
    with drawn(record, inputs) as made:
        assert "$b_c^$<script>" in words(made)
        check_layout(made)
        style.save(made, tmp_path / "figure", Figures(dpi=50, formats=["svg"]), simulated=False)
    tree = ElementTree.parse(tmp_path / "figure.svg")  # noqa: S314 - a file that the test drew
    assert not [each for each in tree.iter() if "script" in str(each.tag)]


def test_no_gene_tested() -> None:
    inputs = drawings.contrast()
    numbers = list(inputs.genes.columns[3:-2])
    genes = inputs.genes.assign(status="low_count", **dict.fromkeys(numbers, np.nan))
    for name in ("ma", "volcano", "p_values", "heatmap"):
        for given in (genes, genes.iloc[:0]):
            with drawn(named(name), replace(inputs, genes=given)) as made:
                assert "No gene was tested" in words(made), name


def test_no_set_tested() -> None:
    inputs = drawings.contrast()
    one_method = inputs.enrichment[inputs.enrichment["method"] == "ora"]
    with drawn(named("enrichment"), replace(inputs, enrichment=inputs.enrichment.iloc[:0])) as made:
        assert "No gene set was tested" in words(made)
    with drawn(named("enrichment"), replace(inputs, enrichment=one_method)) as made:
        assert "No gene set in this panel" in words(made)
    with drawn(named("running_sums"), replace(inputs, running=inputs.running.iloc[:0])) as made:
        assert "No PDGF gene set was tested" in words(made)
    with drawn(named("pdgf"), replace(inputs, pdgf=inputs.pdgf.iloc[:0])) as made:
        assert "empty" in words(made)


def test_pdgf_genes_that_were_not_measured() -> None:
    inputs = drawings.contrast()
    panel = inputs.pdgf.assign(
        status="not_measured", **dict.fromkeys(["log2_fold_change", "ci_low", "q_value"], np.nan)
    )
    with drawn(named("pdgf"), replace(inputs, pdgf=panel)) as made:
        assert words(made).count("not measured") == len(drawings.NAMES)
        check_layout(made)


def test_a_study_without_pdgfrb_groups_or_components() -> None:
    inputs = drawings.study()
    with drawn(named("pdgfrb"), replace(inputs, data=inputs.data[:, 20:].copy())) as made:
        assert "PDGFRB is not among the genes" in words(made)
    with drawn(named("pca_associations"), replace(inputs, associations=inputs.associations.iloc[:0])) as made:
        assert "No column" in words(made)
    two = inputs.data[:2].copy()
    del two.obs["PC2"]
    with drawn(named("pca"), replace(inputs, data=two)) as made:
        assert "Fewer than three samples" in words(made)
    with drawn(named("sample_distances"), replace(inputs, distances=inputs.distances.iloc[:1])) as made:
        assert "Fewer than three samples" in words(made)


def test_claims_on_genes_alone_or_sets_alone() -> None:
    inputs = drawings.claims()
    for kind, other in (("gene", "change of the mean"), ("set", "log2 fold change")):
        with drawn(named("claims"), replace(inputs, table=inputs.table[inputs.table[kind] != ""])) as made:
            assert other not in words(made)
            check_layout(made)


def test_a_claim_without_an_estimate_has_a_row_and_no_point() -> None:
    inputs = drawings.claims()
    with drawn(named("claims"), replace(inputs, table=inputs.table[4:5])) as made:
        assert "no p value" in words(made)
        assert [len(line.get_xdata()) for line in made.axes[0].lines] == [2]  # zero alone
        check_layout(made)


def test_no_gene_fitted() -> None:
    inputs = drawings.model()
    with drawn(named("dispersions"), replace(inputs, dispersions=inputs.dispersions.iloc[:0])) as made:
        assert "No gene was fitted" in words(made)


def test_fewer_genes_than_the_heatmap_holds() -> None:
    inputs = drawings.contrast()
    with drawn(named("heatmap"), replace(inputs, genes=inputs.genes.head(3))) as made:
        assert "The 3 genes of smallest p value (3 with q < 0.05" in words(made)
        check_layout(made)


def test_three_visits_a_missing_biopsy_and_a_level_outside_the_trial() -> None:
    inputs = drawings.study()
    data = inputs.data[inputs.data.obs_names != "sample_5"].copy()
    data.obs["visit"] = [("before", "after", "week 20", "")[number % 4] for number in range(data.n_obs)]
    pairs = inputs.distances[~inputs.distances[["sample_1", "sample_2"]].isin(["sample_5"]).any(axis=1)]
    inputs = replace(inputs, data=data, distances=pairs, roles={"subject": "subject", "visit": "visit"})
    for record in figures.of("study"):
        with drawn(record, inputs) as made:
            check_layout(made)
            if record.name in ("pca", "pdgfrb", "quality"):
                assert "week 20" in words(made)
                assert "not given" in words(made)


def test_subjects_whose_numbers_repeat_between_arms_are_not_joined() -> None:
    inputs = drawings.study()
    data = inputs.data.copy()
    data.obs["subject"] = [str((int(subject) - 1) // 2) for subject in data.obs["subject"]]
    # Eight subjects in two states; without the role of the state, two biopsies of one visit have no order.
    for without, joined in ((None, 16), ("state", 0)):
        roles = {role: column for role, column in drawings.ROLES.items() if role != without}
        with drawn(named("pdgfrb"), replace(inputs, data=data, roles=roles)) as made:
            lines = [line for axes in made.axes for line in axes.lines if len(set(line.get_xdata())) > 1]
        assert len(lines) == joined
    with drawn(named("pca"), replace(inputs, data=data)) as made:
        paths = [line for line in made.axes[0].lines if line.get_color() == style.LIGHT and len(line.get_xdata()) == 4]
    assert len(paths) == 8


@pytest.mark.parametrize("name", ["ma", "volcano"])
def test_clouds_count_and_label_what_the_statistics_called(name: str) -> None:
    inputs = drawings.contrast()
    with drawn(named(name), inputs, Figures(label_genes=["GENE100", "no such gene"])) as made:
        said = words(made)
        called = inputs.genes[inputs.genes["q_value"] < 0.05]
        up = int((called["log2_fold_change"] > 0).sum())
        assert f"up, q < 0.05 ({up})" in said
        assert f"down, q < 0.05 ({len(called) - up})" in said
        assert all(label in said for label in [*drawings.NAMES, "GENE100"])
        check_layout(made)


def test_a_p_value_of_zero_and_a_wild_fold_change_stay_in_the_picture() -> None:
    inputs = drawings.contrast()
    genes = inputs.genes.copy()
    genes.loc[0, "p_value"] = 0.0
    genes.loc[300, "log2_fold_change"] = -30.0
    with drawn(named("volcano"), replace(inputs, genes=genes)) as made:
        assert "1 drawn at the top have p = 0" in words(made)
        assert made.axes[0].get_xlim()[1] < 10
    with drawn(named("ma"), replace(inputs, genes=genes)) as made:
        assert "1 drawn at the edges are beyond" in words(made)


def test_enrichment_says_how_many_sets_were_tested_and_shows_the_smallest_p_values() -> None:
    with drawn(named("enrichment"), drawings.contrast(), Figures(top_sets=3)) as made:
        said = words(made)
    # 15 sets in each of two collections; q = 10 ** (1 - number) is below 0.05 from number 3 on. Over-representation has
    # all in both directions, the others the odd ones up and the even ones down.
    assert "q < 0.05: 24 of 30 up, 24 of 30 down" in said
    assert "q < 0.05: 12 of 14 up, 12 of 16 down" in said
    assert "CAMERA: 12 up, 12 down" in said
    assert "FRY: 12 up, 12 down" in said
    assert "stimulus 14:" in said
    assert "stimulus 9:" not in said


def test_p_values_count_what_has_none() -> None:
    with drawn(named("p_values"), drawings.contrast()) as made:
        said = words(made)
    assert "Without a p value: 10 low counts." in said
    assert "with a q value (380)" in said
    assert "filtered by their mean (10)" in said


def test_dispersions_count_fits_that_failed_and_say_when_the_trend_did() -> None:
    inputs = drawings.model()
    with drawn(named("dispersions"), replace(inputs, notes={"trend_fell_back": True})) as made:
        said = words(made)
    assert "fit did not converge (2)" in said
    assert "by itself below the axis (5)" in said
    assert "the parametric one failed" in said


def test_wrapped_lines_fit_and_keep_every_word() -> None:
    text = f"{drawings.SAYS} {'x' * 300} end"
    with style.applied(OPTIONS):
        lines = style.wrap(text, 120, 6)
        made = Figure(dpi=360)
        boxes = [made.text(0, 0, line, fontsize=6).get_window_extent(RendererAgg(9, 9, 360)) for line in lines]
    assert max(box.width for box in boxes) / 5 < 121
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_long_names_keep_their_end() -> None:
    assert style.plain("alpha\tbeta\x00gamma") == "alpha beta gamma"
    cut = style.plain("platelet-derived growth factor receptor-alpha signaling pathway", 40)
    assert len(cut) <= 40
    assert cut.startswith("platelet-derived")
    assert cut.endswith("pathway")


def test_influence_of_many_subjects_of_one_that_is_needed_and_of_none() -> None:
    inputs = drawings.contrast()
    one = inputs.influence.head(1)
    many = pd.concat([one.assign(subject=f"patient number {number}", calls_lost=number) for number in range(90)])
    with drawn(named("influence"), replace(inputs, influence=many)) as made:
        check_layout(made)
        assert "Drawn are the 30 of 90 that move most." in words(made)
        assert "patient number 89" in words(made)
        assert "patient number 59" not in words(made)
    needed = one.assign(subject="S01", reason="the others do not determine the contrast")
    with drawn(named("influence"), replace(inputs, influence=needed)) as made:
        assert "Without S01 it cannot be estimated." in words(made)
        assert "The contrast needs every subject." in words(made)
    with drawn(named("influence"), replace(inputs, influence=one.head(0))) as made:
        assert "No subject was left out." in words(made)

"""What the figure of a second opinion shows: a row an engine, who calls what, and words where nothing can be drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from matplotlib.figure import Figure

import drawings
from trialseq import config, de, tables
from trialseq.de.concordance import concordance as of_engines
from trialseq.figures import ConcordanceInputs, concordance, style
from trialseq.naming import TAKEN


def _drawn(inputs: ConcordanceInputs) -> Figure:
    with style.applied(config.Figures()):
        return concordance.figure(inputs, config.Figures())


def _texts(made: Figure) -> str:
    legends = [text for axes in made.axes if axes.get_legend() for text in axes.get_legend().get_texts()]
    return "\n".join(text.get_text() for text in [*legends, *(each for axes in made.axes for each in axes.texts)])


def test_every_engine_has_a_name_everywhere() -> None:
    assert tuple(de.ENGINES) == tables.ENGINE_NAMES == tuple(concordance.NAMES)
    others = tuple(engine for engine in de.ENGINES if engine != de.DEFAULT)
    assert others == TAKEN["model"]
    # The option takes each of them.
    assert config.Statistics(second_opinion=list(others)).second_opinion == list(others)


def test_genes_are_counted_by_who_calls_them() -> None:
    inputs = drawings.concordance()
    called = {engine: genes.set_index("gene_id")["q_value"] < 0.05 for engine, genes in inputs.results.items()}
    one, two = called.values()
    both, first, second = (one & two).sum(), (one & ~two).sum(), (two & ~one).sum()
    assert min(both, first, second) > 0
    texts = _texts(_drawn(inputs))
    for line in (f"called by both ({both})", f"by PyDESeq2 alone ({first})", f"by edgeR alone ({second})"):
        assert line in texts


def test_a_row_an_engine_and_axes_of_one_scale() -> None:
    inputs = drawings.concordance()
    results = {**inputs.results, "limma": inputs.results["edger"]}
    made = _drawn(replace(inputs, results=results, concordance=of_engines(results, 0.05)))
    assert len(made.axes) == 4
    for axes in made.axes:
        assert axes.get_xlim() == axes.get_ylim()
        for line in axes.lines[1:]:
            inside = np.abs(np.column_stack(line.get_data())) <= axes.get_xlim()[1]
            assert inside.all()


def test_an_engine_without_a_gene_in_common_is_said_in_words() -> None:
    inputs = drawings.concordance()
    nothing = inputs.results["edger"].assign(p_value=np.nan, q_value=np.nan)
    results = {**inputs.results, "edger": nothing}
    texts = _texts(_drawn(replace(inputs, results=results, concordance=of_engines(results, 0.05))))
    assert "No gene was tested by both PyDESeq2 and edgeR." in texts.replace("\n", " ")

"""Every problem of a configuration is said at once, in plain words, at the place where the user wrote it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from trialseq.config import Config, Samples, TableSource
from trialseq.problems import InputError, Problem
from trialseq.validation import parse

STUDY = """
study: mine
source: {type: table, counts: counts.tsv, samples: samples.tsv}
trial: {subject: subject, visit: {column: visit, reference: before}}
"""


def _read(text: str) -> Config:
    """The smallest study with the text, as YAML reads it, put over it."""
    raw: dict[Any, Any] = {**yaml.safe_load(STUDY), **yaml.safe_load(text)}
    return parse(raw)


def _problems(text: str) -> dict[str, Problem]:
    with pytest.raises(InputError) as caught:
        _read(text)
    problems = caught.value.problems
    assert len({each.entry for each in problems}) == len(problems)
    return {each.entry: each for each in problems}


def _problem(text: str) -> Problem:
    (problem,) = _problems(text).values()
    return problem


def test_the_smallest_study_has_defaults_for_the_rest() -> None:
    config = _read("study: mine")
    assert config.statistics.alpha == 0.05
    assert isinstance(config.source, TableSource)
    assert config.trial is not None
    assert config.trial.subject.column == "subject"
    assert [each.name for each in config.enrichment.collections] == ["GO"]


@pytest.mark.parametrize(
    ("text", "entry", "hint"),
    [
        ("statistic: {}", "statistic", "did you mean statistics?"),
        ("statistics: {alhpa: 0.1}", "statistics.alhpa", "did you mean alpha?"),
        (
            "source: {type: table, counts: c, samples: s, gene_colum: x}",
            "source.gene_colum",
            "did you mean gene_column?",
        ),
        (
            "trial: {subject: s, visit: {column: v, reference: b, refrence: a}}",
            "trial.visit.refrence",
            "did you mean reference?",
        ),
        (
            "enrichment: {collections: [{name: GO, shipped: GO}, {name: R, file: r.gmt, sha265: x}]}",
            "enrichment.collections.1.sha265",
            "did you mean sha256?",
        ),
        (
            "models: [{id: m, formula: ~ x, contrasts: [{id: c, expression: a - b, say: x}]}]",
            "models.0.contrasts.0.say",
            "did you mean says?",
        ),
    ],
)
def test_an_unknown_option_is_an_error_with_the_likely_one(text: str, entry: str, hint: str) -> None:
    problem = _problem(text)
    assert (problem.entry, problem.expected, problem.hint) == (entry, "a known option", hint)


def test_an_option_like_no_other_is_answered_with_what_there_is() -> None:
    assert _problem("samples: {zzz: 1}").hint == "there is: recode, subset, exclude"


@pytest.mark.parametrize(
    ("text", "entry", "expected", "found"),
    [
        ("statistics: {alpha: small}", "statistics.alpha", "a number", "'small'"),
        ("statistics: {alpha: 2}", "statistics.alpha", "below 1", "2"),
        ("statistics: {alpha: 0}", "statistics.alpha", "above 0", "0"),
        ("statistics: {min_count: 1.5}", "statistics.min_count", "an integer", "1.5"),
        ("statistics: {min_count: -1}", "statistics.min_count", "at least 0", "-1"),
        ("statistics: {min_samples: 0}", "statistics.min_samples", "at least 1 or smallest_cell", "0"),
        ("statistics: {min_samples: all}", "statistics.min_samples", "an integer or smallest_cell", "'all'"),
        ("statistics: {cooks: perhaps}", "statistics.cooks", "true or false", "'perhaps'"),
        ("statistics: [alpha]", "statistics", "a group of options", "a list of alpha"),
        ("figures: {dpi: 601}", "figures.dpi", "at most 600", "601"),
        ("figures: {dpi: .inf}", "figures.dpi", "a finite number", "inf"),
        ("figures: {formats: []}", "figures.formats", "at least one entry", "an empty list"),
        ("figures: {formats: pdf}", "figures.formats", "a list", "'pdf'"),
        (
            "figures: {up: red}",
            "figures.up",
            "a colour such as '#B2182B' (in quotes: a bare # starts a comment)",
            "'red'",
        ),
        ("study: my study", "study", "letters, digits and . _ + -, a letter or digit first", "'my study'"),
        ("study: ../mine", "study", "letters, digits and . _ + -, a letter or digit first", "'../mine'"),
        ("results: ''", "results", "text that is not empty", "''"),
        ("samples: {recode: [a]}", "samples.recode", "names, each with a value", "a list of a"),
        ("1: 2", "configuration", "names of options, which are text", "1"),
        (
            "enrichment: {min_abs_log2_fold_change: .nan}",
            "enrichment.min_abs_log2_fold_change",
            "a finite number",
            "nan",
        ),
        (
            "source: {type: geo_ncbi, accession: GDS1}",
            "source.accession",
            "an accession such as GSE157988",
            "'GDS1'",
        ),
    ],
)
def test_a_wrong_value_is_said_in_words_with_what_was_found(text: str, entry: str, expected: str, found: str) -> None:
    problem = _problem(text)
    assert (problem.entry, problem.expected, problem.found) == (entry, expected, found)


def test_a_choice_that_is_misspelt_gets_the_likely_one() -> None:
    problem = _problem("statistics: {trend: parametrik}")
    assert (problem.expected, problem.hint) == ("parametric or mean", "did you mean parametric?")


@pytest.mark.parametrize(
    ("source", "entry", "found", "hint"),
    [
        ("{counts: c}", "source.type", "nothing", "this entry is required"),
        ("{type: tabel}", "source.type", "'tabel'", "did you mean table?"),
        ("table", "source", "'table'", "a type (table or geo_supplementary or geo_ncbi) and its options"),
    ],
)
def test_a_source_without_a_known_type_is_an_error(source: str, entry: str, found: str, hint: str) -> None:
    problem = _problem(f"source: {source}")
    assert (problem.entry, problem.found, problem.hint) == (entry, found, hint)


def test_what_is_required_and_absent_is_named() -> None:
    problems = _problems("{source: {type: table}, trial: {visit: {column: v}}}")
    assert set(problems) == {"source.counts", "source.samples", "trial.subject", "trial.visit.reference"}
    assert {each.found for each in problems.values()} == {"nothing"}


def test_several_problems_are_all_reported_at_once() -> None:
    text = """
    study: a/b
    statistic: {}
    statistics: {alpha: 7, trend: none}
    samples: {exclude: S1}
    """
    problems = _problems(text)
    assert set(problems) == {"study", "statistic", "statistics.alpha", "statistics.trend", "samples.exclude"}
    with pytest.raises(InputError) as caught:
        _read(text)
    assert str(caught.value).startswith("The input has 5 problems; nothing was run.\nstudy\n    expected: letters")


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("", "none of them"),
        (", shipped: GO, file: a.gmt", "shipped and file"),
        (", file: a.gmt, address: 'https://example.org/a.gmt', enrichr: KEGG", "file and address and enrichr"),
    ],
)
def test_a_collection_has_one_origin(options: str, found: str) -> None:
    problem = _problem(f"enrichment: {{collections: [{{name: mine{options}}}]}}")
    assert problem.entry == "enrichment.collections.0"
    assert problem.expected == "exactly one of shipped, file, address, enrichr"
    assert problem.found == found


def test_collections_and_models_that_share_a_name_are_refused_even_in_another_case() -> None:
    assert _problem("enrichment: {collections: [{name: a, file: x}, {name: A, file: y}]}").found == "A, a"
    model = "formula: ~ x, contrasts: [{id: c, expression: a - b}]"
    assert _problem(f"models: [{{id: m, {model}}}, {{id: M, {model}}}]").found == "M, m"


def test_sizes_of_sets_are_in_order() -> None:
    problem = _problem("enrichment: {min_size: 600}")
    assert (problem.entry, problem.found) == ("enrichment", "min_size 600, max_size 500")


def test_whether_changes_are_small_is_asked_against_a_threshold() -> None:
    problem = _problem("statistics: {alternative: lessAbs}")
    assert problem.entry == "statistics"
    assert problem.expected == "an lfc_threshold above 0 with alternative lessAbs"
    assert "small" in problem.hint


def test_genes_that_hardly_change_are_kept_out_of_lists_of_changed_genes() -> None:
    small = "statistics: {alternative: lessAbs, lfc_threshold: 0.5}"
    assert "min_abs_log2_fold_change of at least 0.5" in _problem(small).expected
    assert _read(f"{small}\nenrichment: {{min_abs_log2_fold_change: 0.5}}").statistics.lfc_threshold == 0.5


def test_a_study_without_a_question_is_refused() -> None:
    for empty in ("trial:", "{trial: null, models: []}"):
        problem = _problem(empty)
        assert (problem.expected, problem.found) == ("a trial, or models", "neither")


def test_a_group_that_was_left_empty_is_said_to_be_removable() -> None:
    assert _problem("statistics:").hint == "leave the entry out where none of its options is set"


def test_levels_that_are_numbers_are_text() -> None:
    config = _read(
        """
        samples: {recode: {batch: {1: 2, 0: A}}, exclude: [17]}
        trial: {subject: subject, visit: {column: visit, reference: 0, levels: [0, 1]}}
        """
    )
    assert config.samples == Samples(recode={"batch": {"1": "2", "0": "A"}}, exclude=["17"])
    assert config.trial is not None
    assert (config.trial.visit.reference, config.trial.visit.levels) == ("0", ["0", "1"])


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "true", "False"])
def test_a_level_that_yaml_turned_into_a_truth_value_has_to_be_quoted(word: str) -> None:
    problem = _problem(f"trial: {{subject: s, visit: {{column: treated, reference: {word}}}}}")
    assert problem.entry == "trial.visit.reference"
    assert problem.expected == "text"
    assert problem.found in ("the truth value true", "the truth value false")
    assert "put text in quotes" in problem.hint
    quoted = _read(f"trial: {{subject: s, visit: {{column: treated, reference: '{word}'}}}}")
    assert quoted.trial is not None
    assert quoted.trial.visit.reference == word


def test_truth_values_are_found_among_old_and_new_levels() -> None:
    problems = _problems("samples: {recode: {agent: {no: Placebo}, visit: {A: off}}}")
    assert set(problems) == {"samples.recode.agent", "samples.recode.visit.A"}
    assert {each.found for each in problems.values()} == {"the truth value false"}


def test_a_column_called_like_a_source_keeps_its_place_in_the_path() -> None:
    assert set(_problems("samples: {recode: {table: {A: [1]}}}")) == {"samples.recode.table.A"}


def test_a_truth_value_is_no_number() -> None:
    problems = _problems("{statistics: {min_count: yes, alpha: on, min_samples: no}, download: {retries: no}}")
    assert set(problems) == {
        "statistics.min_count",
        "statistics.alpha",
        "statistics.min_samples",
        "download.retries",
    }
    assert {each.expected for each in problems.values()} == {"a number"}


@pytest.mark.parametrize(
    ("text", "found"), [("study: 2024", "2024"), ("title: 2024-05-01", "2024-05-01"), ("title: 1.50", "1.5")]
)
def test_text_that_yaml_read_as_a_number_or_date_has_to_be_quoted(text: str, found: str) -> None:
    problem = _problem(text)
    assert (problem.found, problem.hint) == (found, "put it in quotes: YAML reads it as a number or a date")


def test_a_bare_colour_is_a_comment_and_the_hint_says_so() -> None:
    assert "a bare # starts a comment" in _problem("figures:\n  up: #B2182B\n  dpi: 100").hint


def test_a_number_that_yaml_left_as_text_is_a_number() -> None:
    assert _read("statistics: {alpha: 1e-3}").statistics.alpha == 0.001


def test_what_was_found_is_cut_to_a_line() -> None:
    problem = _problem(f"study: '{'x y ' * 1000}'")
    assert len(problem.found) <= 80
    assert "\n" not in problem.found


@pytest.mark.parametrize(
    ("model", "contrast", "problem"),
    [("a.edger", "b", "an id of the model"), ("a", "b.concordance", "an id of the contrast"), ("edger", "b.edger", "")],
)
def test_an_id_that_would_be_taken_for_another_file_is_refused(model: str, contrast: str, problem: str) -> None:
    text = f"models: [{{id: {model}, formula: ~ x, contrasts: [{{id: {contrast}, expression: A - B}}]}}]"
    if problem:
        assert problem in _problem(text).expected
    else:
        assert _read(text).models[0].id == model


def test_engines_of_a_second_opinion_are_named() -> None:
    assert _read("study: mine").statistics.second_opinion == []
    assert _read("statistics: {second_opinion: [limma, stock]}").statistics.second_opinion == ["limma", "stock"]
    assert _problem("statistics: {second_opinion: [edgeR]}").hint == "did you mean edger?"

"""Documentation that is generated is complete, linked, and valid as Markdown and JSON schema."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from trialseq import contract, tables
from trialseq.config import Config
from trialseq.docs import config_reference, config_schema, stale, tables_reference
from trialseq.validation import PATTERNS
from workflow_runner import ROOT

REFERENCE = config_reference("study: example")
SCHEMA = yaml.safe_load(config_schema())
GROUPS = {"Config": SCHEMA, **SCHEMA["$defs"]}


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def _rows(text: str) -> list[list[str]]:
    return [_cells(line) for line in text.splitlines() if line.startswith("| `")]


@pytest.mark.parametrize("group", GROUPS)
def test_every_option_has_a_row_with_type_default_and_meaning(group: str) -> None:
    rows = {row[0]: row for row in _rows(REFERENCE)}
    for option in GROUPS[group]["properties"]:
        assert len(rows[f"`{option}`"]) == 4
        assert all(rows[f"`{option}`"]), f"{group}.{option}"


def test_required_options_ranges_and_choices_are_in_words() -> None:
    rows = {row[0]: row for row in _rows(REFERENCE)}
    assert rows["`confidence`"][1:3] == ["number, above 0, below 1", "`0.95`"]
    assert rows["`trend`"][1:3] == ["`parametric` or `mean`", "`parametric`"]
    assert rows["`study`"][2] == "**required**"
    assert rows["`dpi`"][1] == "integer, at least 50, at most 600"
    assert rows["`reference`"][1].startswith(("text", "names, each with text"))
    assert rows["`label_genes`"][1:3] == ["list of text", "none"]


def test_every_link_leads_to_a_group() -> None:
    links = set(re.findall(r"\]\(#([^)]+)\)", REFERENCE))
    assert links == set(re.findall(r'<a id="([^"]+)">', REFERENCE)) == {name.lower() for name in SCHEMA["$defs"]}


def test_nested_groups_are_headed_by_the_path_at_which_they_stand() -> None:
    headings = re.findall(r"^## (.+)$", REFERENCE, re.MULTILINE)
    assert "`trial.visit`, `trial.arm`, `trial.state`" in headings
    assert "`models[].contrasts[]`" in headings
    assert "`source` of type `geo_ncbi`" in headings


def test_every_pattern_of_an_option_has_words_and_no_words_are_left_over() -> None:
    assert set(re.findall(r"^\s*-?\s*pattern: (.+)$", config_schema(), re.MULTILINE)) != set()
    found = set()
    waiting = [SCHEMA]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            found |= {each["pattern"]} if isinstance(each.get("pattern"), str) else set()
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
    assert found == set(PATTERNS)


def test_the_schema_accepts_the_shipped_configurations_and_refuses_an_unknown_option() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for path in sorted((ROOT / "config").glob("*.yaml")):
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
        jsonschema.validate(config, SCHEMA)
        with pytest.raises(jsonschema.ValidationError, match="statistic"):
            jsonschema.validate({**config, "statistic": {}}, SCHEMA)


def test_the_schema_accepts_what_the_options_accept_of_levels_and_subjects() -> None:
    config = {
        "study": "mine",
        "source": {"type": "table", "counts": "c", "samples": "s"},
        "trial": {"subject": {"column": "s", "within": ["g"]}, "visit": {"column": "v", "reference": 0}},
    }
    Config.model_validate(config)
    jsonschema.validate(config, SCHEMA)


def test_every_table_and_column_is_documented() -> None:
    text = tables_reference(tables.ALL)
    sections = dict(re.findall(r"^## `([^`]+)`\n(.+?)(?=^<a id|\Z)", text, re.MULTILINE | re.DOTALL))
    assert list(sections) == [table.file for table in tables.ALL]
    for table in tables.ALL:
        assert f"A row is {table.row}." in sections[table.file]
        assert [row[0] for row in _rows(sections[table.file])] == [f"`{name}`" for name in table.names]


def test_a_bar_in_a_cell_is_escaped() -> None:
    table = contract.Table("t.tsv", "a row", (contract.Column("a|b", "text", "one | two\nthree"),))
    (row,) = _rows(tables_reference([table]))
    assert row == [r"`a\|b`", "text", r"one \| two three"]


def test_check_fails_until_fix_has_written_what_differs(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.yaml").write_text("study: example\n")

    def docs(action: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "trialseq.docs", action]
        path = {"PYTHONPATH": str(ROOT / "workflow")}
        return subprocess.run(command, cwd=tmp_path, env=path, capture_output=True, text=True, check=False)

    assert len(stale(tmp_path)) == 3
    first = docs("--check")
    assert first.returncode == 1
    assert "config/README.md" in first.stderr
    assert "make docs" in first.stderr
    assert docs("--fix").returncode == 0
    assert docs("--check").returncode == 0
    (tmp_path / "docs" / "tables.md").write_text("edited\n")
    assert stale(tmp_path) == ["docs/tables.md"]
    assert docs("--fix").stdout == "Wrote docs/tables.md\n"
    assert stale(tmp_path) == []

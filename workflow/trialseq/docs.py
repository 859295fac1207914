"""Documentation that is generated from the code: `python -m trialseq.docs --check` or `--fix`.

Run at the root of the checkout. config/ gives config/README.md and workflow/schemas/config.schema.yaml; tables/
gives docs/tables.md.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from trialseq import tables
from trialseq.config import Config
from trialseq.contract import Column, Table
from trialseq.io import write_text
from trialseq.validation import PATTERNS

Schema = Mapping[str, Any]

REPAIR = "run `make docs`"
NOTICE = "<!-- Generated from workflow/trialseq by `make docs`. Edits here are lost. -->"
CONFIG_INTRODUCTION = """\
A study is one YAML file, given as `make run CONFIG=config/mine.yaml` or `snakemake --configfile config/mine.yaml`. It
has to name the study, the source of the counts, and a question: the roles of a trial, explicit models, or both.
Everything else has a default. Unknown options are errors, and every problem is reported before any job starts.

YAML reads a bare `yes`, `no`, `on`, `off`, `true` or `false` as a truth value, and a bare `#` as the start of a
comment: put levels and colours like these in quotes. Paths are relative to the folder in which the workflow runs;
one that starts with `resources/` is also looked for beside the workflow.

The smallest configuration that runs, [config.yaml](config.yaml):
"""
TABLES_INTRODUCTION = """\
Every table is written below `results/<study>/`. Rows come in a fixed order; missing numbers are `NA` in text files;
numbers have ten significant digits. Fold changes are log2 fold changes. `.parquet` files hold the same columns for
programs.
"""


def documents(root: Path) -> dict[Path, str]:
    """What each generated file has to contain, by path. The example in it is read from config/config.yaml."""
    example = (root / "config" / "config.yaml").read_text(encoding="utf-8")
    return {
        root / "config" / "README.md": config_reference(example),
        root / "workflow" / "schemas" / "config.schema.yaml": config_schema(),
        root / "docs" / "tables.md": tables_reference(tables.ALL),
    }


def stale(root: Path) -> list[str]:
    """Paths of the generated files that are absent or differ from what the code says."""
    return [
        str(path.relative_to(root))
        for path, text in documents(root).items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


# Configuration ------------------------------------------------------------------------


def config_schema() -> str:
    """The JSON schema of the configuration, as YAML."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Config.model_json_schema()}
    text = yaml.safe_dump(schema, sort_keys=False, width=110, allow_unicode=True)
    return f"# Generated from workflow/trialseq/config by `make docs`. Edits here are lost.\n{text}"


def config_reference(example: str) -> str:
    """Every option as Markdown: a table for each group."""
    schema = Config.model_json_schema()
    groups = schema["$defs"]
    paths: dict[str, list[str]] = {}
    for path, name in _places(schema, groups, ""):
        paths.setdefault(name, []).append(path)
    lines = ["# Configuration", "", NOTICE, "", CONFIG_INTRODUCTION, "```yaml", example.rstrip(), "```", ""]
    lines += ["`[]` below stands for each entry of a list.", "", "## The study", "", *_group(schema)]
    for name, places in paths.items():
        group = groups[name]
        tag = group["properties"].get("type", {}).get("const")
        title = ", ".join(f"`{place}`" for place in places) + (f" of type `{tag}`" if tag else "")
        lines += ["", f'<a id="{name.lower()}"></a>', "", f"## {title}", "", group["description"], "", *_group(group)]
    return "\n".join(lines) + "\n"


def _places(group: Schema, groups: Mapping[str, Schema], path: str) -> Iterator[tuple[str, str]]:
    """Where groups stand, as `trial.visit`, each with its name, from the outside inwards."""
    for option, value in group["properties"].items():
        here = f"{path}.{option}" if path else option
        for name, suffix in _referred(value):
            yield here + suffix, name
            yield from _places(groups[name], groups, here + suffix)


def _referred(value: Schema) -> Iterator[tuple[str, str]]:
    if "$ref" in value:
        yield value["$ref"].rsplit("/", 1)[-1], ""
    for each in (*value.get("anyOf", ()), *value.get("oneOf", ())):
        yield from _referred(each)
    if "items" in value:
        yield from ((name, f"[]{suffix}") for name, suffix in _referred(value["items"]))


def _group(group: Schema) -> list[str]:
    required = group.get("required", ())
    rows = [
        (f"`{name}`", _kind(value), _default(value, required=name in required), value.get("description", ""))
        for name, value in group["properties"].items()
    ]
    return _table(("option", "type", "default", "meaning"), rows)


def _kind(value: Schema) -> str:
    """Type and range in words."""
    alternatives = [each for each in (*value.get("anyOf", ()), *value.get("oneOf", ())) if each.get("type") != "null"]
    if alternatives:
        if [each.get("type") for each in alternatives] == ["string", "integer"]:
            return "text"  # a level: a bare number is taken as text
        return " or ".join(map(_kind, alternatives))
    if "$ref" in value:
        name = str(value["$ref"]).rsplit("/", 1)[-1]
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
        return f"[{words}](#{name.lower()})"
    if "const" in value or "enum" in value:
        return " or ".join(f"`{each}`" for each in value.get("enum", [value.get("const")]))
    if "pattern" in value:
        return ", ".join([PATTERNS[value["pattern"]], *_range(value)])
    if value["type"] == "array":
        return ", ".join(["list of " + _kind(value["items"]), *_range(value)])
    if value["type"] == "object":
        return f"names, each with {_kind(value['additionalProperties'])}"
    words = {"string": "text", "boolean": "true or false"}.get(value["type"], str(value["type"]))
    return ", ".join([words, *_range(value)])


def _range(value: Schema) -> Iterator[str]:
    for key, words in {
        "minimum": "at least",
        "exclusiveMinimum": "above",
        "maximum": "at most",
        "exclusiveMaximum": "below",
    }.items():
        if key in value:
            yield f"{words} {value[key]:.10g}"
    if value.get("minLength"):
        yield "not empty"
    if "maxLength" in value:
        yield f"at most {value['maxLength']} characters"
    if value.get("minItems"):
        yield "at least one entry"


def _default(value: Schema, *, required: bool) -> str:
    if required:
        return "**required**"
    if next(_referred(value), None) is not None and value["default"] is not None and "items" not in value:
        return "its defaults"
    if value["default"] in (None, [], {}):
        return "none"
    default = value["default"]
    if isinstance(default, list) and isinstance(default[0], Mapping):
        default = [{key: each for key, each in entry.items() if each not in (None, [])} for entry in default]
    return f"`{default if isinstance(default, str) else json.dumps(default, ensure_ascii=False)}`"


# Tables -------------------------------------------------------------------------------


def tables_reference(every: Sequence[Table]) -> str:
    """Every table as Markdown: its file, what a row is, its columns."""
    lines = ["# Tables", "", NOTICE, "", TABLES_INTRODUCTION]
    lines += [f"- [`{table.file}`](#{_anchor(table)}): a row is {table.row}" for table in every]
    for table in every:
        rows = [(f"`{column.name}`", _column_kind(column), column.meaning) for column in table.columns]
        lines += ["", f'<a id="{_anchor(table)}"></a>', "", f"## `{table.file}`", "", f"A row is {table.row}.", ""]
        lines += _table(("column", "type", "meaning"), rows)
        if table.more:
            lines += ["", f"Then: {table.more}."]
    return "\n".join(lines) + "\n"


def _anchor(table: Table) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in table.file).strip("-")


def _column_kind(column: Column) -> str:
    words = {"truth": "true or false"}.get(column.kind, str(column.kind))
    parts = [words if not column.levels else " or ".join(f"`{level}`" for level in column.levels)]
    if column.low is not None and column.high is not None:
        parts.append(f"{column.low:g} to {column.high:g}")
    elif column.low is not None:
        parts.append(f"at least {column.low:g}")
    elif column.high is not None:
        parts.append(f"at most {column.high:g}")
    if not column.empty:
        parts.append("never missing")
    return ", ".join(parts)


# Both ---------------------------------------------------------------------------------


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [_row(head), _row(["---"] * len(head)), *map(_row, rows)]


def _row(cells: Sequence[str]) -> str:
    escaped = (cell.replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def main() -> None:
    """Compare the generated files with the code, or write them anew."""
    parser = argparse.ArgumentParser(prog="python -m trialseq.docs", description="Documentation from the code.")
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--check", action="store_true", help="exit with 1 where a file is out of date")
    action.add_argument("--fix", action="store_true", help="write the files that are out of date")
    arguments = parser.parse_args()
    root = Path.cwd()
    old = stale(root)
    if arguments.check and old:
        sys.exit(f"Out of date: {', '.join(old)}; {REPAIR}")
    texts = documents(root)
    for name in old:
        write_text(texts[root / name], root / name)
        print(f"Wrote {name}")


if __name__ == "__main__":
    main()

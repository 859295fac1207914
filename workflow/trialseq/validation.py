"""From the text of a configuration to options, or to every problem in it at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError

from trialseq.config import Config, GeoNcbiSource, GeoSupplementarySource, TableSource
from trialseq.options import Options, alternatives
from trialseq.problems import InputError, Problem, closest, listing

SOURCES: dict[str, type[Options]] = {
    "table": TableSource,
    "geo_supplementary": GeoSupplementarySource,
    "geo_ncbi": GeoNcbiSource,
}
# What each pattern of an option says to a person; the documentation uses the same words.
PATTERNS = {
    r"^[A-Za-z0-9][A-Za-z0-9_.+-]*$": "letters, digits and . _ + -, a letter or digit first",
    r"^[A-Za-z0-9][A-Za-z0-9.-]*$": "letters, digits and . -, a letter or digit first",
    r"^[A-Za-z0-9_.-]+$": "letters, digits and . _ -",
    r"^[0-9a-f]{64}$": "a SHA-256 checksum of 64 digits 0-9 and a-f",
    r"^GSE[0-9]{1,9}$": "an accession such as GSE157988",
    r"^https?://\S+$": "an address that starts with http:// or https://",
    r"^https?://[^/\s]+$": "scheme and host such as https://mirror.example.org, without a path",
    r"^#[0-9A-Fa-f]{6}$": "a colour such as '#B2182B' (in quotes: a bare # starts a comment)",
}
TYPES = {
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "an integer",
    "int_parsing": "an integer",
    "int_from_float": "an integer",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "list_type": "a list",
    "dict_type": "names, each with a value",
    "truth_value": "a number",
}
RANGES = {"greater_than": "above", "greater_than_equal": "at least", "less_than": "below", "less_than_equal": "at most"}
MOST_VALUES = 200_000  # of a configuration, aliases unfolded
UNQUOTED = "YAML reads a bare yes, no, on, off, true and false as a truth value"


def parse(raw: Mapping[str, Any]) -> Config:
    """Read a configuration; defaults are filled in.

    Raises InputError with every problem at once.
    """
    _refuse_unfolding(raw)
    try:
        return Config.model_validate(dict(raw))
    except ValidationError as error:
        raise InputError(_merged(_problem(each) for each in error.errors(include_url=False))) from None


def _refuse_unfolding(raw: object) -> None:
    """Raise InputError where aliases of YAML make few lines into more values than anybody wrote."""
    left, stack = MOST_VALUES, [raw]
    while stack:
        value = stack.pop()
        left -= 1
        if left < 0:
            hint = "YAML aliases (*name) repeat what an anchor (&name) holds: write it out"
            raise InputError(Problem("configuration", f"at most {MOST_VALUES:,} values", "more", hint))
        if isinstance(value, Mapping):
            stack += [*value, *value.values()]
        elif isinstance(value, list | tuple | set):
            stack += value


def _merged(problems: Iterable[Problem]) -> list[Problem]:
    """One problem an entry: pydantic reports each alternative of a union by itself."""
    of_entry: dict[str, list[Problem]] = {}
    for problem in problems:
        of_entry.setdefault(problem.entry, []).append(problem)
    return [
        replace(found[0], expected=" or ".join(dict.fromkeys(each.expected for each in found)))
        for found in of_entry.values()
    ]


def _problem(error: Mapping[str, Any]) -> Problem:
    loc: Sequence[int | str] = error["loc"]
    kind, context, value = error["type"], error.get("ctx", {}), error["input"]
    if kind == "extra_forbidden":
        path, here = _walk(loc[:-1])
        name = str(loc[-1])
        options = [option for group in _groups(here) for option in group.model_fields]
        return Problem(".".join([*path, name]), "a known option", f"{name}: {_short(value)}", closest(name, options))
    # A key is no entry of its own: what is wrong stands in the group around it.
    path, here = _walk(loc[:-2] if loc[-1:] == ("[key]",) else loc)
    entry = ".".join(path) or "configuration"
    match kind:
        case "missing":
            return Problem(entry, "a value", "nothing", "this entry is required")
        case "wrong":
            return Problem(entry, context["expected"], context["found"], context["hint"])
        case "value_error":
            return Problem(entry, error["msg"].removeprefix("Value error, "), _short(value))
        case "union_tag_invalid":
            tag = context["tag"]
            return Problem(f"{entry}.type", " or ".join(SOURCES), _short(tag), closest(tag, SOURCES))
        case "union_tag_not_found":
            return Problem(f"{entry}.type", " or ".join(SOURCES), "nothing", "this entry is required")
        case "model_type" | "model_attributes_type":
            return Problem(entry, "a group of options", _short(value), _about(_groups(here), value))
        case "invalid_key":
            return Problem(entry, "names of options, which are text", _short(value))
        case "literal_error":
            allowed = [
                str(each) for every in alternatives(here) if get_origin(every) is Literal for each in get_args(every)
            ]
            return Problem(entry, " or ".join(allowed), _short(value), _quoting(value) or _nearest(value, allowed))
        case _:
            return Problem(entry, _expected(kind, context, error["msg"]), _short(value), _quoting(value, kind))


def _walk(loc: Sequence[int | str]) -> tuple[list[str], Any]:
    """The path as the user wrote it, and the annotation of what stands there.

    pydantic adds steps that the user never wrote: the tag of a source, the alternative of a union, `[key]`.
    """
    path: list[str] = []
    here: Any = Config
    for part in loc:
        kinds = alternatives(here)
        groups = _groups(here)
        containers = [each for each in kinds if get_origin(each) in (list, dict)]
        if len(groups) > 1 and part in SOURCES:
            here = SOURCES[str(part)]
        elif groups and part in groups[0].model_fields:
            path.append(str(part))
            here = groups[0].model_fields[str(part)].annotation
        elif containers:
            path.append(str(part))
            here = get_args(containers[0])[-1]
    return path, here


def _groups(annotation: Any) -> list[type[Options]]:  # noqa: ANN401 - what typing gives
    return [each for each in alternatives(annotation) if isinstance(each, type) and issubclass(each, Options)]


def _expected(kind: str, context: Mapping[str, Any], message: str) -> str:
    if kind in TYPES:
        return TYPES[kind]
    match kind:
        case "string_pattern_mismatch":
            return PATTERNS[context["pattern"]]
        case "string_too_short":
            return "text that is not empty"
        case "string_too_long":
            return f"at most {context['max_length']} characters"
        case "too_short":
            return "at least one entry"
    if kind in RANGES:
        return f"{RANGES[kind]} {next(iter(context.values())):g}"
    return message


def _quoting(value: object, kind: str = "string_type") -> str:
    """A hint where YAML made something else of a text that was not in quotes."""
    if isinstance(value, bool):
        return f"{UNQUOTED}: put text in quotes" if kind == "string_type" else UNQUOTED
    if kind == "string_type" and isinstance(value, int | float | date):
        return "put it in quotes: YAML reads it as a number or a date"
    if kind == "string_type" and value is None:
        return "text that starts with # has to be in quotes: a bare # starts a comment"
    return ""


def _about(groups: Sequence[type[Options]], value: object) -> str:
    if value is None:
        return "leave the entry out where none of its options is set"
    if len(groups) > 1:
        return f"a type ({' or '.join(SOURCES)}) and its options"
    return f"options are {listing(groups[0].model_fields, 20)}"


def _nearest(value: object, allowed: Sequence[str]) -> str:
    hint = closest(value, allowed) if isinstance(value, str) else ""
    return hint if hint.startswith("did you mean") else ""


def _short(value: object) -> str:
    """What was found, in a line."""
    match value:
        case None:
            text = "nothing"
        case bool():
            text = f"the truth value {str(value).lower()}"
        case str():
            text = repr(value)
        case Mapping():
            text = f"a group with {listing(value)}" if value else "an empty group"
        case list():
            text = f"a list of {listing(value)}" if value else "an empty list"
        case _:
            text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."

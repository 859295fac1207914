"""From the text of a configuration to options, or to every problem in it at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from trialseq.config import NAME, Config, GeoNcbiSource, GeoSupplementarySource, Options, TableSource
from trialseq.problems import InputError, Problem, closest

SOURCES: dict[str, type[Options]] = {
    "table": TableSource,
    "geo_supplementary": GeoSupplementarySource,
    "geo_ncbi": GeoNcbiSource,
}


def parse(raw: Mapping[str, Any]) -> Config:
    """Read a configuration; defaults are filled in.

    Raises InputError with every problem at once.
    """
    try:
        return Config.model_validate(dict(raw))
    except ValidationError as error:
        raise InputError(_problem(each) for each in error.errors(include_url=False)) from None


def _problem(error: Mapping[str, Any]) -> Problem:
    # pydantic puts the tag of a union ("table") into the path; the user never wrote it.
    path = [str(part) for part in error["loc"] if part not in SOURCES]
    entry = ".".join(path) or "configuration"
    found = error["input"]
    match error["type"]:
        case "extra_forbidden":
            return Problem(
                entry,
                "a known option",
                f"{path[-1]}: {_short(found)}",
                closest(path[-1], _siblings(error["loc"])),
            )
        case "missing":
            return Problem(entry, "a value", "nothing", "this entry is required")
        case "union_tag_invalid" | "union_tag_not_found":
            return Problem(
                f"{entry}.type",
                " or ".join(SOURCES),
                _short(found.get("type", "nothing") if isinstance(found, dict) else found),
            )
        case "string_pattern_mismatch" if error["ctx"]["pattern"] == NAME:
            return Problem(entry, "letters, digits and . _ + -, and a letter or digit first", _short(found))
        case "value_error":
            return Problem(entry, error["msg"].removeprefix("Value error, "), _short(found))
        case "model_type" | "model_attributes_type":
            return Problem(entry, "a group of options", _short(found))
        case _:
            return Problem(
                entry,
                error["msg"].removeprefix("Input should be ").removeprefix("String should "),
                _short(found),
            )


def _siblings(loc: tuple[int | str, ...]) -> list[str]:
    """Names of the options that may stand where an unknown one was found."""
    model: type[Options] = Config
    for part in loc[:-1]:
        if isinstance(part, int):
            continue
        model = SOURCES.get(str(part)) or _inner(model.model_fields[str(part)].annotation) or model
    return list(model.model_fields)


def _inner(annotation: object) -> type[Options] | None:
    """The group of options inside an annotation such as `list[Collection]` or `Role | None`."""
    if isinstance(annotation, type) and issubclass(annotation, Options):
        return annotation
    return next((found for each in getattr(annotation, "__args__", ()) if (found := _inner(each))), None)


def _short(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."

"""What options are made of: kinds of text, groups, and errors that say what was found."""

from __future__ import annotations

import re
import unicodedata
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

Text = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]*$", max_length=100)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Accession = Annotated[str, Field(pattern=r"^GSE[0-9]{1,9}$")]
# YAML reads a bare 1 as a number; levels of a factor are text. A bare yes is refused: its spelling is lost.
Level = Annotated[
    str, BeforeValidator(lambda value: str(value) if type(value) is int else value, json_schema_input_type=str | int)
]


def _regular_expression(value: str) -> str:
    try:
        re.compile(value)
    except (re.error, OverflowError) as error:
        raise ValueError(f"a regular expression ({error})") from None
    except RecursionError:
        raise ValueError("a regular expression with fewer brackets inside each other") from None
    return value


def _file_name(value: str) -> str:
    # It becomes part of a path and of an address.
    if not re.fullmatch(r"[A-Za-z0-9][^/\\{}\x00-\x1f]*", value):
        raise ValueError("the name of a file, without a folder, a letter or digit first")
    return _path(value)


def _path(value: str) -> str:
    # Snakemake reads braces as wildcards, and paths go into commands of its own.
    if odd := sorted({letter for letter in value if letter in _ODD or unicodedata.category(letter)[0] == "C"}):
        raise ValueError(f"a path without {' '.join(map(ascii, odd))}")
    return value


def _address(value: str) -> str:
    try:
        if urlsplit(value).hostname is None or urlsplit(value).port == 0:
            raise ValueError
    except ValueError:
        raise ValueError("an address with the name of a host") from None
    return value


_ODD = frozenset("{}[]<>*?|&;$`\"'\\")
Pattern = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_regular_expression)]
PathText = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_path)]
Address = Annotated[str, Field(pattern=r"^https?://\S+$", max_length=2000), AfterValidator(_address)]
FileName = Annotated[str, Field(max_length=200), AfterValidator(_file_name)]


def wrong(expected: str, found: str, hint: str = "") -> PydanticCustomError:
    """An error that says what was found, where the value itself (a whole group, say) would not tell."""
    return PydanticCustomError("wrong", "{expected}", {"expected": expected, "found": found, "hint": hint})


def alternatives(annotation: Any) -> list[Any]:  # noqa: ANN401 - what typing gives
    """The types that an annotation allows, without unions, constraints and None."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return alternatives(arguments[0])
    if origin in (Union, UnionType):
        return [each for argument in arguments for each in alternatives(argument)]
    return [] if annotation is type(None) else [annotation]


class Options(BaseModel):
    """A group of options: unknown names are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Numeric(Options):
    """A group of options with numbers among them."""

    @field_validator("*", mode="before")
    @classmethod
    def truth_values_are_not_numbers(cls, value: object, info: ValidationInfo) -> object:
        """Python counts True as 1; a person who writes yes for a number made a mistake."""
        kinds = alternatives(cls.model_fields[str(info.field_name)].annotation)
        if isinstance(value, bool) and (int in kinds or float in kinds):
            raise PydanticCustomError("truth_value", "a number")
        return value

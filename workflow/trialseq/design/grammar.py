"""The two small languages of explicit models: formulas and contrasts. Nothing is ever evaluated as code.

formula   := "~" ["0" "+"] term {"+" term}
term      := factor {(":" | "*") factor}
contrast  := linear expression of cells with + - * / ( ) and numbers
cell      := level {"." level}, where a level may be written factor[level] and "quoted"
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import isfinite

_FORMULA = re.compile(r'\s*(?:(?P<name>"[^"]*"|`[^`]*`|[^\s~+:*"`()\[\]{}]+)|(?P<mark>[~+:*]))')
_CONTRAST = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?|\.\d+)(?![^\s+*/()-])"
    r'|(?P<cell>(?:"[^"]*"|[^\s+*/()"-])+)|(?P<mark>[-+*/()]))'
)
LONGEST = 2000
DEEPEST = 50
MOST_CROSSED = 6
MOST_READINGS = 20_000  # steps; factors that share a level can be read in as many ways as there are orders of them


class GrammarError(ValueError):
    """A text that the language does not know, with what was expected where."""


@dataclass(frozen=True)
class Formula:
    """Terms of a model: each a tuple of columns, main effects before interactions."""

    terms: tuple[tuple[str, ...], ...]
    intercept: bool

    @property
    def columns(self) -> list[str]:
        """Columns of the sheet in the order of their first mention."""
        return list(dict.fromkeys(name for term in self.terms for name in term))


def _tokens(text: str, language: re.Pattern[str]) -> list[tuple[str, str]]:
    if len(text) > LONGEST:
        raise GrammarError(f"at most {LONGEST} characters")
    tokens, at, text = [], 0, text.rstrip()
    while at < len(text):
        match = language.match(text, at)
        if match is None or match.lastgroup is None:
            raise GrammarError(f"an unknown mark at `{text[at : at + 20].strip()}`")
        tokens.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return tokens


def parse_formula(text: str) -> Formula:
    """Read `~ batch + condition * visit`. Raises GrammarError."""
    tokens = _tokens(text, _FORMULA)
    if not tokens or tokens[0] != ("mark", "~"):
        raise GrammarError("a formula starts with ~")
    intercept, terms = True, []
    for part in _split(tokens[1:], "+"):
        names = [value.strip('"`') for kind, value in part[::2] if kind == "name"]
        marks = [value for kind, value in part[1::2] if kind == "mark"]
        if not names or len(names) + len(marks) != len(part) or len(names) != len(marks) + 1:
            raise GrammarError("names of columns joined by + : or *")
        if names in (["0"], ["1"]) and not marks:
            intercept = names == ["1"]
            continue
        terms += _crossed(names, marks)
    if any(len(term) > MOST_CROSSED for term in terms):
        raise GrammarError("at most six columns in an interaction")
    if not terms:
        raise GrammarError("a formula names at least one column")
    return Formula(tuple(sorted(dict.fromkeys(terms), key=len)), intercept)


def _split(tokens: list[tuple[str, str]], at: str) -> list[list[tuple[str, str]]]:
    parts: list[list[tuple[str, str]]] = [[]]
    for token in tokens:
        if token == ("mark", at):
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _crossed(names: list[str], marks: list[str]) -> list[tuple[str, ...]]:
    """`a*b:c` is a + b:c + a:b:c."""
    units: list[tuple[str, ...]] = [(names[0],)]
    for mark, name in zip(marks, names[1:], strict=True):
        if mark == ":":
            units[-1] = (*units[-1], name)
        else:
            units.append((name,))
    if len(units) > MOST_CROSSED:
        raise GrammarError("at most six columns crossed with *")
    groups = (group for size in range(1, len(units) + 1) for group in combinations(units, size))
    return [tuple(dict.fromkeys(name for unit in group for name in unit)) for group in groups]


def parse_contrast(text: str) -> dict[str, float]:
    """Read `NMN.after - NMN.before` as weights of cells. Raises GrammarError."""
    parser = _Linear(_tokens(text, _CONTRAST))
    value = parser.sum(0)
    if parser.tokens:
        raise GrammarError(f"the expression to end before `{parser.tokens[0][1]}`")
    if not all(map(isfinite, value.values())):
        raise GrammarError("numbers that are not too large")
    if value.pop("", 0.0):
        raise GrammarError("cells with weights, and no number by itself")
    weights = {cell: weight for cell, weight in value.items() if abs(weight) > 1e-12}
    if not weights:
        raise GrammarError("cells whose weights do not cancel")
    return weights


class _Linear:
    """Recursive descent. A value is weights of cells; the key "" is a plain number."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens

    def _mark(self, *marks: str) -> str | None:
        if self.tokens and self.tokens[0][0] == "mark" and self.tokens[0][1] in marks:
            return self.tokens.pop(0)[1]
        return None

    def sum(self, depth: int) -> dict[str, float]:
        if depth > DEEPEST:
            raise GrammarError(f"at most {DEEPEST} brackets inside each other")
        total = self.product(depth)
        while mark := self._mark("+", "-"):
            total = _add(total, self.product(depth), 1 if mark == "+" else -1)
        return total

    def product(self, depth: int) -> dict[str, float]:
        sign = 1.0
        while mark := self._mark("+", "-"):
            sign = -sign if mark == "-" else sign
        value = _scale(self.unit(depth), sign)
        while mark := self._mark("*", "/"):
            other = self.unit(depth)
            if set(other) - {""} and (set(value) - {""} or mark == "/"):
                raise GrammarError("cells multiplied or divided by numbers only")
            if set(other) - {""}:
                value, other = other, value
            number = other.get("", 0.0)
            if mark == "/" and number == 0:
                raise GrammarError("no division by zero")
            value = {key: weight * number if mark == "*" else weight / number for key, weight in value.items()}
        return value

    def unit(self, depth: int) -> dict[str, float]:
        if self._mark("("):
            value = self.sum(depth + 1)
            if not self._mark(")"):
                raise GrammarError("a closing bracket")
            return value
        if not self.tokens or self.tokens[0][0] == "mark":
            raise GrammarError(
                f"a cell or a number{f' before `{self.tokens[0][1]}`' if self.tokens else ' at the end'}"
            )
        kind, text = self.tokens.pop(0)
        return {"": float(text)} if kind == "number" else {text: 1.0}


def _add(one: dict[str, float], other: dict[str, float], sign: float) -> dict[str, float]:
    return {key: one.get(key, 0.0) + sign * other.get(key, 0.0) for key in {**one, **other}}


def _scale(value: dict[str, float], by: float) -> dict[str, float]:
    return {key: weight * by for key, weight in value.items()}


def resolve_cell(cell: str, levels: Mapping[str, list[str]]) -> dict[str, str]:
    """The factor and level of each part of a cell such as `NMN.after` or `time[post]`.

    levels: factor: its levels. Raises GrammarError where a part is no level or a level of several factors.
    """
    pieces = [piece for piece in re.findall(r'"[^"]*"|[^".]+|\.', cell) if piece]
    readings = _readings(pieces, levels, iter(range(MOST_READINGS)))
    if not readings:
        raise GrammarError(f"`{cell}` to be levels joined by dots")
    if len(readings) > 1:
        first = next(iter(readings[0].items()))
        raise GrammarError(f"`{cell}` to be of one reading; write factor[level], such as {first[0]}[{first[1]}]")
    return readings[0]


def _readings(pieces: list[str], levels: Mapping[str, list[str]], steps: Iterator[int]) -> list[dict[str, str]]:
    """Every way to read pieces as levels of different factors; a level may hold dots itself.

    Raises GrammarError where that takes more than `steps`.
    """
    found: list[dict[str, str]] = []
    for end in range(1, len(pieces) + 1):
        rest = pieces[end:]
        if rest and (rest[0] != "." or len(rest) == 1):
            continue
        if next(steps, None) is None:
            raise GrammarError(f"`{''.join(pieces)}` in parts that say their factor, such as factor[level]")
        for factor, level in _level("".join(piece.strip('"') for piece in pieces[:end]), levels):
            others = {name: values for name, values in levels.items() if name != factor}
            tails = _readings(rest[1:], others, steps) if rest else [{}]
            found += [{factor: level} | tail for tail in tails]
    return [dict(each) for each in dict.fromkeys(tuple(sorted(reading.items())) for reading in found)]


def _level(text: str, levels: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    bracket = re.fullmatch(r"(.+)\[(.+)\]", text)
    if bracket and bracket[2] in levels.get(bracket[1], ()):
        return [(bracket[1], bracket[2])]
    return [(factor, text) for factor, values in levels.items() if text in values]

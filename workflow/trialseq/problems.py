"""What is wrong with an input, in the words of the person who wrote it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

LISTED = 8
LONGEST_NAME, LONGEST_PART = 100, 4000  # characters of a name, and of a part of a message
LIKELY = 5000  # names among which a spelling is looked for


@dataclass(frozen=True)
class Problem:
    """One thing to mend: where it stands, what belongs there, what was found, a way out."""

    entry: str
    expected: str
    found: str
    hint: str = ""

    def __str__(self) -> str:
        entry, expected, found, hint = (
            visible(each, LONGEST_PART) for each in (self.entry, self.expected, self.found, self.hint)
        )
        lines = [entry, f"    expected: {expected}", f"    found:    {found}"]
        if hint:
            lines.append(f"    hint:     {hint}")
        return "\n".join(lines)


class InputError(ValueError):
    """Every problem of an input at once."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(render(self.problems))


def render(problems: Iterable[Problem]) -> str:
    """All problems as one message, in the order in which they were found."""
    problems = tuple(dict.fromkeys(problems))
    count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
    return "\n".join([f"The input has {count}; nothing was run.", *map(str, problems)])


def visible(text: str, longest: int = LONGEST_NAME) -> str:
    """A text of a user's for a message: in one line, without anything that steers a terminal, not too long."""
    if len(text) > longest:
        text = f"{text[:longest]}... ({len(text):,} characters)"
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def listing(names: Iterable[object], most: int = LISTED) -> str:
    """Names for a message: the first few, then how many more."""
    texts = list(names)
    shown = ", ".join(visible(str(name)) for name in texts[:most])
    return shown if len(texts) <= most else f"{shown} and {len(texts) - most} more"


def closest(name: str, known: Iterable[str]) -> str:
    """A hint that names the likeliest intended spelling, or what there is."""
    known = [str(each) for each in known]
    # Comparing takes time in proportion to both lengths.
    short = [each for each in known[:LIKELY] if len(each) <= LONGEST_NAME]
    folded = {each.casefold(): each for each in reversed(short)}
    near = [] if len(name) > LONGEST_NAME else difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    if near:
        return f"did you mean {visible(folded[near[0]])}?"
    return f"there is: {listing(known)}" if known else ""

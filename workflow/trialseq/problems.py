"""What is wrong with an input, in the words of the person who wrote it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

LISTED = 8


@dataclass(frozen=True)
class Problem:
    """One thing to mend: where it stands, what belongs there, what was found, a way out."""

    entry: str
    expected: str
    found: str
    hint: str = ""

    def __str__(self) -> str:
        lines = [f"{self.entry}", f"    expected: {self.expected}", f"    found:    {self.found}"]
        if self.hint:
            lines.append(f"    hint:     {self.hint}")
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


def listing(names: Iterable[object], most: int = LISTED) -> str:
    """Names for a message: the first few, then how many more."""
    texts = [str(name) for name in names]
    shown = ", ".join(texts[:most])
    return shown if len(texts) <= most else f"{shown} and {len(texts) - most} more"


def closest(name: str, known: Iterable[str]) -> str:
    """A hint that names the likeliest intended spelling, or what there is."""
    known = [str(each) for each in known]
    folded = {each.casefold(): each for each in reversed(known)}
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    if near:
        return f"did you mean {folded[near[0]]}?"
    return f"there is: {listing(known)}" if known else ""

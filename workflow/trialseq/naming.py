"""From names of users to names of files: the only way."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from trialseq.problems import InputError, Problem, listing

LONGEST = 100
# Last parts of an id that would make its files look like those of another model or contrast.
TAKEN = {
    "model": ("edger", "limma", "stock"),
    "contrast": (
        *("concordance", "disagreements"),
        *("enrichment", "dropped_sets", "pdgf", "influence", "influence_genes", "running"),
    ),
}
# Names of tables of the study, beside which those of the contrasts lie.
RESERVED = {
    "contrast": (
        *("design", "samples", "sample_checks", "identity", "associations", "distances", "normalized", "vst", "joint"),
        *("composition", "claims", "claims_evidence", "randomisation", "subject_changes"),
    )
}
_SAFE = r"[A-Za-z0-9_+][A-Za-z0-9_.+-]*"
_STEERING = {"Cc", "Cs", "Zl", "Zp"}  # control characters, halves of characters, ends of lines and paragraphs


def file_name(*parts: str) -> str:
    """Join parts with dots into a name that is safe in every file system and shell.

    Letters, digits, `_`, `+` and `-` stay; anything else becomes `_`. Raises InputError where nothing is left
    or the name is longer than 100 characters.
    """
    safe = [re.sub(r"[^A-Za-z0-9_+-]+", "_", part).strip("_") or "_" for part in parts]
    name = ".".join(safe).lstrip(".-")
    if not name or len(name) > LONGEST:
        expected = f"names of which a file name of at most {LONGEST} characters can be made"
        hint = "give levels other names in samples.recode"
        raise InputError(Problem(f"names {listing(parts)}", expected, f"{len(name)} characters", hint))
    return name


def checked(name: str, kind: str = "") -> str:
    """A name as it is, where it is safe in a path and no other file is called so.

    kind: `model` or `contrast`, or nothing for a study. Raises ValueError with what was expected.
    """
    if len(name) > LONGEST or not re.fullmatch(_SAFE, name) or ".." in name or name.endswith("."):
        raise ValueError(f"at most {LONGEST} letters, digits and _ + -, with single dots between them")
    if name.endswith(tuple(f".{end}" for end in TAKEN.get(kind, ()))):
        raise ValueError(f"an id of the {kind} that ends otherwise than in .{' or .'.join(TAKEN[kind])}")
    if name in RESERVED.get(kind, ()):
        raise ValueError(f"an id of the {kind} other than {', '.join(RESERVED[kind])}, which are tables of the study")
    return name


def odd(names: Iterable[str], entry: str, longest: int) -> list[Problem]:
    """What is wrong with names of samples, genes or gene sets.

    A name in tables must be one line of text, and none that a spreadsheet takes for a formula.
    """
    kinds: dict[str, list[str]] = {}
    for name in names:
        if len(name) > longest:
            kinds.setdefault(f"names of at most {longest:,} characters (limits.name)", []).append(name)
        if not name.isprintable() and any(unicodedata.category(letter) in _STEERING for letter in name):
            kinds.setdefault("names without line ends and other control characters", []).append(name)
        if name.startswith(("=", "@")):
            expected = "names that do not start with = or @, which spreadsheets take for formulas"
            kinds.setdefault(expected, []).append(name)
    return [Problem(entry, expected, listing(dict.fromkeys(found))) for expected, found in kinds.items()]


def collisions(names: Iterable[str]) -> list[str]:
    """Names that a file system which ignores case would confuse."""
    seen: dict[str, int] = {}
    names = list(names)
    for name in names:
        seen[name.casefold()] = seen.get(name.casefold(), 0) + 1
    return sorted({name for name in names if seen[name.casefold()] > 1})

"""From names of users to names of files: the only way."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 100
# Last parts of an id that would make its files look like those of another model or contrast.
TAKEN = {"model": ("edger", "limma", "stock"), "contrast": ("concordance", "disagreements")}


def file_name(*parts: str) -> str:
    """Join parts with dots into a name that is safe in every file system and shell.

    Letters, digits, `_`, `+` and `-` stay; anything else becomes `_`. Raises ValueError where nothing is left
    or the name is longer than 100 characters.
    """
    safe = [re.sub(r"[^A-Za-z0-9_+-]+", "_", part).strip("_") or "_" for part in parts]
    name = ".".join(safe).lstrip(".-")
    if not name or len(name) > LONGEST:
        raise ValueError(f"no file name of at most {LONGEST} characters can be made of {parts!r}")
    return name


def collisions(names: Iterable[str]) -> list[str]:
    """Names that a file system which ignores case would confuse."""
    seen: dict[str, int] = {}
    names = list(names)
    for name in names:
        seen[name.casefold()] = seen.get(name.casefold(), 0) + 1
    return sorted({name for name in names if seen[name.casefold()] > 1})

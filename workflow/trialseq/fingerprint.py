"""A fingerprint of the code behind a script, so that edited code makes stale results."""

from __future__ import annotations

import ast
import hashlib
import re
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
# What these say reaches a job by its parameters, its log or its error messages, never by its results.
WITHOUT_RESULTS = {"trialseq.config", "trialseq.joblog", "trialseq.problems"}


def fingerprint(script: Path) -> str:
    """SHA-256 over the syntax of a script's own modules of this package, followed through their imports.

    Comments and layout do not count. A module named in a text (a registry's entry) counts as imported.
    """
    seen: dict[str, str] = {}
    waiting = _named(_tree(script))
    while waiting:
        name = waiting.pop()
        path = _file(name)
        if path is None or name in seen or name in WITHOUT_RESULTS:
            continue
        tree = _tree(path)
        seen[name] = ast.dump(tree)
        waiting |= _named(tree)
    return hashlib.sha256("".join(f"{name}\n{seen[name]}\n" for name in sorted(seen)).encode()).hexdigest()


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes())


def _file(name: str) -> Path | None:
    inside = PACKAGE.joinpath(*name.split(".")[1:])
    return next((each for each in (inside.with_suffix(".py"), inside / "__init__.py") if each.is_file()), None)


def _named(tree: ast.Module) -> set[str]:
    """Modules of this package that a syntax tree imports or names."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names |= {node.value} if re.fullmatch(r"trialseq(\.\w+)+", node.value) else set()
    parents = {name.rpartition(".")[0] for name in names if name.count(".") > 1}
    return {name for name in names | parents if name.startswith("trialseq.")}

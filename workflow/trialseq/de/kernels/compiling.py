"""How kernels are compiled."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba import njit

_SOURCE = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))).hexdigest()


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function at its first call, and keep what was compiled until the source of any kernel changes.

    Products may be fused with sums. Numba itself looks at the file of the function alone, and so would miss changes
    of what it calls.
    """
    return _kept(function, {"contract"})


def reordered(function: Callable[..., Any]) -> Any:
    """The same of a function whose sums may be taken in any order, and which calls no other."""
    return _kept(function, {"contract", "reassoc", "nsz"})


def _kept(function: Callable[..., Any], allowed: set[str]) -> Any:
    compiled: Any = njit(nogil=True, cache=True, error_model="numpy", fastmath=allowed)(function)
    compiled._cache._cache_file._source_stamp = _SOURCE
    return compiled

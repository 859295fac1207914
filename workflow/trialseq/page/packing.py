"""Numbers and text as a page carries them: compressed, as base64, and read back by the browser."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

DROPPED_BITS = 7  # of the 23 of a float's fraction: five digits stay, and a third of the size is saved
KINDS = {"float32": "Float32Array", "uint8": "Uint8Array", "uint16": "Uint16Array", "uint32": "Uint32Array"}


def compressed(data: bytes) -> str:
    """Bytes as base64 of gzip. The time in the header is fixed: the same bytes give the same text."""
    return base64.b64encode(gzip.compress(data, 9, mtime=0)).decode()


@dataclass
class Arrays:
    """Arrays one after another; `index` says where each is, of which type, and how long."""

    index: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    parts: list[bytes] = field(default_factory=list)
    size: int = 0

    def add(self, name: str, values: npt.ArrayLike, kind: str) -> None:
        """Append an array under a name.

        Bytes of equal weight stand together (first bytes of all numbers, then second ones, ...): floats compress
        better so, by about a fifth.
        """
        array = np.ascontiguousarray(np.asarray(values).ravel(), dtype=np.dtype(kind).newbyteorder("<"))
        array = rounded(array) if kind == "float32" else array
        data = array.view(np.uint8).reshape(len(array), array.itemsize).T.tobytes() if len(array) else b""
        self.index[name] = (KINDS[kind], self.size, len(array))
        self.parts.append(data)
        self.size += len(data)

    def text(self) -> str:
        """All of them, compressed."""
        return compressed(b"".join(self.parts))


def rounded(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Floats with the last bits of their fraction zero, rounded to the nearest: within 4e-6 of each."""
    bits = values.view(np.uint32)
    nearest = (bits + np.uint32(1 << (DROPPED_BITS - 1))) & np.uint32(0xFFFFFFFF << DROPPED_BITS & 0xFFFFFFFF)
    return np.where(np.isfinite(values), nearest, bits).astype(np.uint32).view(np.float32)


def plain(value: object) -> str:
    """A value as compressed JSON."""
    return compressed(json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode())

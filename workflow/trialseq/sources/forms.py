"""What the first bytes of a file say of it. Imports the standard library alone."""

from __future__ import annotations

import re
from typing import Literal

Form = Literal["gzip", "xlsx", "tar", "text", "any"]
ENDINGS: dict[str, Form] = {
    ".gz": "gzip",
    ".tgz": "gzip",
    ".xlsx": "xlsx",
    ".tar": "tar",
    ".txt": "text",
    ".tsv": "text",
    ".csv": "text",
    ".gmt": "text",
}
# The bytes that a form has at a place, and its name.
BEGINS: dict[Form, tuple[int, bytes, str]] = {
    "gzip": (0, b"\x1f\x8b", "gzip file"),
    "xlsx": (0, b"PK\x03\x04", "xlsx file"),
    "tar": (257, b"ustar", "tar file"),
}
HEAD = 4096  # bytes that are enough to tell
_HTML = re.compile(rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?<(!doctype\s+html|html|head|title)\b", re.IGNORECASE)


def form_of(name: str) -> Form:
    """What the first bytes of a file must look like, by the ending of its name."""
    return next((form for ending, form in ENDINGS.items() if name.lower().endswith(ending)), "any")


def is_html(head: bytes) -> bool:
    """Whether a file is a page of HTML, which servers send in place of a file that they do not have."""
    return _HTML.match(head[:HEAD]) is not None

"""Options of how much an input may ask of a machine."""

from __future__ import annotations

from pydantic import Field

from trialseq.options import Numeric


class Limits(Numeric):
    """How much of a machine an input may take. Above a limit nothing is read, and a message says which it was."""

    unpacked_mb: int = Field(
        2000, ge=1, le=10**6, description="megabytes of a file that is read, after unpacking where it is packed"
    )
    download_mb: int = Field(5000, ge=1, le=10**6, description="megabytes of a file that is fetched")
    cells: int = Field(200_000_000, ge=1, le=10**11, description="cells of a table, rows times columns")
    members: int = Field(20_000, ge=1, le=10**7, description="files inside a tar or xlsx file")
    sets: int = Field(200_000, ge=1, le=10**7, description="sets of a collection of gene sets")
    name: int = Field(1000, ge=1, le=10**5, description="characters in the name of a sample, a gene or a gene set")
    pattern_seconds: float = Field(10, gt=0, le=3600, description="seconds for all searches with one pattern")
    memory_gb: float = Field(
        16, gt=0, le=10**5, description="gigabytes of address space of a process that reads input (Linux)"
    )

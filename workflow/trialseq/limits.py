"""Limits that hold while input is read. Imports the standard library and the options alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

from trialseq.config import Limits
from trialseq.problems import InputError, Problem

MEGABYTE = 10**6
GIGABYTE = 10**9
_HERE: ContextVar[Limits] = ContextVar("limits")
_DEFAULT = Limits()


def current() -> Limits:
    """The limits of the block that is running; the defaults outside of one."""
    return _HERE.get(_DEFAULT)


@contextmanager
def applied(options: Limits) -> Iterator[None]:
    """Hold readers to limits, and the process to its memory, within a block.

    Raises InputError where the memory does not suffice.
    """
    token = _HERE.set(options)
    before = _hold_memory(options.memory_gb)
    try:
        yield
    except MemoryError:
        raise InputError(_exceeded("memory_gb", "input", f"{options.memory_gb:g} GB of memory", "more")) from None
    finally:
        _HERE.reset(token)
        _release_memory(before)


def check(option: str, entry: str, found: int, unit: str) -> None:
    """Raise InputError where `found`, in `unit`, is above the limit of that name."""
    most = getattr(current(), option)
    if found > most:
        raise InputError(_exceeded(option, entry, f"at most {most:,} {unit}", f"{found:,} {unit}"))


def unpacked(entry: str, size: int, found: str = "") -> None:
    """Raise InputError where `size` bytes are more than a file may unpack to; `found` says what was."""
    most = current().unpacked_mb
    if size > most * MEGABYTE:
        amount = found or f"{size / MEGABYTE:,.0f} MB"
        raise InputError(_exceeded("unpacked_mb", entry, f"at most {most:,} MB, unpacked", amount))


def exceeded_time(entry: str) -> InputError:
    """The error of a pattern that has taken longer than it may."""
    most = f"a pattern that is searched within {current().pattern_seconds:g} s"
    hint = "repeats inside repeats, such as (a+)+, take for ever; write it without, or set limits.pattern_seconds"
    return InputError(Problem(entry, most, "one that takes longer", hint))


def _exceeded(option: str, entry: str, most: str, found: str) -> Problem:
    hint = f"if that is right and the file is to be trusted, set limits.{option}"
    return Problem(entry, most, found, hint)


def _hold_memory(gigabytes: float) -> tuple[int, int] | None:
    """Lower the soft limit of address space, where there is such a thing; returns the limits before."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = int(gigabytes * GIGABYTE)
    known = [each for each in (soft, hard) if each != resource.RLIM_INFINITY]
    with suppress(ValueError, OSError):  # macOS has no such limit
        resource.setrlimit(resource.RLIMIT_AS, (min([wanted, *known]), hard))
    return soft, hard


def _release_memory(before: tuple[int, int] | None) -> None:
    if before is not None:
        import resource

        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, before)

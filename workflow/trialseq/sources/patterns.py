"""Searching with patterns of users, which may backtrack for longer than anybody waits."""

from __future__ import annotations

import re
import signal
import threading
from types import FrameType

from trialseq import limits


class _TooLongError(Exception):
    """The time for searches has run out."""


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise _TooLongError


class Search:
    """One pattern, searched in many texts within `limits.pattern_seconds` for all of them together.

    Python looks for signals while it backtracks, so that a timer ends it. There is none in threads, nor on Windows:
    there a search takes as long as it takes.
    """

    def __init__(self, pattern: str, entry: str) -> None:
        self.pattern = re.compile(pattern)
        self._entry = entry
        self._left = limits.current().pattern_seconds
        self._timed = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()

    def __call__(self, text: str) -> re.Match[str] | None:
        """The first match in a text. Raises InputError where the time has run out."""
        if not self._timed:
            return self.pattern.search(text)
        before = signal.signal(signal.SIGALRM, _stop)
        try:
            signal.setitimer(signal.ITIMER_REAL, max(self._left, 1e-3))
            found = self.pattern.search(text)
            self._left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
        except _TooLongError:
            raise limits.exceeded_time(self._entry) from None
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        return found

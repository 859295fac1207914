"""The log of a job."""

from __future__ import annotations

import gc
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from trialseq.problems import InputError

LOGGER = logging.getLogger("trialseq")


@contextmanager
def job(log: str | os.PathLike[str], threads: int = 1) -> Iterator[logging.Logger]:
    """Log to a file, hold numerical libraries to the job's threads, and say errors in plain words.

    Enter it before numpy is imported. An InputError ends the process with its message alone; any other
    error leaves its traceback in the log too.
    """
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    os.environ["NUMBA_NUM_THREADS"] = str(threads)
    # Imports and drawings make many objects and few cycles: looking for cycles as often as Python does takes 8 % of it.
    gc.set_threshold(200_000, 10, 10)
    handler = logging.FileHandler(log, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").addHandler(handler)
    warnings.simplefilter("default")
    try:
        yield LOGGER
    except InputError as error:
        LOGGER.error("%s", error)
        sys.exit(f"\n{error}\n")
    except Exception:
        LOGGER.exception("The job failed.")
        raise
    finally:
        handler.flush()

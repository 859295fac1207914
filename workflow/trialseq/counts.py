"""The annotated count matrix that every source hands on."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class CountMatrix:
    """Integer counts with their samples and genes.

    counts: (samples x genes), int64, index = sample names, columns = gene ids, both text and unique.
    samples: sample sheet in the same order, index = sample names, columns as text except true numbers.
    genes: index = gene ids in the same order, columns `gene_name` and `biotype` (text, may be empty).
    notices: what a reader of the results should know about how the matrix came to be, a sentence each.
    """

    counts: pd.DataFrame
    samples: pd.DataFrame
    genes: pd.DataFrame
    notices: tuple[str, ...] = field(default=())

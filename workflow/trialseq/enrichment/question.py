"""What a method of the registry is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from trialseq.enrichment.linear import Linear
from trialseq.enrichment.ranking import Ranks, counted, ranks_of
from trialseq.genesets.gmt import GeneSet


@dataclass(frozen=True)
class Question:
    """Sets to test in one contrast.

    genes: `tables.CONTRAST_GENES`; ranked: the tested genes among them, see `ranking.tested`; sets: by id; ranks: of
    the tested genes of each set; linear: genes in linear models, none where there is no such model; alpha: q value
    below which a gene is called.
    """

    genes: pd.DataFrame
    ranked: pd.DataFrame
    sets: Mapping[str, GeneSet]
    ranks: Mapping[str, Ranks]
    linear: Linear
    alpha: float

    def counted(self) -> tuple[int, dict[str, int]]:
        """How many gene symbols have a count in the model's samples, in all and of each set."""
        symbols = pd.DataFrame({"gene_name": counted(self.genes)})
        return len(symbols), {name: len(each) for name, each in ranks_of(symbols, self.sets).items()}

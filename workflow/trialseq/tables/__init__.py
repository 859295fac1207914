"""The contract of every table that trialseq writes: columns, types, ranges, meaning."""

from __future__ import annotations

from trialseq.tables.enrichment import (
    DIRECTIONS,
    DROPPED_SETS,
    ENRICHMENT,
    METHODS,
    PDGF,
    PDGF_SECTIONS,
    RUNNING_SUMS,
)
from trialseq.tables.samples import (
    ASSOCIATIONS,
    COMPONENTS,
    DISTANCES,
    NORMALIZED,
    SAMPLES,
    VST,
)
from trialseq.tables.shared import (
    GENE_STATUS,
)
from trialseq.tables.statistics import (
    CONCORDANCE,
    CONTRAST_GENES,
    DESIGN,
    DISAGREEMENTS,
    DISPERSIONS,
    ENGINE_NAMES,
    INFLUENCE,
    INFLUENCE_GENES,
    JOINT,
    MODEL_INFLUENCE,
    MODEL_INFLUENCE_GENES,
    STATISTICS,
)

__all__ = [
    "ALL",
    "ASSOCIATIONS",
    "COMPONENTS",
    "CONCORDANCE",
    "CONTRAST_GENES",
    "DESIGN",
    "DIRECTIONS",
    "DISAGREEMENTS",
    "DISPERSIONS",
    "DISTANCES",
    "DROPPED_SETS",
    "ENGINE_NAMES",
    "ENRICHMENT",
    "GENE_STATUS",
    "INFLUENCE",
    "INFLUENCE_GENES",
    "JOINT",
    "METHODS",
    "MODEL_INFLUENCE",
    "MODEL_INFLUENCE_GENES",
    "NORMALIZED",
    "PDGF",
    "PDGF_SECTIONS",
    "RUNNING_SUMS",
    "SAMPLES",
    "STATISTICS",
    "VST",
]

ALL = (
    CONTRAST_GENES,
    JOINT,
    INFLUENCE,
    INFLUENCE_GENES,
    ENRICHMENT,
    DROPPED_SETS,
    PDGF,
    RUNNING_SUMS,
    CONCORDANCE,
    DISAGREEMENTS,
    DESIGN,
    SAMPLES,
    ASSOCIATIONS,
    DISTANCES,
    NORMALIZED,
    VST,
    STATISTICS,
    DISPERSIONS,
    MODEL_INFLUENCE,
    MODEL_INFLUENCE_GENES,
)

"""Differential expression and PDGF pathway evidence in muscle-biopsy trials."""

__version__ = "0.1.0"

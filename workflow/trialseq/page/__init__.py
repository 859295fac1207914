"""The page of a study: one file that opens without a network, with every contrast, gene, set and sample to look at."""

from __future__ import annotations

from trialseq.page.content import Content, Inputs
from trialseq.page.html import render

__all__ = ["Content", "Inputs", "render"]

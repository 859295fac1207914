"""Why FRY decides on claims on sets: on real data in which nothing changes it holds its level, CAMERA's preset not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

import gse184951
from trialseq import genesets
from trialseq.config import Statistics
from trialseq.de import voom
from trialseq.design.estimands import Model
from trialseq.enrichment import camera, fry
from trialseq.enrichment.linear import Linear
from workflow_runner import ROOT

EXCHANGES = 299


def exchanged(model: Model, flips: Mapping[str, bool]) -> Model:
    """The model with before and after exchanged in some subjects."""
    design = model.matrix.to_numpy()
    at = int(np.flatnonzero(model.estimands[0].vector)[0])
    chosen = np.array([flips[subject] for subject in model.subjects])
    design[chosen, at] = 1 - design[chosen, at]
    return replace(model, rows=tuple(map(tuple, design)))


@pytest.mark.slow  # 80 s: 299 fits of voom; docs/evidence.md has the rates
def test_fry_holds_its_level_where_before_and_after_are_exchanged_at_random(public_data: Path) -> None:
    matrix, model, _ = gse184951.asked(public_data / "GSE184951")
    sets = genesets.read_gmt(ROOT / "resources" / "genesets" / "pdgf.gmt")
    random, found = np.random.default_rng(1), []
    for _ in range(EXCHANGES):
        flips = {subject: bool(random.random() < 0.5) for subject in sorted(set(model.subjects))}
        effects = voom.effects(matrix, exchanged(model, flips), Statistics())
        linear = Linear.of(effects, model.estimands[0].id)
        places = linear.places(sets)
        by_method = [fry.tested(linear, places, "posterior_sd")[1]]
        by_method += [camera.tested(linear, places, each)[2] for each in (0.01, "estimated")]
        found.append(np.array(by_method) < 0.05)
    rates = np.mean(found, axis=0)
    print(dict(zip(sets, rates.T.round(3).tolist(), strict=True)))
    low, high = binom.ppf([0.025 / len(sets), 1 - 0.025 / len(sets)], EXCHANGES, 0.05) / EXCHANGES
    assert ((rates[0] >= low) & (rates[0] <= high)).all()
    assert (rates[1] > high).all()
    assert (rates[2] <= high).all()

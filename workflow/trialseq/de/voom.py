"""voom (Law et al. 2014) and the effects of each contrast in weighted linear models, for tests of gene sets.

The effects of a gene are its weighted log-counts turned into an orthogonal basis (Wu et al. 2010, ROAST): the first is
the contrast, the others, of mean zero whatever the truth, have the variance of the gene. Set tests need no more, so
that a changed gene set fits nothing anew. Units: log2 counts per million, as in R's limma.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import linalg

from trialseq.config import Statistics
from trialseq.counts import CountMatrix
from trialseq.de.opinion import ready
from trialseq.design.estimands import Model
from trialseq.tables import EFFECTS

Floats = npt.NDArray[np.float64]

SPAN = 0.5  # of the trend, as limma 3.54 has it
CHUNK = 4_000_000  # numbers in the designs of the genes that are rotated at once
FEWEST_GENES = 3
DENSE = 200  # columns of a design up to which it is decomposed whole, in limma's order
TOLERANCE = 1e-8


def effects(matrix: CountMatrix, model: Model, options: Statistics) -> pd.DataFrame:
    """`tables.EFFECTS` of every contrast of a model, with the model's own design, blocks included.

    Genes pass the count filter; library sizes are those of the second opinion. Without a row where the design leaves
    no residual degree of freedom, or the filter fewer than three genes.
    """
    design, given = model.matrix.to_numpy(dtype=float), ready(matrix, model, options)
    degrees = len(design) - design.shape[1]
    if degrees < 1 or len(given.counts) < FEWEST_GENES:
        return EFFECTS.empty()
    logs, weights = voom(given.counts.to_numpy(), design, given.libraries)
    genes = pd.DataFrame({"gene_id": given.counts.index, "base_mean": given.base_mean[given.counts.index].to_numpy()})
    genes["gene_name"] = matrix.genes["gene_name"].reindex(given.counts.index).to_numpy()
    names = ["effect", *(f"residual_{number}" for number in range(1, degrees + 1))]
    parts = []
    for estimand in model.estimands:
        vector = np.array(estimand.vector)
        rotate = rotated
        if design.shape[1] > DENSE and apart(design, vector, model.blocks):
            rotate = partial(rotated_within, blocks=model.blocks)
        turned = rotate(logs, weights, design, vector)
        numbers = pd.DataFrame(turned, columns=names)
        parts.append(pd.concat([genes.assign(contrast=estimand.id), numbers], axis=1))
    return EFFECTS.conform(pd.concat(parts, ignore_index=True))


def voom(counts: Floats, design: Floats, libraries: Floats) -> tuple[Floats, Floats]:
    """log2 counts per million, and the precision weights of voom; both (genes x samples).

    counts: (genes x samples); design: (samples x columns), of full rank; libraries: effective sizes (samples,). The
    trend of the roots of residual standard deviations is Cleveland's lowess with R's settings; beyond its ends it
    is flat.
    """
    from statsmodels.nonparametric.smoothers_lowess import lowess

    millions = np.log2(libraries + 1) - np.log2(1e6)
    logs: Floats = np.log2(counts + 0.5) - millions
    basis, _ = np.linalg.qr(design)
    fitted = (logs @ basis) @ basis.T
    deviation = np.sqrt(((logs - fitted) ** 2).sum(axis=1) / (len(design) - design.shape[1]))
    size = logs.mean(axis=1) + millions.mean()
    used = counts.any(axis=1)
    place, order = np.unique(size[used], return_index=True)
    curve = lowess(
        np.sqrt(deviation[used]),
        size[used],
        frac=SPAN,
        it=3,
        delta=0.01 * (place[-1] - place[0]),
        return_sorted=False,
    )[order]
    return logs, np.interp(fitted + millions, place, curve) ** -4


def rotated(logs: Floats, weights: Floats, design: Floats, contrast: Floats) -> Floats:
    """Effects (genes x 1 + residual degrees of freedom): of the contrast, over its unscaled error, then residuals.

    logs, weights: (genes x samples); contrast: weights on the columns of the design. Householder's reflections of
    the weighted design, the contrast as its last coefficient, give the basis as limma has it. Residuals of two genes
    are comparable as far as their weights are alike; with unlike weights they depend on the order of the columns.
    """
    count, samples = logs.shape
    design = last_coefficient(design, contrast)
    result = np.empty((count, samples - design.shape[1] + 1))
    step = max(1, CHUNK // design.size)
    for start in range(0, count, step):
        part = slice(start, start + step)
        roots = np.sqrt(weights[part])
        result[part] = _reflected(roots * logs[part], roots[:, :, None] * design)
    return result


def apart(design: Floats, contrast: Floats, blocks: Sequence[str]) -> bool:
    """Whether a model has blocks, and the contrast is 0 in all that they can explain."""
    if not blocks:
        return False
    coefficients = np.linalg.lstsq(design, _indicators(blocks), rcond=None)[0]
    inside = np.abs(design @ coefficients - _indicators(blocks)).max() < TOLERANCE
    return bool(inside and np.abs(contrast @ coefficients).max() < TOLERANCE)


def rotated_within(logs: Floats, weights: Floats, design: Floats, contrast: Floats, blocks: Sequence[str]) -> Floats:
    """What `rotated` gives, in another basis of the residuals, in a time that is linear in the number of blocks.

    A reflection inside each block turns the block's weighted mean into its first sample, which is left out; what
    remains has the few columns of the design beyond the blocks. The contrast's effect is that of `rotated`; so are
    sums of squares of residuals, and set tests of genes with the same weights. blocks: of each sample; the contrast
    has to be `apart` from them.
    """
    order = np.argsort(np.asarray(blocks), kind="stable")
    _, first, sizes = np.unique(np.asarray(blocks)[order], return_index=True, return_counts=True)
    indicators = _indicators(blocks)
    *nuisance, last = last_coefficient(design, contrast).T
    beyond = (
        np.column_stack(nuisance) - indicators @ np.linalg.lstsq(indicators, np.column_stack(nuisance), rcond=None)[0]
    )
    _, pivots = linalg.qr(beyond, mode="r", pivoting=True)
    chosen = pivots[: design.shape[1] - 1 - len(first)]
    few = np.column_stack([beyond[:, chosen], last])[order]
    rest = np.setdiff1d(np.arange(len(order)), first)
    result = np.empty((len(logs), len(rest) - few.shape[1] + 1))
    step = max(1, CHUNK // few.size)
    for start in range(0, len(logs), step):
        part = slice(start, start + step)
        roots = np.sqrt(weights[part][:, order])
        direction = roots / np.repeat(np.sqrt(np.add.reduceat(roots**2, first, axis=1)), sizes, axis=1)
        direction[:, first] += 1
        scale = 1 / direction[:, first]
        values = np.concatenate([logs[part][:, order, None], np.broadcast_to(few, (len(roots), *few.shape))], axis=2)
        values *= roots[:, :, None]
        along = np.add.reduceat(direction[:, :, None] * values, first, axis=1) * scale[:, :, None]
        values -= direction[:, :, None] * np.repeat(along, sizes, axis=1)
        result[part] = _reflected(values[:, rest, 0], values[:, rest, 1:])
    return result


def _reflected(turned: Floats, designs: Floats) -> Floats:
    """Values (genes x rows) turned by the reflections of a design of each gene (genes x rows x columns).

    Of the rows, those from the last column's on.
    """
    columns = designs.shape[2]
    reflectors, scales = np.linalg.qr(designs, mode="raw")
    for column in range(columns):
        direction = reflectors[:, column, column:].copy()
        sign = np.sign(direction[:, 0])  # of the diagonal of R
        direction[:, 0] = 1
        along = np.einsum("gi,gi->g", direction, turned[:, column:]) * scales[:, column]
        turned[:, column:] -= along[:, None] * direction
    result: Floats = turned[:, columns - 1 :].copy()
    result[:, 0] *= sign
    return result


def _indicators(blocks: Sequence[str]) -> Floats:
    return pd.get_dummies(pd.Series(list(blocks))).to_numpy(dtype=float)


def last_coefficient(design: Floats, contrast: Floats) -> Floats:
    """The design in other columns of the same span, the last one's coefficient being the contrast."""
    turn, size = np.linalg.qr(contrast[:, None], mode="complete")
    columns = design @ turn
    return np.column_stack([columns[:, 1:], columns[:, 0] / size[0, 0]])

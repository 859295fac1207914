"""Marker genes and proportions of cell types from an annotated single-cell data set of the user's."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import anndata
import numpy as np
import pandas as pd
from anndata import AnnData
from scipy.optimize import nnls
from scipy.sparse import issparse

from trialseq.evidence.markers import Markers
from trialseq.problems import InputError, Problem, closest, listing

if TYPE_CHECKING:
    from trialseq.config.evidence import SingleCell

ENTRY = "evidence.composition.single_cell"
FEWEST_CELLS, LARGEST_Q, LEAST_FOLD = 10, 0.05, 1.0


@dataclass(frozen=True)
class Reference:
    """markers: genes by cell type, the best first; signature: (markers x types), transcripts per million by type."""

    markers: Markers
    signature: pd.DataFrame


def read(options: SingleCell) -> AnnData:
    """The cells that have a type: X counts, obs `cell_type`, var index gene symbols, each once.

    Raises InputError where the file is no annotated matrix, lacks what the options name, or holds no counts.
    """
    data = opened(options)
    kinds = data.obs[options.cell_type].astype(object)
    data = data[kinds.notna().to_numpy() & (kinds.astype(str) != "").to_numpy()].to_memory()
    values = data.layers[options.layer] if options.layer else data.X
    stored = values.data if issparse(values) else np.asarray(values)
    if stored.size and (stored.min() < 0 or not np.array_equal(stored, np.round(stored))):
        hint = "name the layer that holds counts as `layer`; logarithms and scaled values are of no use here"
        raise InputError(Problem(ENTRY, "counts, which are integers of at least 0", "other numbers", hint))
    symbols = symbols_of(data, options)
    cells = AnnData(
        X=values,
        obs=pd.DataFrame({"cell_type": data.obs[options.cell_type].astype(str)}),
        var=symbols.to_frame("symbol"),
    )
    cells = cells[:, ~symbols.duplicated().to_numpy() & (symbols != "").to_numpy()].copy()
    cells.var_names = cells.var["symbol"].tolist()
    sizes = cells.obs["cell_type"].value_counts()
    few = sizes[sizes < FEWEST_CELLS]
    if len(sizes) < 2 or len(few):
        found = listing(f"{kind} ({size})" for kind, size in (few if len(few) else sizes).items())
        hint = "leave the annotation of rare types empty, or merge them with others"
        raise InputError(
            Problem(f"{ENTRY}.cell_type", f"types of at least {FEWEST_CELLS} cells, two or more", found, hint)
        )
    return cells


def opened(options: SingleCell) -> AnnData:
    """The file, its matrix still on disk. Raises InputError where it lacks what the options name."""
    path = Path(options.file)
    if not path.is_file():
        raise InputError(Problem(f"{ENTRY}.file", "an annotated single-cell data set (.h5ad)", f"no file {path}"))
    try:
        data = anndata.read_h5ad(path, backed="r")
    except Exception:  # noqa: BLE001 - HDF5 and anndata raise whatever they like at a file of another kind
        hint = "write it with scanpy or anndata; a Seurat object has to be converted"
        raise InputError(
            Problem(f"{ENTRY}.file", "an annotated data set (.h5ad)", f"{path}, which is none", hint)
        ) from None
    named = {"cell_type": (options.cell_type, data.obs), "symbols": (options.symbols, data.var)}
    problems = [
        Problem(f"{ENTRY}.{option}", f"a column of {path}", str(name), closest(str(name), frame.columns))
        for option, (name, frame) in named.items()
        if name is not None and name not in frame
    ]
    if options.layer and options.layer not in data.layers:
        problems.append(
            Problem(f"{ENTRY}.layer", f"a layer of {path}", options.layer, closest(options.layer, data.layers))
        )
    if problems:
        raise InputError(problems)
    return data


def symbols_of(data: AnnData, options: SingleCell) -> pd.Series:
    """Gene symbols of the data set, in its order."""
    names = data.var[options.symbols] if options.symbols else data.var_names
    return pd.Series(names.astype(str), index=data.var_names)


def shared(names: pd.Series, symbols: Collection[str]) -> list[str]:
    """Symbols of the cells that the counts have. Raises InputError where there are none."""
    found = [name for name in names if name in symbols]
    if not found:
        said = f"none: the cells have {listing(names, 4)}, the counts {listing(sorted(symbols), 4)}"
        hint = "both are matched by gene symbol: name the column of symbols as `symbols`"
        raise InputError(Problem(ENTRY, "genes of the counts among those of the cells", said, hint))
    return found


def reference(cells: AnnData, symbols: Collection[str], genes: int) -> Reference:
    """Markers of each type against all other cells, and what a mean cell of the type transcribes.

    cells: see `read`; symbols: genes of the bulk counts, the only ones that count; genes: markers a type, at most.
    Pseudobulk of a type is the sum over its cells; markers are those of scanpy's `rank_genes_groups` (t test) with q
    below 0.05, at least twofold, each for the one type in which it is most abundant. Raises InputError where no gene
    is in both, or a type has no marker.
    """
    import scanpy

    known = set(shared(cells.var_names.to_series(), symbols))
    sums = scanpy.get.aggregate(cells, by="cell_type", func="sum")
    profiles = pd.DataFrame(sums.layers["sum"], index=sums.obs_names.astype(str), columns=cells.var_names).T
    profiles = 1e6 * profiles / profiles.sum()
    ranked = cells.copy()
    scanpy.pp.normalize_total(ranked, target_sum=1e4)
    scanpy.pp.log1p(ranked)
    ranked.obs["cell_type"] = ranked.obs["cell_type"].astype("category")
    scanpy.tl.rank_genes_groups(ranked, "cell_type", method="t-test")
    main = profiles.idxmax(axis=1)
    kinds = sorted(str(kind) for kind in profiles)
    markers = {}
    for kind in kinds:
        table = scanpy.get.rank_genes_groups_df(ranked, kind, pval_cutoff=LARGEST_Q, log2fc_min=LEAST_FOLD)
        names = [str(name) for name in table["names"] if name in known]
        markers[kind] = tuple(name for name in names if str(main[name]) == kind)[:genes]
    without = [kind for kind, names in markers.items() if not names]
    if without:
        hint = "merge types that are alike, or leave their annotation empty"
        found = f"none for {listing(without)}"
        raise InputError(Problem(f"{ENTRY}.cell_type", "a marker gene of each type in the counts", found, hint))
    every = [name for names in markers.values() for name in names]
    return Reference(markers, profiles.loc[every][kinds])


def proportions(bulk: pd.DataFrame, signature: pd.DataFrame) -> pd.DataFrame:
    """Proportion of the transcripts of each type (samples x types), each row summing to 1.

    bulk: counts (samples x symbols); signature: see `Reference`. Non-negative least squares (Lawson and Hanson) of a
    sample's counts per million on the signature, over the markers; genes are scaled by their largest value in the
    signature, so that abundant ones do not decide alone. What a type transcribes is weighed, not how many cells it has.
    """
    genes = [gene for gene in signature.index if gene in bulk.columns]
    shares = 1e6 * bulk[genes].div(bulk.sum(axis=1), axis=0)
    scale = signature.loc[genes].max(axis=1)
    design = signature.loc[genes].div(scale, axis=0).to_numpy()
    found = np.array([nnls(design, row)[0] for row in (shares / scale).to_numpy()])
    totals = found.sum(axis=1, keepdims=True)
    found = np.divide(found, totals, out=np.full_like(found, np.nan), where=totals > 0)
    return pd.DataFrame(found, index=bulk.index, columns=signature.columns)


def table(markers: Markers) -> pd.DataFrame:
    """Markers as a table of the kind that `markers.read_markers` reads."""
    rows = [(kind, gene) for kind, genes in markers.items() for gene in genes]
    return pd.DataFrame(rows, columns=["cell_type", "gene"])

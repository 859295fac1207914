"""Reading and writing of files. The only module that knows the formats of results."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from trialseq.counts import CountMatrix

if TYPE_CHECKING:
    from anndata import AnnData


@contextmanager
def atomic(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A temporary name beside `path`, renamed to it when the block ends without an error."""
    final = Path(path)
    final.parent.mkdir(parents=True, exist_ok=True)
    # The suffix stays, because writers choose the format by it.
    temporary = final.with_name(f".{os.getpid()}.{final.name}")
    try:
        yield temporary
        temporary.replace(final)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(text: str, path: str | os.PathLike[str]) -> None:
    """Write text as UTF-8 with a newline at its end."""
    with atomic(path) as temporary:
        temporary.write_text(text.rstrip("\n") + "\n", encoding="utf-8", newline="\n")


def read_text(path: str | os.PathLike[str]) -> str:
    """Read text."""
    return Path(path).read_text(encoding="utf-8")


def write_json(value: object, path: str | os.PathLike[str]) -> None:
    """Write JSON with sorted keys."""
    write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False), path)


def read_json(path: str | os.PathLike[str]) -> Any:  # noqa: ANN401 - JSON is of any type
    """Read JSON."""
    return json.loads(read_text(path))


def write_table(frame: pd.DataFrame, path: str | os.PathLike[str], *, comment: str | None = None) -> None:
    """Write a table by the ending of its path: .parquet, .tsv or .tsv.gz.

    Text tables take 10 significant digits, `NA` for missing numbers, and `comment` in a first line that
    starts with `#`.
    """
    with atomic(path) as temporary:
        if temporary.suffix == ".parquet":
            frame.to_parquet(temporary, index=False)
            return
        text = frame.to_csv(sep="\t", index=False, float_format="%.10g", na_rep="NA", lineterminator="\n")
        data = (f"# {comment}\n{text}" if comment else text).encode()
        # A fixed time in the gzip header: the same table gives the same bytes.
        temporary.write_bytes(gzip.compress(data, 6, mtime=0) if temporary.suffix == ".gz" else data)


def read_table(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read a table that `write_table` wrote. Text stays text: a gene called NA is a gene."""
    path = Path(path)
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        comment = file.readline().startswith("#")
    frame = pd.read_csv(path, sep="\t", skiprows=int(comment), dtype=str, keep_default_na=False, quotechar='"')
    for name in frame.columns:
        number = pd.to_numeric(frame[name].where(frame[name] != "NA"), errors="coerce")
        if name not in TEXT_COLUMNS and not (number.isna() & ~frame[name].isin(["NA"])).any():
            frame[name] = number
    return frame


_TEXT_COLUMNS = "gene_id gene_name contrast test set_id set_name genes name id subject sample sample_1 sample_2 column"
_TEXT_COLUMNS += " says gene cell_type claim set other check verdict reasons"
TEXT_COLUMNS = frozenset(_TEXT_COLUMNS.split())


def write_counts(matrix: CountMatrix, path: str | os.PathLike[str]) -> None:
    """Write a count matrix as an annotated `.h5ad`: samples in `obs`, genes in `var`, notices in `uns`."""
    import anndata

    obs = matrix.samples.copy()
    for name in obs.columns:
        if obs[name].dtype == object:
            obs[name] = obs[name].where(obs[name].notna(), "").astype(str)
    data = anndata.AnnData(X=matrix.counts.to_numpy(), obs=obs, var=matrix.genes)
    data.uns["notices"] = list(matrix.notices)
    write_annotated(data, path)


def write_annotated(data: AnnData, path: str | os.PathLike[str]) -> None:
    """Write an annotated matrix, compressed."""
    with atomic(path) as temporary:
        data.write_h5ad(temporary, compression="gzip")


def read_annotated(path: str | os.PathLike[str]) -> AnnData:
    """Read an annotated matrix."""
    import anndata

    return anndata.read_h5ad(path)


def read_counts(path: str | os.PathLike[str]) -> CountMatrix:
    """Read a count matrix."""
    data = read_annotated(path)
    counts = pd.DataFrame(data.X, index=data.obs_names, columns=data.var_names)
    return CountMatrix(counts, _text(data.obs), _text(data.var), tuple(data.uns.get("notices", ())))


def _text(frame: pd.DataFrame) -> pd.DataFrame:
    """Categories, which anndata makes of repeated text, as text again."""
    return frame.astype({name: object for name in frame.columns if frame[name].dtype == "category"})

import hashlib
from pathlib import Path

import pytest

from trialseq import genesets
from trialseq.config import Collection, Config, Enrichment
from trialseq.genesets import EnrichrLibrary
from trialseq.problems import InputError
from trialseq.sources import Remote

SETS = "REAC:0000000\tREACTOME root term\tA\tB\tC\nREAC:R-HSA-1\tone\tA\nREAC:R-HSA-2\ttwo\tB\n"


def study(*collections: dict[str, object]) -> Config:
    return Config.model_validate(
        {
            "study": "s",
            "cache": "kept",
            "source": {"type": "table", "counts": "c.tsv", "samples": "s.tsv"},
            "models": [{"id": "m", "formula": "~ a", "contrasts": [{"id": "c", "expression": "x - y"}]}],
            "enrichment": {"collections": list(collections)},
        }
    )


def read(path: Path, **options: object) -> dict[str, genesets.GeneSet]:
    given = Enrichment.model_validate({"collections": [{"name": "R", "file": str(path), **options}]})
    return genesets.read(given, {"R": path})["R"]


def written(folder: Path) -> Path:
    path = folder / "sets.gmt"
    path.write_text(SETS)
    return path


def test_each_origin_has_its_file() -> None:
    address = "https://example.org/get/sets.gmt.gz?version=1"
    config = study(
        {"name": "GO", "shipped": "GO"},
        {"name": "mine", "file": "my sets.gmt"},
        {"name": "far", "address": address, "sha256": "0" * 64},
        {"name": "plain", "address": "https://example.org/sets.gmt"},
        {"name": "library", "enrichr": "GO_Molecular_Function_2023"},
    )
    files = genesets.files(config)
    assert files["GO"] == "resources/genesets/go.gmt.gz"
    assert files["mine"] == "my sets.gmt"
    assert files["library"] == EnrichrLibrary(
        "GO_Molecular_Function_2023", "kept/enrichr/GO_Molecular_Function_2023.gmt"
    )
    far, plain = files["far"], files["plain"]
    assert isinstance(far, Remote)
    assert isinstance(plain, Remote)
    assert (far.address, far.sha256, far.form) == (address, "0" * 64, "gzip")
    assert far.path.startswith("kept/genesets/far.")
    assert far.path.endswith(".gmt.gz")
    assert (plain.sha256, plain.form) == (None, "text")


def test_another_address_under_the_same_name_is_another_file_in_the_cache() -> None:
    paths = set()
    for version in (1, 2):
        file = genesets.files(study({"name": "R", "address": f"https://example.org/{version}/sets.gmt"}))["R"]
        assert isinstance(file, Remote)
        paths.add(file.path)
    assert len(paths) == 2


def test_listed_sets_are_dropped(tmp_path: Path) -> None:
    assert list(read(written(tmp_path), drop_sets=["REAC:0000000"])) == ["REAC:R-HSA-1", "REAC:R-HSA-2"]


def test_a_set_to_drop_that_is_not_there_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"R\.drop_sets[\s\S]*did you mean REAC:0000000\?"):
        read(written(tmp_path), drop_sets=["REAC:000000"])


def test_a_local_file_must_have_the_checksum_that_is_given(tmp_path: Path) -> None:
    path = written(tmp_path)
    right = hashlib.sha256(SETS.encode()).hexdigest()
    assert len(read(path, sha256=right)) == 3
    with pytest.raises(InputError, match=rf"R\.sha256[\s\S]*{'1' * 64}[\s\S]*{right}"):
        read(path, sha256="1" * 64)


def test_problems_of_all_collections_come_at_once(tmp_path: Path) -> None:
    options = Enrichment(
        collections=[
            Collection(name="one", file="x", drop_sets=["absent"]),
            Collection(name="two", file="y"),
            Collection(name="three", file="z", sha256="1" * 64),
        ]
    )
    path = written(tmp_path)
    with pytest.raises(InputError) as raised:
        genesets.read(options, {"one": path, "two": tmp_path / "absent.gmt", "three": path})
    assert [each.entry for each in raised.value.problems] == [
        "enrichment.collections.one.drop_sets",
        str(tmp_path / "absent.gmt"),
        "enrichment.collections.three.sha256",
    ]


def test_real_files_are_read(public_data: Path) -> None:
    folder = public_data / "genesets"
    # Numbers of sets from the README of the public data.
    reactome = read(folder / "reactome.gmt", drop_sets=["REAC:0000000"])
    assert len(reactome) == 2560 - 1
    assert reactome["REAC:R-HSA-186797"].name == "Signaling by PDGF"
    hallmark = read(folder / "hallmark.v7.1.gmt")
    assert len(hallmark) == 50
    assert hallmark["HALLMARK_HYPOXIA"].name == "HALLMARK HYPOXIA"
    assert len(read(folder / "wikipathways.gmt")) == 845

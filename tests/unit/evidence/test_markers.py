"""Marker genes: a table in words, and never a gene of what is tested."""

from __future__ import annotations

from pathlib import Path

import pytest

from composition import SHIPPED, TERMS
from trialseq import evidence, genesets
from trialseq.evidence.items import items
from trialseq.evidence.markers import read_markers, unusable
from trialseq.genesets import GeneSet
from trialseq.problems import InputError


def test_types_and_genes_keep_their_order_and_other_columns_are_ignored(tmp_path: Path) -> None:
    path = tmp_path / "m.tsv"
    path.write_text("\ufeffsource\tgene\tcell_type\nx\tB\tt2\n\nx\tA\tt1\nx\tC\tt2\nx\tB\tt2\n", encoding="utf-8")
    assert list(read_markers(path, "e").items()) == [("t2", ("B", "C")), ("t1", ("A",))]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "an empty file"),
        (b"cell_type\tgene\n", "a header and nothing below it"),
        (b"cell_type,gene\nt,A\n", "no column cell_type, gene"),
        (b"cell_type\tgene\nt\tA\nt\n\nt\t \n", "not in lines 3, 5"),
        (b"cell_type\tgene\nt\tA\nu\tA\n", "A (t and u)"),
        (b"cell_type\tgene\nt\t\xff\n", "other bytes"),
    ],
)
def test_each_error_of_a_table_is_said_in_words(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "m.tsv"
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        read_markers(path, "evidence.composition.markers")
    assert said in str(error.value)
    assert "evidence.composition.markers" in str(error.value)


@pytest.mark.parametrize(("path", "said"), [("absent.tsv", "no such file"), (".", "is a directory")])
def test_what_is_no_file_is_said_in_words(tmp_path: Path, path: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_markers(tmp_path / path, "e")


def test_a_device_is_refused_and_not_read() -> None:
    with pytest.raises(InputError, match="a device or a pipe"):
        read_markers("/dev/zero", "e")


def test_unknown_types_and_counts_without_markers_are_problems_and_few_markers_a_warning() -> None:
    markers = {"pericyte": ("A", "B", "C"), "fibre": ("D",)}
    problems, _ = unusable(markers, ["pericytes"], {"A"}, 2, "e")
    assert "did you mean pericyte?" in str(problems[0])
    assert "none of 4" in str(unusable(markers, ["pericyte"], {"X"}, 2, "e")[0][0])
    assert unusable(markers, ["pericyte"], {"A", "B"}, 2, "e") == ([], [])
    problems, warnings = unusable(markers, ["pericyte"], {"A"}, 2, "e")
    assert problems == []
    assert "pericyte (1 of 3 markers)" in warnings[0]


def test_the_shipped_table_is_what_its_script_makes_and_knows_no_gene_of_the_panel_by_name() -> None:
    made = {}
    exec(compile((SHIPPED.parent / "make_markers.py").read_text(), "m", "exec"), {"__name__": "m"}, made)  # noqa: S102
    expected = {kind: tuple(" ".join(sources.values()).split()) for kind, sources in made["MARKERS"].items()}
    assert evidence.read_markers(SHIPPED) == expected


def test_asked_sets_come_from_the_panel_first_and_a_headline_of_the_collections_is_asked_too() -> None:
    go = {"GO:0048407": GeneSet("GO:0048407", "other", ("X",)), "GO:1": GeneSet("GO:1", "mine", ("Y", "Z"))}
    found = {each.id: each for each in items(genesets.read_gmt(TERMS), {"GO": go}, ["GO:0048407", "GO:1", "TTN"])}
    assert "PDGFRB" in found["GO:0048407"].genes
    assert found["GO:1"].genes == ("Y", "Z")
    assert (found["TTN"].section, found["GO:0048407"].section) == ("gene", "set")

import gzip
from pathlib import Path

import pytest

from trialseq.genesets import GeneSet, read_gmt
from trialseq.problems import InputError


def written(folder: Path, text: str | bytes, name: str = "sets.gmt") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def problem(path: Path) -> str:
    with pytest.raises(InputError) as raised:
        read_gmt(path)
    return str(raised.value)


def test_sets_come_in_the_order_of_the_file_with_each_gene_once(tmp_path: Path) -> None:
    path = written(tmp_path, "GO:2\tsecond one\tB\tA\tB\t\nGO:1\tfirst one\tC\n")
    assert list(read_gmt(path).values()) == [
        GeneSet("GO:2", "second one", ("B", "A")),
        GeneSet("GO:1", "first one", ("C",)),
    ]


@pytest.mark.parametrize("name", ["sets.gmt.gz", "sets.gmt", "sets"])
def test_gzip_is_recognised_by_its_bytes(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, gzip.compress(b"S\tname\tA\n"), name)
    assert read_gmt(path) == {"S": GeneSet("S", "name", ("A",))}


def test_line_ends_byte_order_mark_and_blank_lines_do_not_matter(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeffS\tname\tA\tB\r\n\r\nT\tname\tC")
    assert [(each.id, each.genes) for each in read_gmt(path).values()] == [("S", ("A", "B")), ("T", ("C",))]


@pytest.mark.parametrize(
    ("identifier", "description", "name"),
    [
        ("HALLMARK_TGF_BETA_SIGNALING", "http://www.gsea-msigdb.org/x", "HALLMARK TGF BETA SIGNALING"),
        ("HALLMARK_TGF_BETA_SIGNALING", "https://www.gsea-msigdb.org/x", "HALLMARK TGF BETA SIGNALING"),
        ("PDGF binding (GO:0048407)", "", "PDGF binding (GO:0048407)"),
        ("__", "", "__"),
        ("GO:0048407", "PDGF binding", "PDGF binding"),
    ],
)
def test_the_name_is_the_description_or_the_id_in_words(
    tmp_path: Path, identifier: str, description: str, name: str
) -> None:
    path = written(tmp_path, f"{identifier}\t{description}\tA\n")
    assert read_gmt(path)[identifier].name == name


def test_names_that_look_like_code_or_markup_stay_text(tmp_path: Path) -> None:
    path = written(tmp_path, "<script>\t$x$ & __\tA;B\t$\\alpha$\n")
    assert read_gmt(path) == {"<script>": GeneSet("<script>", "$x$ & __", ("A;B", "$\\alpha$"))}


def test_every_fault_is_named_with_its_lines(tmp_path: Path) -> None:
    text = "S\tname\tA\nT\tname\nS\tname\tB\nU,name,A\nV\tname\t\t\n\tname\tA\nS\tname\tC\n"
    message = problem(written(tmp_path, text))
    assert "sets.gmt, lines 2, 4" in message
    assert "sets.gmt, line 5" in message
    assert "sets.gmt, line 6" in message
    assert "S in lines 1 and 3, S in lines 1 and 7" in message
    assert "4 problems" in message


def test_a_long_list_of_lines_is_cut_short(tmp_path: Path) -> None:
    message = problem(written(tmp_path, "gene,count\n" * 5000))
    assert "lines 1, 2, 3, 4, 5, 6, 7, 8 and 4992 more" in message


@pytest.mark.parametrize(
    "page", ["<!DOCTYPE html>\n<html><body>\tA\tB</body></html>", "\n  <html lang='en'>", "<!doctype HTML >"]
)
def test_a_page_of_html_is_recognised(tmp_path: Path, page: str) -> None:
    assert "a page of HTML" in problem(written(tmp_path, page))
    assert "a page of HTML" in problem(written(tmp_path, gzip.compress(page.encode())))


def test_a_damaged_gzip_file_is_recognised(tmp_path: Path) -> None:
    whole = gzip.compress(b"S\tname\tA\n" * 100)
    assert "a whole gzip file" in problem(written(tmp_path, whole[:-12]))
    assert "a whole gzip file" in problem(written(tmp_path, whole[:20] + b"\xff\xff\xff" + whole[23:]))
    assert "a whole gzip file" in problem(written(tmp_path, whole[:5]))


def test_text_in_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    message = problem(written(tmp_path, "S\tname\tA\nT\tna\u00efve\tB\n".encode("latin-1")))
    assert "sets.gmt, line 2" in message
    assert "UTF-8" in message


def test_no_file_and_nothing_in_it(tmp_path: Path) -> None:
    assert "no such file" in problem(tmp_path / "absent.gmt")
    assert "is a directory" in problem(tmp_path)
    assert "an empty file" in problem(written(tmp_path, ""))
    assert "an empty file" in problem(written(tmp_path, " \n\n"))

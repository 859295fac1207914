"""Symbols that a spreadsheet turned into dates."""

from __future__ import annotations

import pytest

from trialseq.sources.symbols import restore


@pytest.mark.parametrize(
    ("written", "symbol"),
    [
        ("2-Sep", "SEPTIN2"),
        ("02-Sep", "SEPTIN2"),
        ("Sep-02", "SEPTIN2"),
        ("2-SEP", "SEPTIN2"),
        ("2-Sep-20", "SEPTIN2"),
        ("2020-09-02", "SEPTIN2"),
        ("14-Sep", "SEPTIN14"),
        ("15-Sep", "SELENOF"),
        ("1-Dec", "DELEC1"),
        ("5-Mar", "MARCHF5"),
        ("Mar-11", "MARCHF11"),
    ],
)
def test_a_date_of_one_gene_becomes_its_symbol_of_today(written: str, symbol: str) -> None:
    names, notices = restore(["TP53", written, "ACTB"])
    assert names == ["TP53", symbol, "ACTB"]
    (notice,) = notices
    assert f"{written} to {symbol}" in notice


@pytest.mark.parametrize(
    ("names", "restored"),
    [
        (["1-Mar", "MTARC1"], ["MARCHF1", "MTARC1"]),
        (["1-Mar", "MARC1"], ["MARCHF1", "MARC1"]),
        (["1-Mar", "MARCHF1"], ["MTARC1", "MARCHF1"]),
        (["2-Mar", "MARCH2"], ["MTARC2", "MARCH2"]),
        (["1-Mar", "MARC1", "2-Mar", "MARCH2"], ["MARCHF1", "MARC1", "MTARC2", "MARCH2"]),
    ],
)
def test_the_gene_that_stands_elsewhere_decides_between_two(names: list[str], restored: list[str]) -> None:
    assert restore(names)[0] == restored


@pytest.mark.parametrize("others", [[], ["MARC1", "MARCH1"]])
def test_what_stays_unclear_is_left_and_reported_and_not_summed(others: list[str]) -> None:
    names, notices = restore(["1-Mar", "TP53", "1-Mar", *others])
    assert names == ["1-Mar", "TP53", "1-Mar.2", *others]
    assert "1-Mar (MARCHF1 or MTARC1)" in notices[0]


def test_a_date_without_a_gene_is_left_and_reported() -> None:
    names, notices = restore(["4-Oct", "31-Sep", "Sep-20"])
    assert names == ["4-Oct", "31-Sep", "Sep-20"]
    assert "4-Oct (no gene known)" in notices[0]


def test_symbols_are_not_taken_for_dates() -> None:
    symbols = ["SEPTIN2", "MARCHF1", "DEC1", "sep-1", "mar-2", "HLA-A", "NKX2-5", "1-8U", "MIR-1", "ENSG00000000003"]
    assert restore(symbols) == (symbols, [])

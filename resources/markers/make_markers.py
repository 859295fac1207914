"""Make the table of marker genes: `python resources/markers/make_markers.py`.

Genes were put together by hand from the sources that the table names; `resources/README.md` says what each of them is,
what was taken from it and what was left out, and why.
"""

from __future__ import annotations

from pathlib import Path

KEDLIAN, RUBENSTEIN, CURATED = "Kedlian2024", "Rubenstein2020", "curated"

# Cell type: genes by source. A gene stands once: it marks one type or none.
MARKERS: dict[str, dict[str, str]] = {
    "fibro_adipogenic_progenitor": {
        KEDLIAN: "PDGFRA DCN",
        CURATED: "LUM DPT MFAP5 PI16 SCARA5 ABCA8 MEDAG FBLN1 PODN",
    },
    "pericyte": {
        KEDLIAN: "RGS5",
        CURATED: "KCNJ8 HIGD1B NOTCH3 COX4I2 STEAP4 TRPC6 FAM162B",
    },
    "endothelium": {
        KEDLIAN: "PECAM1",
        CURATED: "CDH5 VWF CLDN5 TIE1 TEK KDR EMCN ROBO4 EGFL7 CLEC14A SOX18 ECSCR ERG",
    },
    "smooth_muscle": {
        KEDLIAN: "MYH11 ACTA2",
        CURATED: "CNN1 TAGLN RERGL KCNMB1 ACTG2",
    },
    "satellite_cell": {
        KEDLIAN: "PAX7 DLK1",
        CURATED: "MYF5 CHODL CDH15 FGFR4",
    },
    "immune": {
        KEDLIAN: "PTPRC CD14 CD163 C1QA",
        CURATED: "C1QB CD53 LAPTM5 TYROBP FCER1G CYBB ITGB2 CSF1R MS4A6A",
    },
    "type_I_fibre": {
        RUBENSTEIN: "MYH7 TNNT1 TNNI1 TNNC1 MYL2 MYL3 MYL6B TPM3 MYOZ2 ATP2A2",
    },
    "type_II_fibre": {
        RUBENSTEIN: "MYH2 MYH1 TNNT3 TNNI2 TNNC2 MYL1 MYLPF MYBPC2 ENO3 ATP2A1 PFKM",
    },
    "adipocyte": {
        KEDLIAN: "ADIPOQ PLIN1",
        CURATED: "CIDEC LEP TRARG1 CIDEA",
    },
}


def lines() -> list[str]:
    """The table, a marker a line, under its header."""
    rows = [
        f"{cell_type}\t{gene}\t{source}"
        for cell_type, sources in MARKERS.items()
        for source, genes in sources.items()
        for gene in genes.split()
    ]
    return ["cell_type\tgene\tsource", *rows]


def main() -> None:
    """Write the table beside this script."""
    (Path(__file__).parent / "muscle.tsv").write_text("\n".join(lines()) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

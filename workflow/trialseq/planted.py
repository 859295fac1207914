"""The genes that a simulated trial knows by name, and the log2 fold changes planted in them.

Directions follow what is reported of muscle biopsies; sizes are chosen, not estimated. Anonymous genes with
effects come on top, drawn by seed.
"""

from __future__ import annotations

# Acute response to insulin (clamp against basal).
INSULIN: dict[str, float] = {
    **{"PPP1R3B": 1.6, "PIK3R1": 1.2, "HES1": 1.5, "SPRY4": 1.1, "HMOX1": 1.0, "G0S2": 1.2, "MYOD1": 0.9},
    **{"IL6R": 0.9, "RRAD": 1.4, "NFIL3": 1.1, "MT1E": 1.0, "DNAJB1": 0.8},
    **{"TXNIP": -1.6, "KLF15": -1.3, "IRS2": -1.1, "SLC27A1": -0.8, "PER1": -0.9, "PER2": -0.8, "PER3": -1.0},
    **{"NR1D1": -1.1, "NR1D2": -0.9, "DBP": -1.3, "TEF": -0.8, "HLF": -0.9, "CIART": -1.2},
}
# A second biopsy some weeks after the first, in every arm.
SECOND_BIOPSY: dict[str, float] = {
    **{"FOS": 1.6, "JUN": 0.9, "EGR1": 1.4, "FOSB": 1.2, "JUNB": 0.7, "ATF3": 1.0, "IER2": 0.7, "BTG2": 0.6},
    **{"CCN1": 0.8, "DUSP1": 0.7, "ZFP36": 0.6, "SOCS3": 0.7, "KLF4": 0.6},
}
# Treatment: platelet-derived growth factors, their receptors, markers of the cells that carry these, members of
# PDGF receptor signalling (GO:0048008); weaker in the collagens of PDGF binding (GO:0048407).
PDGF: dict[str, float] = {
    **{"PDGFRB": 1.2, "PDGFRA": 1.1, "PDGFA": 0.8, "PDGFB": 0.9, "PDGFD": 0.8, "THY1": 1.2, "CD109": 1.0},
    **{"LOX": 0.9, "LRP1": 0.8, "CSPG4": 1.0, "NRP1": 0.8, "PLAT": 0.9, "F3": 0.8, "MYO1E": 0.8, "ITGB3": 0.9},
    **{"PTPN11": 0.8, "SRC": 0.8, "JAK2": 0.8, "TIPARP": 0.9, "NR4A3": 1.0, "BCAR1": 0.8, "PTPRJ": 0.8},
    **{"COL1A1": 0.6, "COL1A2": 0.6, "COL3A1": 0.6, "COL4A1": 0.6, "COL5A1": 0.6, "COL6A1": 0.6},
}
# Named because readers look for them; they do not change.
UNCHANGED: tuple[str, ...] = ("PDGFC", "PDGFRL", "GAPDH", "ACTB", "PPARGC1A", "NAMPT", "NMRK1", "NMRK2", "SIRT1")
# Contractile, metabolic and mitochondrial transcripts that make up much of a muscle library.
ABUNDANT: tuple[str, ...] = (
    *("ACTA1", "MYH7", "MYH2", "MYH1", "TTN", "NEB", "CKM", "MB", "TPM1", "TPM2", "TPM3", "TNNC1", "TNNC2", "TNNI1"),
    *("TNNI2", "TNNT1", "TNNT3", "MYL1", "MYL2", "MYL3", "MYBPC1", "MYBPC2", "ALDOA", "ENO3", "PYGM", "ATP2A1"),
    *("ATP2A2", "DES", "CRYAB", "EEF1A1", "EEF1A2"),
    *("MT-ND1", "MT-ND2", "MT-ND3", "MT-ND4", "MT-ND4L", "MT-ND5", "MT-ND6", "MT-CO1", "MT-CO2", "MT-CO3"),
    *("MT-ATP6", "MT-ATP8", "MT-CYB"),
)
NAMED: tuple[str, ...] = tuple(dict.fromkeys((*PDGF, *INSULIN, *SECOND_BIOPSY, *UNCHANGED, *ABUNDANT)))

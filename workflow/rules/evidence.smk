rule cell_types:
    """Markers and signature of cell types from a single-cell data set."""
    input:
        counts=rules.counts.output.counts,
        cells=SINGLE_CELL,
    output:
        markers=f"{OUT}/evidence/markers.tsv",
        signature=f"{OUT}/evidence/signature.tsv",
    log:
        f"{LOGS}/cell_types.log",
    benchmark:
        f"{BENCHMARKS}/cell_types.tsv"
    conda:
        "../../envs/trialseq.yaml"
    threads: 1
    resources:
        mem_mb=scaled(2000, 60),
        runtime=scaled(15, 1),
    params:
        code=code("cell_types"),
        composition=CONFIG.evidence.composition.model_dump(mode="json"),
    script:
        "../scripts/cell_types.py"


rule composition:
    """Every contrast again with scores of cell types held constant."""
    input:
        counts=rules.counts.output.counts,
        data=rules.normalise.output.data,
        plan=f"{OUT}/plan.json",
        markers=marker_genes,
        sets=list(SETS.values()),
        pdgf=shipped("resources/genesets/pdgf.gmt"),
    output:
        table=f"{OUT}/tables/composition.tsv",
        genes=f"{OUT}/tables/composition_genes.tsv.gz",
    log:
        f"{LOGS}/composition.log",
    benchmark:
        f"{BENCHMARKS}/composition.tsv"
    conda:
        "../../envs/trialseq.yaml"
    threads: 1
    resources:
        mem_mb=scaled(2000, 200),
        runtime=scaled(15, 20),
    params:
        code=code("composition"),
        options=options("statistics", "enrichment"),
        composition=CONFIG.evidence.composition.model_dump(mode="json"),
        names=list(SETS),
    script:
        "../scripts/composition.py"

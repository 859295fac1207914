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
        pdgf=PDGF,
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
        options=options("statistics", "enrichment", "limits"),
        composition=CONFIG.evidence.composition.model_dump(mode="json"),
        names=list(SETS),
    script:
        "../scripts/composition.py"


rule randomisation:
    """Each subject's change of every score, and tests by re-assigned arms or flipped signs."""
    input:
        data=rules.normalise.output.data,
        plan=f"{OUT}/plan.json",
    output:
        subjects=f"{OUT}/tables/subject_changes.tsv",
        tests=f"{OUT}/tables/randomisation.tsv",
    log:
        f"{LOGS}/randomisation.log",
    benchmark:
        f"{BENCHMARKS}/randomisation.tsv"
    conda:
        "../../envs/trialseq.yaml"
    threads: 1
    resources:
        mem_mb=scaled(1500, 50),
        runtime=scaled(10, 0.5),
    params:
        code=code("randomisation"),
        randomisation=CONFIG.evidence.randomisation.model_dump(mode="json"),
        explicit=[model.id for model in CONFIG.models],
        confidence=CONFIG.statistics.confidence,
    script:
        "../scripts/randomisation.py"


rule claims:
    """A verdict on each claim, and the lines of evidence behind it."""
    input:
        plan=f"{OUT}/plan.json",
        genes=of_claims(f"{OUT}/tables/{{contrast}}.tsv"),
        influence=of_claims(rules.contrast.output.influence_genes),
        pdgf=of_claims(rules.contrast.output.pdgf),
        enrichment=of_claims(rules.contrast.output.enrichment),
        dropped=of_claims(rules.contrast.output.dropped),
        composition=rules.composition.output if CONFIG.evidence.composition.run else [],
        randomisation=[rules.randomisation.output.tests] if CONFIG.evidence.randomisation.run else [],
        opinions=opinions_of_claims,
    output:
        table=f"{OUT}/tables/claims.tsv",
        evidence=f"{OUT}/tables/claims_evidence.tsv",
    log:
        f"{LOGS}/claims.log",
    benchmark:
        f"{BENCHMARKS}/claims.tsv"
    conda:
        "../../envs/trialseq.yaml"
    resources:
        mem_mb=scaled(1000, 20),
        runtime=scaled(5, 0.2),
    params:
        code=code("claims"),
        claims=options("claims")["claims"],
        contrasts=claimed,
        alpha=CONFIG.statistics.alpha,
        engines=OPINIONS,
    script:
        "../scripts/claims.py"

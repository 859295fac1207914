rule summary:
    """What was asked and found in a few sentences, and where everything came from."""
    input:
        plan=f"{OUT}/plan.json",
        counts=rules.counts.output.counts,
        genes=lambda wildcards: every_contrast(f"{OUT}/tables/{{contrast}}.tsv"),
        influence=lambda wildcards: every_contrast(rules.contrast.output.influence),
        pdgf=lambda wildcards: every_contrast(f"{OUT}/tables/{{contrast}}.pdgf.tsv"),
        claims=[rules.claims.output.table] if CONFIG.claims else [],
        notes=lambda wildcards: every_model(f"{OUT}/models/{{model}}.notes.json"),
        checks=rules.normalise.output.checks,
        source=list(SOURCE.values()),
        sets=[*SETS.values(), PDGF],
    output:
        summary=f"{OUT}/summary.txt",
        provenance=f"{OUT}/provenance.json",
    log:
        f"{LOGS}/summary.log",
    benchmark:
        f"{BENCHMARKS}/summary.tsv"
    conda:
        "../../envs/trialseq.yaml"
    resources:
        mem_mb=scaled(1000, 5),
        runtime=scaled(5, 0.1),
    params:
        code=code("summary"),
        config=CONFIG.model_dump(mode="json"),
        remote={file.path: file.address for file in REMOTE.values() if hasattr(file, "address")},
    script:
        "../scripts/summary.py"


rule page:
    """One page that opens without a network: every contrast, gene, set and sample to look at."""
    input:
        summary=rules.summary.output.summary,
        provenance=rules.summary.output.provenance,
        plan=f"{OUT}/plan.json",
        genes=lambda wildcards: every_contrast(rules.contrast.output.genes),
        enrichment=lambda wildcards: every_contrast(rules.contrast.output.enrichment),
        pdgf=lambda wildcards: every_contrast(rules.contrast.output.pdgf),
        paragraphs=lambda wildcards: every_contrast(rules.contrast.output.paragraph),
        samples=rules.normalise.output.samples,
        distances=rules.normalise.output.distances,
        data=rules.normalise.output.data,
        claims=[rules.claims.output.table] if CONFIG.claims else [],
        sets=list(SETS.values()),
        assets=[str(path) for path in sorted(WORKFLOW.glob("trialseq/page/assets/*"))],
    output:
        page=f"{OUT}/report.html",
    log:
        f"{LOGS}/page.log",
    benchmark:
        f"{BENCHMARKS}/page.tsv"
    conda:
        "../../envs/trialseq.yaml"
    resources:
        mem_mb=scaled(1500, 20),
        runtime=scaled(10, 0.5),
    params:
        code=code("page"),
        config=CONFIG.model_dump(mode="json"),
        names=list(SETS),
    script:
        "../scripts/page.py"

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
        sets=[*SETS.values(), shipped("resources/genesets/pdgf.gmt")],
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

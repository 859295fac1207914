checkpoint design:
    """Derive models and estimands, and print the plan."""
    input:
        counts=rules.counts.output.counts,
    output:
        plan=f"{OUT}/plan.json",
        table=f"{OUT}/tables/design.tsv",
    log:
        f"{LOGS}/design.log",
    benchmark:
        f"{BENCHMARKS}/design.tsv"
    conda:
        "../../envs/trialseq.yaml"
    resources:
        mem_mb=scaled(1000, 40),
        runtime=scaled(5, 0.1),
    params:
        code=code("design"),
        options=options("trial", "models"),
    script:
        "../scripts/design.py"

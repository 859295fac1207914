rule contrast:
    """Tables of one contrast: genes, gene sets, the PDGF panel."""
    input:
        statistics=of_model(".parquet"),
        effects=of_model(".effects.parquet"),
        influence=influence_of,
        plan=f"{OUT}/plan.json",
        sets=list(SETS.values()),
        pdgf=PDGF,
    output:
        enrichment=f"{OUT}/tables/{{contrast}}.enrichment.tsv",
        dropped=f"{OUT}/tables/{{contrast}}.dropped_sets.tsv",
        pdgf=f"{OUT}/tables/{{contrast}}.pdgf.tsv",
        paragraph=f"{OUT}/tables/{{contrast}}.pdgf.txt",
        genes=f"{OUT}/tables/{{contrast}}.tsv",
        influence=f"{OUT}/tables/{{contrast}}.influence.tsv",
        influence_genes=f"{OUT}/tables/{{contrast}}.influence_genes.tsv",
        running=f"{OUT}/enrichment/{{contrast}}.running.parquet",
    log:
        f"{LOGS}/contrast/{{contrast}}.log",
    benchmark:
        f"{BENCHMARKS}/contrast/{{contrast}}.tsv"
    conda:
        "../../envs/trialseq.yaml"
    resources:
        mem_mb=scaled(2500, 50),
        runtime=scaled(10, 2),
    params:
        code=code("contrast"),
        options=options("enrichment", "simulated", "limits"),
        alpha=CONFIG.statistics.alpha,
        asks=CONFIG.statistics.asks,
        names=list(SETS),
    script:
        "../scripts/contrast.py"

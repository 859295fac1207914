rule model:
    """Fit one model and test all of its contrasts, one by one and several at once."""
    input:
        counts=rules.counts.output.counts,
        plan=f"{OUT}/plan.json",
    output:
        statistics=f"{OUT}/models/{{model}}.parquet",
        dispersions=f"{OUT}/models/{{model}}.dispersions.parquet",
        notes=f"{OUT}/models/{{model}}.notes.json",
        joint=f"{OUT}/tables/joint/{{model}}.tsv",
    log:
        f"{LOGS}/model/{{model}}.log",
    benchmark:
        f"{BENCHMARKS}/model/{{model}}.tsv"
    conda:
        "../../envs/trialseq.yaml"
    threads: 1
    resources:
        mem_mb=scaled(2000, 400),
        runtime=scaled(10, 20),
    params:
        code=code("model"),
        options=options("statistics"),
    script:
        "../scripts/model.py"

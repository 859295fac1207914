rule model:
    """Fit one model and test all of its contrasts."""
    input:
        counts=rules.counts.output.counts,
        plan=f"{OUT}/plan.json",
    output:
        statistics=f"{OUT}/models/{{model}}.parquet",
        dispersions=f"{OUT}/models/{{model}}.dispersions.parquet",
        notes=f"{OUT}/models/{{model}}.notes.json",
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


rule influence:
    """Fit one model again without each subject in turn."""
    input:
        counts=rules.counts.output.counts,
        plan=f"{OUT}/plan.json",
        statistics=rules.model.output.statistics,
    output:
        subjects=f"{OUT}/influence/{{model}}.subjects.parquet",
        genes=f"{OUT}/influence/{{model}}.genes.parquet",
    log:
        f"{LOGS}/influence/{{model}}.log",
    benchmark:
        f"{BENCHMARKS}/influence/{{model}}.tsv"
    conda:
        "../../envs/trialseq.yaml"
    threads: 1
    resources:
        mem_mb=scaled(2000, 200),
        runtime=scaled(20, 60),
    params:
        code=code("influence"),
        options=options("statistics"),
    script:
        "../scripts/influence.py"

rule model:
    """Fit one model and test all of its contrasts, one by one and several at once."""
    input:
        counts=rules.counts.output.counts,
        plan=f"{OUT}/plan.json",
    output:
        statistics=f"{OUT}/models/{{model}}.parquet",
        dispersions=f"{OUT}/models/{{model}}.dispersions.parquet",
        effects=f"{OUT}/models/{{model}}.effects.parquet",
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


rule second_opinion:
    """Fit one model with another engine and test all of its contrasts."""
    input:
        counts=rules.counts.output.counts,
        plan=f"{OUT}/plan.json",
    output:
        statistics=f"{OUT}/models/{{model}}.{{engine}}.parquet",
        notes=f"{OUT}/models/{{model}}.{{engine}}.notes.json",
    log:
        f"{LOGS}/second_opinion/{{model}}.{{engine}}.log",
    benchmark:
        f"{BENCHMARKS}/second_opinion/{{model}}.{{engine}}.tsv"
    conda:
        "../../envs/second_opinion.yaml"
    threads: 1
    resources:
        mem_mb=scaled(2500, 800),
        runtime=scaled(10, 40),
    params:
        code=code("second_opinion"),
        options=options("statistics"),
    script:
        "../scripts/second_opinion.py"


rule concordance:
    """Agreement of the engines on one contrast, and the genes on which they do not agree."""
    input:
        statistics=of_model(".parquet"),
        dispersions=of_model(".dispersions.parquet"),
        opinions=opinions_of,
        counts=rules.counts.output.counts,
        plan=f"{OUT}/plan.json",
    output:
        concordance=f"{OUT}/tables/{{contrast}}.concordance.tsv",
        disagreements=f"{OUT}/tables/{{contrast}}.disagreements.tsv",
    log:
        f"{LOGS}/concordance/{{contrast}}.log",
    benchmark:
        f"{BENCHMARKS}/concordance/{{contrast}}.tsv"
    conda:
        "../../envs/trialseq.yaml"
    resources:
        mem_mb=scaled(1500, 100),
        runtime=scaled(5, 1),
    params:
        code=code("concordance"),
        options=options("statistics"),
        engines=OPINIONS,
    script:
        "../scripts/concordance.py"


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

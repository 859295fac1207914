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
        mem_mb=memory(1000, 40),
        runtime=minutes(5, 0.1),
    params:
        code=code("design"),
        options=options("trial", "models"),
    script:
        "../scripts/design.py"


def study_plan():
    """Models and estimands, once the design is known."""
    return json.loads(Path(checkpoints.design.get().output.plan).read_text(encoding="utf-8"))


def model_of(wildcards):
    """Statistics of the model that answers a contrast."""
    owners = {each["id"]: model["id"] for model in study_plan()["models"] for each in model["estimands"]}
    return f"{OUT}/models/{owners[wildcards.contrast]}.parquet"

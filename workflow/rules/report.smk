def every_contrast(pattern):
    """A file of every contrast."""
    contrasts = [each["id"] for model in study_plan()["models"] for each in model["estimands"]]
    return expand(pattern, contrast=contrasts)


def every_model(pattern):
    """A file of every model."""
    return expand(pattern, model=[model["id"] for model in study_plan()["models"]])


rule summary:
    """What was asked and found in three sentences, and where everything came from."""
    input:
        plan=f"{OUT}/plan.json",
        counts=rules.counts.output.counts,
        genes=lambda wildcards: every_contrast(f"{OUT}/tables/{{contrast}}.tsv"),
        pdgf=lambda wildcards: every_contrast(f"{OUT}/tables/{{contrast}}.pdgf.tsv"),
        notes=lambda wildcards: every_model(f"{OUT}/models/{{model}}.notes.json"),
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
        mem_mb=memory(1000, 5),
        runtime=minutes(5, 0.1),
    params:
        code=code("summary"),
        config=CONFIG.model_dump(mode="json"),
        remote={file.path: file.address for file in REMOTE.values() if hasattr(file, "address")},
    script:
        "../scripts/summary.py"


def every_result(wildcards):
    """Everything that a run makes."""
    return [
        rules.summary.output.summary,
        rules.normalise.output.vst,
        *rules.study_figures.output,
        *(each for pattern in rules.model_figures.output for each in every_model(pattern)),
        *(each for pattern in rules.contrast_figures.output for each in every_contrast(pattern)),
    ]


def show_summary():
    """Say where the results are, and what matters."""
    summary = Path(f"{OUT}/summary.txt")
    if summary.exists():
        print(
            f"\nResults: {summary.parent.resolve()}\n\n{summary.read_text(encoding='utf-8')}", file=sys.stderr
        )

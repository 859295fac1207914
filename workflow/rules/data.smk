rule download:
    """Fetch a file of a public source into the cache, unless it lies there."""
    output:
        # Not removed before the job: what lies in the cache is never fetched twice.
        update(f"{CONFIG.cache}/{{file}}"),
    log:
        f"{LOGS}/download/{{file}}.log",
    wildcard_constraints:
        file="|".join(re.escape(str(Path(path).relative_to(CONFIG.cache))) for path in REMOTE) or "(?!)",
    conda:
        "../../envs/trialseq.yaml"
    resources:
        downloads=1,
        runtime=scaled(60, 0),
    params:
        file=lambda wildcards: asdict(REMOTE[f"{CONFIG.cache}/{wildcards.file}"]),
        options=options("download", "limits"),
    script:
        "../scripts/download.py"


rule counts:
    """Read any source into one annotated matrix of counts."""
    input:
        **SOURCE,
    output:
        counts=f"{OUT}/counts.h5ad",
    log:
        f"{LOGS}/counts.log",
    benchmark:
        f"{BENCHMARKS}/counts.tsv"
    conda:
        "../../envs/trialseq.yaml"
    resources:
        mem_mb=scaled(1500, 40),
        runtime=scaled(10, 0.2),
    params:
        code=code("counts"),
        options=options("source", "samples", "limits"),
    script:
        "../scripts/counts.py"


rule normalise:
    """Normalised and variance-stabilised counts, quality and scores of the samples, principal components."""
    input:
        counts=rules.counts.output.counts,
        sets=list(SETS.values()),
        pdgf=PDGF,
        markers=marker_genes,
        signature=signature,
    output:
        data=f"{OUT}/normalized.h5ad",
        samples=f"{OUT}/tables/samples.tsv",
        checks=f"{OUT}/tables/sample_checks.tsv",
        identity=f"{OUT}/tables/identity.tsv",
        associations=f"{OUT}/tables/associations.tsv",
        distances=f"{OUT}/tables/distances.tsv",
        normalized=f"{OUT}/tables/normalized.tsv.gz",
        vst=f"{OUT}/tables/vst.tsv.gz",
    log:
        f"{LOGS}/normalise.log",
    benchmark:
        f"{BENCHMARKS}/normalise.tsv"
    conda:
        "../../envs/trialseq.yaml"
    threads: 1
    resources:
        mem_mb=scaled(2000, 200),
        runtime=scaled(10, 5),
    params:
        code=code("normalise"),
        options=options("statistics", "qc", "trial", "limits"),
        collections=options("enrichment")["enrichment"]["collections"],
        names=list(SETS),
        scores=CONFIG.evidence.scores.model_dump(mode="json"),
        fewest=CONFIG.evidence.composition.min_markers,
    script:
        "../scripts/normalise.py"

rule study_figures:
    """Figures of the samples."""
    input:
        data=rules.normalise.output.data,
        associations=rules.normalise.output.associations,
        distances=rules.normalise.output.distances,
        checks=rules.normalise.output.checks,
        identity=rules.normalise.output.identity,
        plan=f"{OUT}/plan.json",
    output:
        drawings("study", f"{OUT}/figures/study"),
    log:
        f"{LOGS}/study_figures.log",
    benchmark:
        f"{BENCHMARKS}/study_figures.tsv"
    conda:
        "../../envs/trialseq.yaml"
    resources:
        mem_mb=scaled(1500, 50),
        runtime=scaled(10, 0.5),
    params:
        code=code("study_figures"),
        options=options("study", "title", "simulated", "figures"),
    script:
        "../scripts/study_figures.py"


rule model_figures:
    """Figures of a fit."""
    input:
        dispersions=rules.model.output.dispersions,
        notes=rules.model.output.notes,
    output:
        drawings("model", f"{OUT}/figures/models/{{model}}"),
    log:
        f"{LOGS}/model_figures/{{model}}.log",
    benchmark:
        f"{BENCHMARKS}/model_figures/{{model}}.tsv"
    conda:
        "../../envs/trialseq.yaml"
    resources:
        mem_mb=scaled(1000, 50),
        runtime=scaled(5, 0.5),
    params:
        code=code("model_figures"),
        options=options("simulated", "figures"),
    script:
        "../scripts/model_figures.py"


rule contrast_figures:
    """Figures of a contrast."""
    input:
        genes=rules.contrast.output.genes,
        influence=rules.contrast.output.influence,
        influence_genes=rules.contrast.output.influence_genes,
        enrichment=rules.contrast.output.enrichment,
        pdgf=rules.contrast.output.pdgf,
        running=rules.contrast.output.running,
        composition=composition_of,
        data=rules.normalise.output.data,
        plan=f"{OUT}/plan.json",
    output:
        drawings("contrast", f"{OUT}/figures/contrasts/{{contrast}}"),
    log:
        f"{LOGS}/contrast_figures/{{contrast}}.log",
    benchmark:
        f"{BENCHMARKS}/contrast_figures/{{contrast}}.tsv"
    conda:
        "../../envs/trialseq.yaml"
    resources:
        mem_mb=scaled(1500, 50),
        runtime=scaled(10, 0.5),
    params:
        code=code("contrast_figures"),
        options=options("simulated", "figures"),
        alpha=CONFIG.statistics.alpha,
        asks=CONFIG.statistics.asks,
    script:
        "../scripts/contrast_figures.py"


rule claims_figures:
    """Figures of the claims."""
    input:
        table=rules.claims.output.table,
        evidence=rules.claims.output.evidence,
    output:
        drawings("claims", f"{OUT}/figures/claims"),
    log:
        f"{LOGS}/claims_figures.log",
    benchmark:
        f"{BENCHMARKS}/claims_figures.tsv"
    conda:
        "../../envs/trialseq.yaml"
    resources:
        mem_mb=scaled(1000, 50),
        runtime=scaled(5, 0.5),
    params:
        code=code("claims_figures"),
        options=options("study", "title", "simulated", "figures"),
    script:
        "../scripts/claims_figures.py"


rule concordance_figures:
    """Figures of how engines agree on a contrast."""
    input:
        statistics=of_model(".parquet"),
        opinions=opinions_of,
        concordance=rules.concordance.output.concordance,
        plan=f"{OUT}/plan.json",
    output:
        drawings("concordance", f"{OUT}/figures/contrasts/{{contrast}}"),
    log:
        f"{LOGS}/concordance_figures/{{contrast}}.log",
    benchmark:
        f"{BENCHMARKS}/concordance_figures/{{contrast}}.tsv"
    conda:
        "../../envs/trialseq.yaml"
    resources:
        mem_mb=scaled(1500, 50),
        runtime=scaled(10, 0.5),
    params:
        code=code("concordance_figures"),
        options=options("simulated", "figures"),
        alpha=CONFIG.statistics.alpha,
        engines=OPINIONS,
    script:
        "../scripts/concordance_figures.py"

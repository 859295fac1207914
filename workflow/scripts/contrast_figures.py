"""Figures of a contrast."""

from pathlib import Path

from trialseq.joblog import job

with job(snakemake.log[0]):
    from trialseq import evidence, figures, io
    from trialseq.config import Config
    from trialseq.design.estimands import Plan

    config = Config.part(snakemake.params.options)
    plan = Plan.from_json(io.read_json(snakemake.input.plan))
    _, estimand = plan.estimands[snakemake.wildcards.contrast]
    inputs = figures.ContrastInputs(
        contrast=estimand.id,
        says=estimand.says,
        genes=io.read_table(snakemake.input.genes),
        influence=io.read_table(snakemake.input.influence),
        influence_genes=io.read_table(snakemake.input.influence_genes),
        enrichment=io.read_table(snakemake.input.enrichment),
        pdgf=io.read_table(snakemake.input.pdgf),
        composition=evidence.of_contrast(map(io.read_table, snakemake.input.composition), estimand.id),
        running=io.read_table(snakemake.input.running),
        data=io.read_annotated(snakemake.input.data),
        samples=list(estimand.samples),
        roles=plan.roles,
        levels=plan.levels,
        alpha=snakemake.params.alpha,
        asks=snakemake.params.asks,
    )
    figures.draw("contrast", inputs, Path(snakemake.output[0]).parent, config.figures, config.simulated)

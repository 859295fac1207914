"""Derive models and estimands, and print the plan."""

from trialseq.joblog import job

with job(snakemake.log[0]) as log:
    from trialseq import design, io
    from trialseq.config import Config

    matrix = io.read_counts(snakemake.input.counts)
    config = Config.part(snakemake.params.options)
    plan = design.plan(matrix.samples, config).with_depths(matrix.counts.sum(axis=1))
    for note in plan.notes:
        log.info("%s", note)
    for contrast, (_, estimand) in plan.estimands.items():
        for warning in estimand.warnings:
            log.warning("%s: %s", contrast, warning)
    print(f"\n{plan.text()}\n")
    io.write_table(plan.table(), snakemake.output.table)
    io.write_json(plan.to_json(), snakemake.output.plan)

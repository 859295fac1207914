"""Figures of the samples."""

from pathlib import Path

from trialseq.joblog import job

with job(snakemake.log[0]):
    from trialseq import figures, io, tables
    from trialseq.config import Config
    from trialseq.design.estimands import Plan

    config = Config.part(snakemake.params.options)
    plan = Plan.from_json(io.read_json(snakemake.input.plan))
    inputs = figures.StudyInputs(
        data=io.read_annotated(snakemake.input.data),
        associations=io.read_table(snakemake.input.associations),
        distances=io.read_table(snakemake.input.distances),
        checks=io.read_table(snakemake.input.checks),
        identity=tables.IDENTITY.conform(io.read_table(snakemake.input.identity)),
        roles=plan.roles,
        levels=plan.levels,
        title=config.title or config.study,
    )
    figures.draw("study", inputs, Path(snakemake.output[0]).parent, config.figures, config.simulated)

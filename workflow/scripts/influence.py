"""Fit one model again without each subject in turn."""

from trialseq.joblog import job

with job(snakemake.log[0], snakemake.threads):
    from trialseq import io
    from trialseq.config import Statistics
    from trialseq.de.influence import influence
    from trialseq.design.estimands import Plan

    model = Plan.from_json(io.read_json(snakemake.input.plan)).model(snakemake.wildcards.model)
    options = Statistics.model_validate(snakemake.params.options["statistics"])
    statistics = io.read_table(snakemake.input.statistics)
    found = influence(io.read_counts(snakemake.input.counts), model, statistics, options, snakemake.threads)
    io.write_table(found.subjects, snakemake.output.subjects)
    io.write_table(found.genes, snakemake.output.genes)

"""Fit one model and test all of its contrasts, one by one and several at once."""

from trialseq.joblog import job

with job(snakemake.log[0], snakemake.threads):
    from trialseq import de, io
    from trialseq.config import Statistics
    from trialseq.de import voom
    from trialseq.design.estimands import Plan

    plan = Plan.from_json(io.read_json(snakemake.input.plan))
    model = plan.model(snakemake.wildcards.model)
    options = Statistics.model_validate(snakemake.params.options["statistics"])
    counts = io.read_counts(snakemake.input.counts)
    fit = de.fit(counts, model, options, snakemake.threads)
    io.write_table(fit.statistics, snakemake.output.statistics)
    io.write_table(fit.dispersions, snakemake.output.dispersions)
    io.write_table(fit.joint, snakemake.output.joint)
    io.write_table(voom.effects(counts, model, options), snakemake.output.effects)
    io.write_json(fit.notes, snakemake.output.notes)

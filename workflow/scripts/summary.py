"""What was asked and found in a few sentences, and where everything came from."""

from trialseq.joblog import job

with job(snakemake.log[0]):
    from trialseq import io, provenance, qc, summary
    from trialseq.config import Config
    from trialseq.design.estimands import Plan

    config = Config.model_validate(snakemake.params.config)
    plan = Plan.from_json(io.read_json(snakemake.input.plan))
    matrix = io.read_counts(snakemake.input.counts)
    notices = matrix.notices
    genes = dict(zip(plan.estimands, map(io.read_table, snakemake.input.genes), strict=True))
    pdgf = dict(zip(plan.estimands, map(io.read_table, snakemake.input.pdgf), strict=True))
    influence = dict(zip(plan.estimands, map(io.read_table, snakemake.input.influence), strict=True))
    claims = list(map(io.read_table, snakemake.input.claims))
    notes = [io.read_json(path) for path in snakemake.input.notes]
    checked = qc.sentences(io.read_table(snakemake.input.checks))
    entangled = qc.entangled_roles(matrix.samples, config)
    told = summary.sentences(config, plan, genes, pdgf, influence, notes, notices, checked, entangled, claims)
    io.write_text(told, snakemake.output.summary)
    files = [*snakemake.input.source, *snakemake.input.sets]
    record = provenance.record(config, files, snakemake.params.remote, notices, notes)
    io.write_json(record, snakemake.output.provenance)

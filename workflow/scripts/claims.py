"""A verdict on each claim, and the lines of evidence behind it, from the tables of the run."""

from trialseq.joblog import job

with job(snakemake.log[0]):
    from trialseq import evidence, io
    from trialseq.config import Claim

    contrasts, engines, given = snakemake.params.contrasts, snakemake.params.engines, snakemake.input
    per_contrast = ("genes", "influence", "pdgf", "enrichment", "dropped")
    opinions = list(map(io.read_table, given.opinions))
    found = evidence.judge_claims(
        [Claim.model_validate(each) for each in snakemake.params.claims],
        io.read_json(given.plan),
        {name: dict(zip(contrasts, map(io.read_table, given[name]), strict=True)) for name in per_contrast},
        list(map(io.read_table, given.composition)),
        next(map(io.read_table, given.randomisation), None),
        {engine: opinions[place :: len(engines)] for place, engine in enumerate(engines)},
        snakemake.params.alpha,
    )
    io.write_table(found.table, snakemake.output.table)
    io.write_table(found.evidence, snakemake.output.evidence)

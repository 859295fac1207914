"""Each subject's change of every score, and tests by re-assigned arms or flipped signs."""

from trialseq.joblog import job

with job(snakemake.log[0], snakemake.threads):
    from trialseq import evidence, io
    from trialseq.design.estimands import Plan

    found = evidence.randomise(
        io.read_annotated(snakemake.input.data),
        Plan.from_json(io.read_json(snakemake.input.plan)),
        snakemake.params.explicit,
        snakemake.params.randomisation,
        snakemake.params.confidence,
    )
    io.write_table(found.subjects, snakemake.output.subjects)
    io.write_table(found.tests, snakemake.output.tests)

"""Normalised and variance-stabilised counts, quality of the samples, principal components."""

from trialseq.joblog import job

with job(snakemake.log[0], snakemake.threads):
    from trialseq import io, qc
    from trialseq.config import Statistics

    options = Statistics.model_validate(snakemake.params.options["statistics"])
    data = qc.normalise(io.read_counts(snakemake.input.counts), options, snakemake.threads)
    io.write_annotated(data, snakemake.output.data)
    io.write_table(qc.samples(data), snakemake.output.samples)
    io.write_table(qc.associations(data), snakemake.output.associations)
    io.write_table(qc.distances(data), snakemake.output.distances)
    io.write_table(qc.layer(data, "normalized"), snakemake.output.normalized)
    io.write_table(qc.layer(data, "vst"), snakemake.output.vst)

"""Markers and signature of cell types from a single-cell data set."""

from trialseq.joblog import job

with job(snakemake.log[0], snakemake.threads):
    from trialseq import evidence, io
    from trialseq.config import Composition

    options = Composition.model_validate(snakemake.params.composition)
    found = evidence.cell_types(options.single_cell, io.read_counts(snakemake.input.counts))
    io.write_table(found.markers, snakemake.output.markers)
    io.write_table(found.signature, snakemake.output.signature)

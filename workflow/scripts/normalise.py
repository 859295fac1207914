"""Normalised and variance-stabilised counts, quality and scores of the samples, principal components."""

from trialseq.joblog import job

with job(snakemake.log[0], snakemake.threads):
    from trialseq import evidence, genesets, io, limits, qc
    from trialseq.config import Config, Enrichment

    config = Config.part(snakemake.params.options)
    asked = Enrichment.model_validate({"collections": snakemake.params.collections})
    with limits.applied(config.limits):
        collections = genesets.read(asked, dict(zip(snakemake.params.names, snakemake.input.sets, strict=True)))
        markers = evidence.read_markers(snakemake.input.markers)
    matrix = io.read_counts(snakemake.input.counts)
    data = qc.normalise(matrix, config.statistics, snakemake.threads)
    checked = qc.check(data, matrix.samples, config.qc, config.trial)
    terms = genesets.read_gmt(snakemake.input.pdgf)
    evidence.score(data, terms, collections, snakemake.params.scores, snakemake.threads)
    evidence.measure(data, markers, snakemake.input.signature, snakemake.params.fewest)
    io.write_annotated(data, snakemake.output.data)
    io.write_table(qc.samples(data), snakemake.output.samples)
    io.write_table(checked.table, snakemake.output.checks)
    io.write_table(checked.identity, snakemake.output.identity)
    io.write_table(qc.associations(data), snakemake.output.associations)
    io.write_table(qc.distances(data), snakemake.output.distances)
    io.write_table(qc.layer(data, "normalized"), snakemake.output.normalized)
    io.write_table(qc.layer(data, "vst"), snakemake.output.vst)

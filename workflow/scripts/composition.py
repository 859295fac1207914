"""Every contrast again with scores of cell types held constant."""

from trialseq.joblog import job

with job(snakemake.log[0], snakemake.threads):
    from trialseq import evidence, genesets, io, limits
    from trialseq.config import Config
    from trialseq.design.estimands import Plan

    config = Config.part(snakemake.params.options)
    paths = dict(zip(snakemake.params.names, snakemake.input.sets, strict=True))
    with limits.applied(config.limits):
        collections = genesets.read(config.enrichment, paths)
        markers = evidence.read_markers(snakemake.input.markers)
    asked = [*snakemake.params.composition["headline"], *snakemake.params.composition["also"]]
    found = evidence.hold_composition(
        io.read_counts(snakemake.input.counts),
        io.read_annotated(snakemake.input.data),
        Plan.from_json(io.read_json(snakemake.input.plan)),
        markers,
        evidence.asked_about(genesets.read_gmt(snakemake.input.pdgf), collections, asked),
        config.statistics,
        snakemake.params.composition,
        snakemake.threads,
    )
    io.write_table(found.table, snakemake.output.table)
    io.write_table(found.genes, snakemake.output.genes)

"""Tables of one contrast: genes, gene sets, the PDGF panel."""

from trialseq.joblog import job

with job(snakemake.log[0], snakemake.threads):
    from trialseq import de, enrichment, genesets, io, limits
    from trialseq.config import Config
    from trialseq.design.estimands import Plan

    contrast, alpha, threads = snakemake.wildcards.contrast, snakemake.params.alpha, snakemake.threads
    says = Plan.from_json(io.read_json(snakemake.input.plan)).estimands[contrast][1].says
    config = Config.part(snakemake.params.options)
    options = config.enrichment
    subjects, ranges = de.left_out(map(io.read_table, snakemake.input.influence), contrast)
    genes = de.of_contrast(io.read_table(snakemake.input.statistics), contrast, ranges)
    linear = enrichment.linear_models(io.read_table(snakemake.input.effects), contrast)
    with limits.applied(config.limits):
        collections = genesets.read(options, dict(zip(snakemake.params.names, snakemake.input.sets, strict=True)))
    enriched = enrichment.enrich(genes, collections, options, alpha, threads, linear)
    panel = enrichment.panel(genes, collections, snakemake.input.pdgf, says, options, alpha, threads, linear)
    simulated = "Simulated data. " if snakemake.params.options["simulated"] else ""
    io.write_table(genes, snakemake.output.genes)
    io.write_table(subjects, snakemake.output.influence)
    io.write_table(ranges, snakemake.output.influence_genes)
    io.write_table(enriched.table, snakemake.output.enrichment)
    io.write_table(enriched.dropped, snakemake.output.dropped)
    io.write_table(panel.table, snakemake.output.pdgf)
    asked = f"q values of genes are of tests for {snakemake.params.asks}."
    io.write_text(f"{contrast}\n\n{simulated}{panel.paragraph}\n{asked}", snakemake.output.paragraph)
    io.write_table(enrichment.running_sums(genes, panel.sets), snakemake.output.running)

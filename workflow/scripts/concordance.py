"""Agreement of the engines on one contrast, and the genes on which they do not agree."""

from trialseq.joblog import job

with job(snakemake.log[0]):
    from trialseq import de, io
    from trialseq.config import Statistics
    from trialseq.de import concordance
    from trialseq.design.estimands import Plan

    contrast = snakemake.wildcards.contrast
    options = Statistics.model_validate(snakemake.params.options["statistics"])
    model, _ = Plan.from_json(io.read_json(snakemake.input.plan)).estimands[contrast]
    paths = [snakemake.input.statistics, *snakemake.input.opinions]
    results = de.by_engine(map(io.read_table, paths), snakemake.params.engines, contrast)
    outlyingness = concordance.outlyingness(io.read_counts(snakemake.input.counts), model, options)
    dispersions = io.read_table(snakemake.input.dispersions)
    genes = concordance.disagreements(results, dispersions, outlyingness, options.alpha)
    io.write_table(concordance.concordance(results, options.alpha), snakemake.output.concordance)
    io.write_table(genes, snakemake.output.disagreements)

"""Figures of how engines agree on a contrast."""

from pathlib import Path

from trialseq.joblog import job

with job(snakemake.log[0]):
    from trialseq import de, figures, io
    from trialseq.config import Config
    from trialseq.design.estimands import Plan

    config = Config.part(snakemake.params.options)
    _, estimand = Plan.from_json(io.read_json(snakemake.input.plan)).estimands[snakemake.wildcards.contrast]
    paths = [snakemake.input.statistics, *snakemake.input.opinions]
    inputs = figures.ConcordanceInputs(
        contrast=estimand.id,
        says=estimand.says,
        results=de.by_engine(map(io.read_table, paths), snakemake.params.engines, estimand.id),
        concordance=io.read_table(snakemake.input.concordance),
        alpha=snakemake.params.alpha,
    )
    figures.draw("concordance", inputs, Path(snakemake.output[0]).parent, config.figures, config.simulated)

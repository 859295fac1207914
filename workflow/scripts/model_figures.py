"""Figures of a fit."""

from pathlib import Path

from trialseq.joblog import job

with job(snakemake.log[0]):
    from trialseq import figures, io
    from trialseq.config import Config

    config = Config.part(snakemake.params.options)
    inputs = figures.ModelInputs(
        model=snakemake.wildcards.model,
        dispersions=io.read_table(snakemake.input.dispersions),
        notes=io.read_json(snakemake.input.notes),
    )
    figures.draw("model", inputs, Path(snakemake.output[0]).parent, config.figures, config.simulated)

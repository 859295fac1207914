"""Figures of the claims."""

from pathlib import Path

from trialseq.joblog import job

with job(snakemake.log[0]):
    from trialseq import figures, io
    from trialseq.config import Config

    config = Config.part(snakemake.params.options)
    inputs = figures.ClaimsInputs(
        table=io.read_table(snakemake.input.table),
        evidence=io.read_table(snakemake.input.evidence),
        title=config.title or config.study,
    )
    figures.draw("claims", inputs, Path(snakemake.output[0]).parent, config.figures, config.simulated)

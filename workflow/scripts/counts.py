"""Read a source into one annotated matrix of counts."""

from pathlib import Path

from trialseq.joblog import job

with job(snakemake.log[0]) as log:
    from trialseq import io, limits, sources
    from trialseq.config import Config

    config = Config.part(snakemake.params.options)
    with limits.applied(config.limits):
        matrix = sources.read(config, {name: Path(path) for name, path in snakemake.input.items()})
    for notice in matrix.notices:
        log.info("%s", notice)
    log.info("%d samples x %d genes.", *matrix.counts.shape)
    io.write_counts(matrix, snakemake.output.counts)

"""Fetch one file into the cache."""

from trialseq.joblog import job

with job(snakemake.log[0]) as log:
    from trialseq import genesets, limits, sources
    from trialseq.config import Config
    from trialseq.sources.download import fetch

    file = snakemake.params.file
    config = Config.part(snakemake.params.options)
    with limits.applied(config.limits):
        if "address" in file:
            fetch(sources.Remote(**file), config.download, log)
        else:
            genesets.fetch_enrichr(file["name"], file["path"])

"""Fetch one file into the cache."""

from trialseq.joblog import job

with job(snakemake.log[0]) as log:
    from trialseq import genesets, sources
    from trialseq.config import Download
    from trialseq.sources.download import fetch

    file = snakemake.params.file
    if "address" in file:
        fetch(sources.Remote(**file), Download.model_validate(snakemake.params.options["download"]), log)
    else:
        genesets.fetch_enrichr(file["name"], file["path"])

"""The page of a study, in one file."""

from trialseq.joblog import job

with job(snakemake.log[0]):
    from trialseq import genesets, io, limits, page, tables
    from trialseq.config import Config
    from trialseq.design.estimands import Plan

    config = Config.model_validate(snakemake.params.config)
    plan = Plan.from_json(io.read_json(snakemake.input.plan))
    with limits.applied(config.limits):
        sets = genesets.read(config.enrichment, dict(zip(snakemake.params.names, snakemake.input.sets, strict=True)))
    given = page.Inputs(
        config=config,
        plan=plan,
        genes=dict(zip(plan.estimands, map(io.read_table, snakemake.input.genes), strict=True)),
        enrichment=dict(zip(plan.estimands, map(io.read_table, snakemake.input.enrichment), strict=True)),
        pdgf=dict(zip(plan.estimands, map(io.read_table, snakemake.input.pdgf), strict=True)),
        paragraphs=dict(zip(plan.estimands, map(io.read_text, snakemake.input.paragraphs), strict=True)),
        claims=next(map(io.read_table, snakemake.input.claims), tables.CLAIMS.empty()),
        sets=sets,
        samples=io.read_table(snakemake.input.samples),
        distances=io.read_table(snakemake.input.distances),
        data=io.read_annotated(snakemake.input.data),
    )
    text = page.render(given, io.read_text(snakemake.input.summary), io.read_json(snakemake.input.provenance))
    io.write_text(text, snakemake.output.page)

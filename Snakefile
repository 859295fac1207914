"""trialseq: from muscle-biopsy counts to differential expression and PDGF pathway evidence."""

from snakemake.utils import min_version

min_version("9.27")


# A configuration of the user's stands alone: nothing of the example leaks into it.
if not config and not workflow.config_settings.configfiles:

    configfile: "config/config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/design.smk"
include: "workflow/rules/statistics.smk"
include: "workflow/rules/enrichment.smk"
include: "workflow/rules/evidence.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/report.smk"


report: "workflow/report/workflow.rst"


localrules:
    all,
    plan,
    download,


rule all:
    default_target: True
    input:
        every_result,


rule plan:
    input:
        f"{OUT}/tables/design.tsv",


onsuccess:
    show_summary()

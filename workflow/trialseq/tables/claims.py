"""Tables of claims: verdicts, and the lines of evidence behind them."""

from __future__ import annotations

from trialseq.contract import Column, Table
from trialseq.tables.shared import CONTRAST

CLAIM_VERDICTS = ("supported", "contradicted", "inconclusive")
SURVIVES = ("yes", "no", "no answer", "not asked")
_CLAIM = Column("claim", "text", "id of the claim", empty=False)
_NUMBERS = (
    Column("estimate", "number", "genes: log2 fold change; sets: change of the mean of variance-stabilised values"),
    Column("ci_low", "number", "lower end of its confidence interval"),
    Column("ci_high", "number", "upper end of its confidence interval"),
)
CLAIMS = Table(
    "tables/claims.tsv",
    "a claim",
    (
        _CLAIM,
        Column("says", "text", "the claim as the configuration says it", empty=False),
        CONTRAST,
        Column("gene", "text", "the gene, of a claim on one"),
        Column("set", "text", "id of the set, of a claim on one"),
        Column("name", "text", "name of the set, or gene symbol"),
        Column("direction", "text", "sign that is claimed", levels=("up", "down"), empty=False),
        Column(
            "verdict",
            "text",
            "`supported`: adjusted p below alpha, in the direction of the claim; `contradicted`: the same in the other "
            "direction; `inconclusive`: neither",
            levels=CLAIM_VERDICTS,
            empty=False,
        ),
        *_NUMBERS,
        Column("p_value", "number", "genes: of the contrast's test; sets: two-sided, of FRY", low=0, high=1),
        Column("adjusted_p_value", "number", "p value adjusted over all claims by Holm", low=0, high=1),
        Column(
            "q_value",
            "number",
            "q value of the gene among all genes, or of the set among those of its collection; decides nothing",
            low=0,
            high=1,
        ),
        Column("alpha", "number", "level of the adjusted p value, and of the checks", low=0, high=1),
        Column("checks", "integer", "checks that gave an answer", low=0),
        Column("survives", "integer", "of these, how many the claim survives", low=0),
        Column("survived", "text", "checks that the claim survives, separated by spaces"),
        Column("failed", "text", "checks that it does not survive, separated by spaces"),
        Column("without_answer", "text", "checks that were not asked or could give no answer, separated by spaces"),
        Column("reason", "text", "the verdict in words, with its numbers", empty=False),
        Column("warning", "text", "where the claim would rest on a change in one arm and none in the other"),
    ),
)
CLAIMS_EVIDENCE = Table(
    "tables/claims_evidence.tsv",
    "a claim and a line of evidence",
    (
        _CLAIM,
        Column("line", "text", "line of evidence (docs/evidence.md#claims)", empty=False),
        Column(
            "role",
            "text",
            "`main` decides the verdict; `check` counts in how firm it is; `beside` does not, as it asks "
            "whether a set moves more than other genes, or takes its genes for independent",
            levels=("main", "check", "beside"),
            empty=False,
        ),
        Column(
            "survives",
            "text",
            "`yes`: p below alpha, in the direction of the claim; `no`; `no answer`: the note says why; `not asked`",
            levels=SURVIVES,
            empty=False,
        ),
        *_NUMBERS,
        Column("p_value", "number", "p value of the line, not adjusted", low=0, high=1),
        Column("note", "text", "what else there is to know, or why there is no answer"),
    ),
)

"""Tables of randomisation: what each subject's scores do, and whether chance assignments do as much."""

from __future__ import annotations

from trialseq.contract import Column, Table
from trialseq.tables.shared import CONTRAST

SCORE_ID = Column("set_id", "text", "id of the set that is scored", empty=False)

SUBJECT_CHANGES = Table(
    "tables/subject_changes.tsv",
    "a subject with every biopsy that a contrast takes, and a score",
    (
        CONTRAST,
        SCORE_ID,
        Column("subject", "text", "subject", empty=False),
        Column("arm", "text", "its arm; empty where the trial has none"),
        Column("first_at", "text", "visit, state, or effect of the state at a visit, of `first`"),
        Column("second_at", "text", "the same of `second`", empty=False),
        Column("first", "number", "score, or effect of the state on it; missing where arms are compared at baseline"),
        Column("second", "number", "the same at `second_at`"),
        Column("change", "number", "`second` - `first`; where there is no `first`, `second`"),
    ),
)
RANDOMISATION = Table(
    "tables/randomisation.tsv",
    "a contrast and a score",
    (
        CONTRAST,
        SCORE_ID,
        Column("set_name", "text", "name of the set"),
        Column(
            "test",
            "text",
            "`re-assign`: arms are re-assigned among subjects; `sign flip`: signs of the subjects' changes are; `none`",
            levels=("re-assign", "sign flip", "none"),
            empty=False,
        ),
        Column("arm", "text", "arm of `n_arm`; empty where the trial has none"),
        Column("other_arm", "text", "arm that it is compared with"),
        Column("n_arm", "integer", "subjects of `arm` with every biopsy that the contrast takes", low=0),
        Column("n_other_arm", "integer", "the same of `other_arm`", low=0),
        Column("left_out", "text", "subjects of the contrast without every biopsy that it takes"),
        Column(
            "estimator",
            "text",
            "which estimate leads",
            levels=("hodges_lehmann", "mean"),
        ),
        Column("estimate", "number", "change of the score, or its difference between arms, with the contrast's sign"),
        Column("ci_low", "number", "lower end of its confidence interval; missing with too few subjects for its level"),
        Column("ci_high", "number", "upper end of its confidence interval"),
        Column("other_estimate", "number", "the same by the other of the two estimators"),
        Column("other_ci_low", "number", "lower end of its confidence interval"),
        Column("other_ci_high", "number", "upper end of its confidence interval"),
        Column("p_value", "number", "two-sided p value of the mean by re-assignment or flipped signs", low=0, high=1),
        Column("p_value_error", "number", "Monte Carlo standard error of the p value; 0 where exact", low=0),
        Column("smallest_p_value", "number", "the smallest p value that so many subjects can give", low=0, high=1),
        Column("assignments", "integer", "assignments, or choices of signs, that were counted or drawn", low=0),
        Column("exact", "text", "whether these are all that there are", levels=("yes", "no")),
        Column("reason", "text", "why there is no test"),
    ),
)

"""Options of what is asked: the roles of a trial, models, contrasts."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from trialseq.options import Level, Name, Options, Text


class Subject(Options):
    """The column that says whose biopsy it is."""

    column: Text = Field(description="column of the sample sheet")
    within: list[Text] = Field(
        [], description="columns within which subject numbers are unique, where numbers repeat between groups"
    )


class Role(Options):
    """A column of the sample sheet in a role of the trial, and its reference level."""

    column: Text = Field(description="column of the sample sheet")
    reference: Level = Field(description="level with which the others are compared")
    levels: list[Level] | None = Field(
        None, description="levels in the order to report them; the order of the sheet where not given"
    )


class Trial(Options):
    """The roles from which models and estimands are derived."""

    subject: Annotated[
        Subject,
        BeforeValidator(
            lambda value: {"column": value} if isinstance(value, str) else value, json_schema_input_type=str | Subject
        ),
    ] = Field(description="column of the subjects, or `{column, within}`")
    visit: Role = Field(description="before and after: `{column, reference}`")
    arm: Role | None = Field(None, description="what was randomised: `{column, reference}`")
    state: Role | None = Field(
        None, description="acute states at each visit, as basal and insulin: `{column, reference}`"
    )


class Contrast(Options):
    """A linear expression of cell means."""

    id: Name = Field(description="name of the contrast, and of its files")
    expression: Text = Field(description="such as `NMN.after - NMN.before - (Placebo.after - Placebo.before)`")
    says: str | None = Field(None, max_length=500, description="one plain sentence for tables and figures")


class JointTest(Options):
    """A likelihood-ratio test of several contrasts at once."""

    id: Name = Field(description="name of the test")
    contrasts: list[Text] = Field(
        min_length=1,
        description="ids of contrasts of the model, or expressions: the test asks whether any of them is other than 0",
    )
    says: str | None = Field(None, max_length=500, description="one plain sentence for tables")


class ExplicitModel(Options):
    """A model in a formula of your own, beside or instead of the trial."""

    id: Name = Field(description="name of the model, and of its files")
    formula: Text = Field(description="such as `~ batch + condition`; numeric columns are centred")
    reference: dict[str, Level] = Field(
        {}, description="reference level of each categorical column; the first of the sheet where not given"
    )
    categorical: list[str] = Field([], description="columns of numbers that are labels, such as a batch 1, 2, 3")
    subset: str | None = Field(None, description="filter on samples for this model alone")
    contrasts: list[Contrast] = Field(min_length=1, description="what is asked of the model")
    joint: list[JointTest] = Field([], description="what is asked of several contrasts at once")

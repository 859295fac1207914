"""Options of the checks of samples."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from trialseq.naming import collisions
from trialseq.options import Numeric, Text, wrong


class Quality(Numeric):
    """Whether these are the right samples, and good ones."""

    checks: bool = Field(True, description="give every sample a verdict: sex, identity, duplicates, contamination")
    sex: Literal["female", "male"] | None = Field(None, description="sex of all subjects, where the study says it")
    sex_column: Text | None = Field(
        None, description="column of the sample sheet with the sex: female, male, woman, man, f or m"
    )
    outlier_mads: float = Field(
        5, gt=0, description="a measure further from the median, in median absolute deviations (x 1.4826), is looked at"
    )
    technical: list[Text] | None = Field(
        None,
        description="columns of how samples were processed: warned about where roles go with them, and, where they are "
        "numbers, looked at for outliers; where not given, those called batch, plate, lane, flowcell, run, centre, RIN",
    )
    entangled: float = Field(
        0.5, gt=0, le=1, description="association of a role with a technical column from which on it is warned about"
    )

    @model_validator(mode="after")
    def one_source_of_sex(self) -> Quality:
        """Sex comes from one place, and columns are named once."""
        if self.sex and self.sex_column:
            raise wrong("sex or sex_column", "both")
        if repeated := collisions(self.technical or ()):
            raise wrong("each technical column once", ", ".join(repeated))
        return self

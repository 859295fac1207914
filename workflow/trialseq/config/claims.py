"""Options of the claims: what a study expects, written before the answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from trialseq.naming import checked, collisions
from trialseq.options import Name, Numeric, Text, wrong

if TYPE_CHECKING:
    from trialseq.config.analysis import Statistics


class Claim(Numeric):
    """What a study expects of a gene or a gene set in a contrast."""

    id: Name = Field(description="name of the claim in tables, figures and the summary")
    says: Text = Field(max_length=300, description="the claim in a plain sentence")
    contrast: Text = Field(description="id of the contrast that answers it, as `tables/design.tsv` has it")
    gene: Text | None = Field(None, description="symbol of the gene, or its id; this or `set`")
    set: Text | None = Field(None, description="id of a set of the PDGF panel or of a collection; this or `gene`")
    direction: Literal["up", "down"] = Field(description="sign of the effect that is expected")
    alpha: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="level of the test after Holm's correction over all claims, and of the checks by themselves; "
        "`statistics.alpha` where not given",
    )

    @model_validator(mode="after")
    def gene_or_set(self) -> Claim:
        """Exactly one of the two is named."""
        if (self.gene is None) == (self.set is None):
            raise wrong("exactly one of gene, set", "neither" if self.gene is None else "both")
        return self

    @property
    def kind(self) -> Literal["gene", "set"]:
        """What the claim is on."""
        return "gene" if self.set is None else "set"

    @property
    def of(self) -> str:
        """The gene, or the id of the set."""
        return str(self.set if self.gene is None else self.gene)


def defects(claims: Sequence[Claim], statistics: Statistics) -> Iterator[PydanticCustomError]:
    """What is wrong with claims as a whole, or beside other options."""
    if repeated := collisions(claim.id for claim in claims):
        yield wrong("an id of its own for each of the claims", ", ".join(repeated))
    for claim in claims:
        try:
            checked(claim.id)
        except ValueError as error:
            yield wrong(f"an id of the claim with {error}", claim.id)
    if any(claim.kind == "gene" for claim in claims) and statistics.alternative != "greaterAbs":
        yield wrong(
            "statistics.alternative greaterAbs with claims on genes",
            statistics.alternative,
            "whether a claim is supported or contradicted takes a test that both signs can pass",
        )

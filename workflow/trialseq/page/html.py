"""The page's HTML, from its template; what it needs of libraries is within it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from trialseq.design.estimands import Plan
from trialseq.page.content import LARGEST_P, Content, Inputs
from trialseq.page.packing import compressed

ASSETS = Path(__file__).parent / "assets"
SCRIPTS = ("data.js", "charts.js", "genes.js", "sets.js", "samples.js", "main.js")
MOST_CELLS = 20_000  # of a design matrix that the page shows


@cache
def _library(package: str, path: str) -> str:
    return compressed(resources.files(package).joinpath(path).read_bytes())


def render(given: Inputs, summary: str, provenance: Mapping[str, Any]) -> str:
    """The page of a study.

    summary: the sentences that a run ends with; provenance: as recorded. Names from files are escaped: they are text.
    """
    content = Content.of(given)
    lines = summary.strip().splitlines()
    environment = Environment(
        loader=PackageLoader("trialseq.page", "assets"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2").render(
        title=given.config.title or given.config.study,
        study=given.config.study,
        simulated=given.config.simulated,
        answer=[line.partition(". ")[2] for line in lines if line[:1].isdigit()],
        beware=[line.partition(": ")[2] for line in lines if line.startswith("Beware: ")],
        notes=[line.partition(": ")[2] for line in lines if line.startswith("Note: ")],
        contrasts=[estimand for _, estimand in given.plan.estimands.values()],
        claims=given.claims.to_dict("records"),
        models=_models(given.plan),
        alpha=given.config.statistics.alpha,
        largest_p=LARGEST_P,
        provenance=provenance,
        options=json.dumps(provenance["configuration"], indent=1, ensure_ascii=False),
        # Own files of the package and of libraries, and base64: none of it comes from a user.
        style=Markup((ASSETS / "page.css").read_text(encoding="utf-8")),  # noqa: S704
        table_style=Markup(resources.files("itables").joinpath("html/dt_bundle.css").read_text(encoding="utf-8")),  # noqa: S704
        script=Markup("\n".join((ASSETS / name).read_text(encoding="utf-8") for name in SCRIPTS)),  # noqa: S704
        plotly=_library("plotly", "package_data/plotly.min.js"),
        tables=_library("itables", "html/dt_bundle.js"),
        content=content,
    )


def _models(plan: Plan) -> list[dict[str, Any]]:
    """Each model in words, and its matrix where it is small enough to be read."""
    found = []
    for model in plan.models:
        matrix = model.matrix
        found.append(
            {
                "id": model.id,
                "samples": len(model.samples),
                "block": model.block,
                "columns": model.columns,
                "rows": list(zip(model.samples, model.rows, strict=True)) if matrix.size <= MOST_CELLS else [],
            }
        )
    return found

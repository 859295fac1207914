"""What Snakemake's report shows of a study's own words."""

from __future__ import annotations

from typing import ClassVar

import jinja2
from docutils.core import publish_parts

from workflow_runner import ROOT


def test_a_title_is_text_and_no_markup() -> None:
    template = (ROOT / "workflow" / "report" / "workflow.rst").read_text(encoding="utf-8")
    title = ".. include:: /etc/passwd\n\n.. raw:: html\n\n   <script>alert(1)</script> *x*"

    class Given:
        config: ClassVar = {"title": title, "study": "mine"}

    # With the settings of Snakemake's report.
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)  # noqa: S701 - as there
    html = publish_parts(environment.from_string(template).render(snakemake=Given), writer="html")["html_body"]
    assert "<p>.. include:: /etc/passwd .. raw:: html &lt;script&gt;alert(1)&lt;/script&gt; *x*</p>" in html

"""What is written: every format, the same bytes, fonts inside, the word `simulated`."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import pytest

import drawings
from trialseq import figures
from trialseq.config import Figures

ROOT = Path(__file__).resolve().parents[3]
INPUTS = {
    "study": drawings.study,
    "model": drawings.model,
    "contrast": drawings.contrast,
    "concordance": drawings.concordance,
    "claims": drawings.claims,
}
SMALL = Figures(dpi=60)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    for scope, inputs in INPUTS.items():
        figures.draw(scope, inputs(), folder, SMALL, simulated=True)
    return folder


def test_every_figure_in_every_format_and_nothing_else(drawn: Path) -> None:
    expected = {f"{record.name}.{form}" for record in figures.FIGURES for form in ("pdf", "svg", "png")}
    assert {path.name for path in drawn.iterdir()} == expected
    assert {name for scope in INPUTS for name in figures.names(scope)} == {record.name for record in figures.FIGURES}


def test_fonts_are_embedded_as_truetype(drawn: Path) -> None:
    for path in drawn.glob("*.pdf"):
        content = path.read_bytes()
        assert b"/Type3" not in content, path.name
        assert b"/FontFile2" in content, path.name


def test_svg_is_well_formed_and_needs_no_font(drawn: Path) -> None:
    for path in drawn.glob("*.svg"):
        tree = ElementTree.parse(path)  # noqa: S314 - a file that the test drew
        assert not list(tree.iter("{http://www.w3.org/2000/svg}text")), path.name


def test_simulated_data_are_called_so_on_every_figure(drawn: Path, tmp_path: Path) -> None:
    # Text is drawn as outlines; matplotlib keeps its words in a comment beside them.
    for path in drawn.glob("*.svg"):
        assert "<!-- simulated data -->" in path.read_text(), path.name
    figures.draw("model", INPUTS["model"](), tmp_path, Figures(formats=["svg"]), simulated=False)
    assert "simulated" not in (tmp_path / "dispersions.svg").read_text()


def test_same_inputs_same_bytes_at_another_time_in_another_process(drawn: Path, tmp_path: Path) -> None:
    time.sleep(1.1)  # a date in a file has seconds
    code = (
        "import sys; from pathlib import Path; import drawings; from trialseq import figures; "
        "from trialseq.config import Figures\n"
        "figures.draw('contrast', drawings.contrast(), Path(sys.argv[1]), Figures(dpi=60), simulated=True)"
    )
    paths = f"{ROOT / 'workflow'}:{ROOT / 'tests'}"
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        check=True,
        env={"PYTHONPATH": paths, "PYTHONHASHSEED": "77", "HOME": str(tmp_path), "MPLCONFIGDIR": mpl.get_configdir()},
    )
    again = sorted(tmp_path.glob("*.*"))
    assert len(again) == 3 * len(figures.names("contrast"))
    assert [path.name for path in again if path.read_bytes() != (drawn / path.name).read_bytes()] == []


def test_formats_and_resolution_are_options(tmp_path: Path) -> None:
    from PIL import Image

    sizes = []
    for dpi in (60, 120):
        figures.draw("model", INPUTS["model"](), tmp_path, Figures(formats=["png"], dpi=dpi), simulated=False)
        assert [path.name for path in tmp_path.iterdir()] == ["dispersions.png"]
        sizes.append(Image.open(tmp_path / "dispersions.png").width)
    assert sizes == [pytest.approx(89 / 25.4 * 60, abs=1), pytest.approx(89 / 25.4 * 120, abs=1)]


def test_a_matplotlibrc_and_other_figures_are_left_alone(drawn: Path, tmp_path: Path) -> None:
    with mpl.rc_context({"font.size": 31, "svg.hashsalt": "mine"}):
        figures.draw("model", INPUTS["model"](), tmp_path, SMALL, simulated=True)
        assert mpl.rcParams["font.size"] == 31
    assert (tmp_path / "dispersions.svg").read_bytes() == (drawn / "dispersions.svg").read_bytes()


def test_every_figure_has_a_caption() -> None:
    for record in figures.FIGURES:
        text = (ROOT / "workflow" / "report" / record.caption).read_text(encoding="utf-8")
        assert len(text) > 80, record.name


def test_the_registry_is_light() -> None:
    code = "import sys, trialseq.figures; print([m for m in ('matplotlib', 'pandas', 'anndata') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(ROOT / "workflow")}, capture_output=True, check=True
    )
    assert done.stdout.decode().strip() == "[]"

"""One look for every figure: sizes, fonts, colours, and files whose bytes depend on the data alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from fontTools import subset
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter

from trialseq import io
from trialseq.config import Figures

ONE_COLUMN, TWO_COLUMNS, PAGE = 89.0, 183.0, 235.0  # mm
MM = 1 / 25.4
TEXT, SMALL, TINY = 7.0, 6.0, 5.0  # points
LINE = 1.3  # distance of lines over size of the font
SIMULATED = "simulated data"
LEAST, WIDE, SHORT = 1e-3, 1e5, 100  # numbers written out in full on a logarithmic axis; a short axis

# After Okabe and Ito 2008, in an order in which neighbours differ in lightness as well.
PALETTE = ("#0072B2", "#E69F00", "#000000", "#56B4E9", "#D55E00", "#F0E442", "#009E73", "#CC79A7")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
DASHES: tuple[Any, ...] = ("-", (0, (4, 1.5)), (0, (1, 1)), (0, (5, 1, 1, 1)))
HATCHES = ("", "////", "....", "xxxx", "----", "++++", "oooo", "\\\\\\\\")
GREY, LIGHT = "#7A7A7A", "#D9D9D9"

RC: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # ships with matplotlib: the same on every machine
    "font.size": TEXT,
    "axes.titlesize": TEXT,
    "axes.labelsize": TEXT,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "legend.fontsize": SMALL,
    "legend.title_fontsize": SMALL,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.titlelocation": "left",
    "axes.unicode_minus": True,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "lines.linewidth": 0.9,
    "hatch.linewidth": 0.4,
    "pdf.fonttype": 42,
    "svg.fonttype": "path",  # an outline looks the same where the font is not installed
    "svg.hashsalt": "trialseq",
    "text.parse_math": False,  # a $ in a name is a dollar
    "path.simplify": True,
}
METADATA: dict[str, dict[str, str | None]] = {
    "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
    "svg": {"Creator": None, "Date": None, "Format": None, "Type": None},
    "png": {"Software": None},
}


@contextmanager
def applied(options: Figures) -> Iterator[None]:
    """The style, within a block."""
    # Every glyph of a PDF is placed by its position: the tables by which a font would place glyphs itself are not
    # used, and to subset them takes half of the time that it takes to write the file.
    unused = [table for table in ("GDEF", "GPOS", "GSUB") if table not in subset.Options._drop_tables_default]
    subset.Options._drop_tables_default += unused
    with mpl.rc_context():
        mpl.rcdefaults()  # a matplotlibrc of the user's would change the bytes
        parameters: Any = mpl.rcParams
        parameters.update({**RC, "figure.dpi": options.dpi})
        yield


def figure(width: float, body: float, title: str, subtitle: str = "") -> Figure:
    """An empty figure of `width` and `body` millimetres, with room above for a wrapped title and subtitle."""
    points = width * MM * 72 - 8
    # The end of the title's line is kept for the word "simulated".
    titles = wrap(plain(title, 200), points - _width(SIMULATED, SMALL) - 10, TEXT, bold=True)
    subtitles = wrap(plain(subtitle, 600), points, SMALL)
    above = 5 + LINE * (TEXT * len(titles) + SMALL * len(subtitles)) + 3
    height = body * MM + above / 72
    made = Figure(figsize=(width * MM, height))
    FigureCanvasAgg(made)
    pad = 3 / 72
    engine = ConstrainedLayoutEngine(
        rect=(0, 0, 1, 1 - above / 72 / height), w_pad=pad, h_pad=pad, wspace=0.02, hspace=0.02
    )
    made.set_layout_engine(engine)
    top = 1 - 5 / 72 / height
    place: dict[str, Any] = {"x": 4 / 72 / (width * MM), "ha": "left", "va": "top", "linespacing": LINE}
    made.text(y=top, s="\n".join(titles), fontsize=TEXT, fontweight="bold", **place)
    down = LINE * TEXT * len(titles) / 72 / height
    made.text(y=top - down, s="\n".join(subtitles), fontsize=SMALL, color="#333333", **place)
    return made


def settle(made: Figure) -> None:
    """Lay the figure out once, so that drawing each format does not do it again."""
    engine = made.get_layout_engine()
    if engine is not None:
        engine.execute(made)
        made.set_layout_engine("none")


def mark(made: Figure) -> None:
    """Say in the upper right corner that the data are simulated."""
    right = 1 - 4 / 72 / made.get_figwidth()
    made.text(right, 1 - 5 / 72 / made.get_figheight(), SIMULATED, ha="right", va="top", fontsize=SMALL, color=GREY)


def save(made: Figure, stem: Path, options: Figures, simulated: bool) -> None:
    """Write `<stem>.<format>` for every format, atomically; the same figure gives the same bytes."""
    if simulated:
        mark(made)
    settle(made)
    for form in options.formats:
        with io.atomic(stem.with_name(f"{stem.name}.{form}")) as path:
            _print(made, path, form)
            made.dpi = options.dpi


def _print(made: Figure, path: Path, form: str) -> None:
    # Not `savefig`, which draws every figure twice for the sake of a layout that is settled here.
    canvas: Any = {"pdf": FigureCanvasPdf, "svg": FigureCanvasSVG, "png": FigureCanvasAgg}[form](made)
    getattr(canvas, f"print_{form}")(path, metadata=METADATA[form])


def message(title: str, subtitle: str, sentence: str, width: float = ONE_COLUMN) -> Figure:
    """A figure that says in words why there is nothing to draw."""
    made = figure(width, 35, title, subtitle)
    say(made.subplots(), sentence, width)
    return made


def say(axes: Axes, sentence: str, width: float) -> None:
    """A sentence in place of a panel of `width` millimetres."""
    axes.set_axis_off()
    lines = wrap(plain(sentence, 400), width * MM * 72 - 20, TEXT)
    axes.text(0.5, 0.5, "\n".join(lines), ha="center", va="center", transform=axes.transAxes, color="#333333")


def plain(text: object, longest: int = 60) -> str:
    """A name as one line of printable text, cut in its middle where it is too long."""
    line = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in str(text))
    line = " ".join(line.split())
    if len(line) <= longest:
        return line
    end = longest // 4
    return f"{line[: longest - end - 1].rstrip()}…{line[-end:].lstrip()}"


def wrap(text: str, points: float, size: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines of at most `points` at the font's size; words that are longer are broken too."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        joined = f"{line} {word}" if line else word
        if _width(joined, size, bold) <= points:
            line = joined
            continue
        if line:
            lines.append(line)
        while _width(word, size, bold) > points and len(word) > 1:
            fits = max(1, int(len(word) * points / _width(word, size, bold)) - 1)
            lines.append(word[:fits])
            word = word[fits:]
        line = word
    return [*lines, line] if line else lines


def fit(text: str, points: float, size: float) -> str:
    """A name cut to `points` at the font's size."""
    longest = len(text)
    while _width(text, size) > points and longest > 4:
        longest = min(longest - 1, int(longest * points / _width(text, size)))
        text = plain(text, longest)
    return text


@lru_cache(maxsize=4096)
def _width(text: str, size: float, bold: bool = False) -> float:
    properties = FontProperties(family=RC["font.family"], weight="bold" if bold else "normal", size=size)
    return float(_ruler().get_text_width_height_descent(text, properties, ismath=False)[0]) / 4


@cache
def _ruler() -> Any:  # noqa: ANN401 - matplotlib gives renderers no types
    renderer: Any = RendererAgg
    return renderer(1, 1, 4 * 72)


def number(value: float, digits: int = 2) -> str:
    """A p value or a fold for a label: `0.003`, `2e-09`, `24`."""
    if value is None or not np.isfinite(value):
        return "–"
    return f"{value:.{digits}g}"


def count(value: float) -> str:
    """A count with commas between thousands."""
    return f"{int(value):,}"


def log_ticks(axis: Axis) -> None:
    """Tick labels of a logarithmic axis as plain text: 0.01, 1, 1,000, 1e6; 2 and 5 too where the axis is short."""

    def label(value: float, _: int | None = None) -> str:
        if LEAST <= value < WIDE:
            return f"{value:,.0f}" if value >= 1 else f"{value:g}"
        digit, exponent = f"{value:.0e}".split("e")
        return f"{digit}e{int(exponent)}"

    def between(value: float, _: int | None = None) -> str:
        low, high = axis.get_view_interval()
        span = high / max(low, 1e-300)
        shown = "" if span > SHORT else "25" if span > 4 else "123456789"
        return label(value) if f"{value:.0e}"[0] in shown else ""

    axis.set_major_formatter(FuncFormatter(label))
    axis.set_minor_formatter(FuncFormatter(between))


def colour(index: int) -> str:
    """A colour of the palette; they repeat."""
    return PALETTE[index % len(PALETTE)]


def thinned(labels: Sequence[str], each_mm: float) -> list[str]:
    """Labels of rows that are `each_mm` high: all where they can be read, else none."""
    return list(labels) if each_mm * MM * 72 >= TINY else []

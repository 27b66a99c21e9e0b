"""The one look of all charts: colours, figures with a message and a note, labels beside the things they name.

Figures are drawn by the Agg canvas alone; nothing here touches pyplot or its global figures.
"""

import io
import itertools
import threading
import unicodedata
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, MaxNLocator
from PIL import Image

from simkit.reporting import fonts
from simkit.reporting.content import ChartContent, Plot, bundled
from simkit.reporting.language import Narrator
from simkit.reporting.tables import Table
from simkit.reporting.text_width import CUT, head, shortened
from simkit.reporting.text_width import width as columns_of

INK = "#222222"
MUTED = "#595959"
FAINT = "#d4d4d4"
BASELINE_COLOUR = "#595959"
LOSS_COLOUR = "#5b2a2a"
Dash = tuple[int, tuple[float, ...]]
WIDTH_INCHES = 9.0
DOTS_PER_INCH = 160
# Okabe and Ito's colours, told apart by colour-blind readers; without yellow, which is lost on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
# From the seventh strategy on colours return with another marker, another hatch of bars and another dash of lines.
_MARKERS = ("o", "s", "^", "D", "v", "P")
_HATCHES = ("", "///", "...", "xxx", "---", "ooo")
_DASHES: tuple[Dash, ...] = (
    (0, ()),
    (0, (5, 2)),
    (0, (1, 1.5)),
    (0, (6, 2, 1, 2)),
    (0, (3, 1, 1, 1, 1, 1)),
    (0, (9, 3)),
)
# What fits a line of the title and of the note, and what a label beside a bar or a curve may have, in half-width characters.
_TITLE_WIDTH = 92
_NOTE_WIDTH = 150
_LABEL_WIDTH = 30
_LINE_WIDTH = 44
_MOST_TITLE_LINES = 3
_MOST_SPOKEN = 8
_FEW_LABELS = 10
_ONE_AT_A_TIME = threading.RLock()


@dataclass(frozen=True)
class Mark:
    """How one strategy looks in every chart of a report: the colour of all that is its own, its point, bar and line."""

    colour: str
    marker: str
    hatch: str
    dash: Dash


def marks(strategies: Sequence[str], baseline: str) -> Mapping[str, Mark]:
    """Give each strategy its look by its place in the study; the baseline is grey."""
    others = [name for name in strategies if name != baseline]
    return {
        baseline: _look(0, BASELINE_COLOUR),
        **{name: _look(i // 6 % 6, COLOURS[i % 6]) for i, name in enumerate(others)},
    }


def _look(turn: int, colour: str) -> Mark:
    return Mark(colour, _MARKERS[turn], _HATCHES[turn], _DASHES[turn])


class MissingGlyphWarning(UserWarning):
    """A text has characters that the font cannot draw; the chart shows question marks in their place."""


@dataclass(frozen=True)
class Chart:
    """A finished chart: its message, the note on its sample, a description for those who cannot see it, the picture, the numbers drawn.

    plot: what is drawn as data, where a reader who edits the chart could draw it anew.
    """

    name: str
    heading: str
    message: str
    note: str
    alt: str
    png: bytes
    numbers: Table
    plot: Plot | None = None

    @property
    def content(self) -> ChartContent:
        """The chart as plain content, without its picture."""
        texts = {key: getattr(self, key) for key in ("name", "heading", "message", "note", "alt")}
        return ChartContent(**texts, numbers=self.numbers.content, plot=self.plot)

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, object], dict[str, Any]]:
        """Show the picture in a notebook, with the metadata that the page's template makes a figure of."""
        title = self.numbers.narrator.text("table.numbers")
        numbers = Markup("<details><summary>{}</summary>{}</details>").format(title, self.numbers.html())
        about = {"name": self.name, "heading": self.heading, "numbers": str(numbers)}
        shown = {"image/png": self.png, "text/plain": self.alt, **bundled(self.content)}
        return shown, {"image/png": {"alt": self.alt}, "simkit": about}


@contextmanager
def chart_style() -> Iterator[None]:
    """Apply the look to all that is drawn inside the block, and leave matplotlib as it was.

    Matplotlib has one look for the whole process, so one thread draws at a time.
    """
    look: dict[Any, Any] = {
        "font.family": [fonts.register()],
        "font.size": 10,
        "text.color": INK,
        "text.parse_math": False,  # a dollar sign in a title is a dollar sign
        "axes.labelcolor": MUTED,
        "axes.labelsize": 9,
        "axes.edgecolor": FAINT,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 10,
        "axes.titlelocation": "left",
        "axes.titlecolor": INK,
        "axes.unicode_minus": False,
        "axes.axisbelow": True,
        "grid.color": "#ececec",
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.labelsize": 9,
        "ytick.labelsize": 10,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
        "hatch.linewidth": 0.6,
    }
    with _ONE_AT_A_TIME, mpl.rc_context(look):
        yield


def new_figure(rows: int, columns: int, height_inches: float, **options: Any) -> tuple[Figure, np.ndarray[Any, Any]]:  # noqa: ANN401 - matplotlib's own keywords
    """Return a figure and its axes as an array of shape (rows, columns). Call inside `chart_style`."""
    figure = Figure(figsize=(WIDTH_INCHES, height_inches), dpi=DOTS_PER_INCH, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def finish(figure: Figure, *, name: str, message: str, note: str, numbers: Table, plot: Plot | None = None) -> Chart:
    """Write the message above and the note below, render the figure and return it as a chart."""
    figure.suptitle(
        wrap(message, _TITLE_WIDTH, most_lines=_MOST_TITLE_LINES), x=0.008, ha="left", fontsize=14, color=INK
    )
    figure.supxlabel(wrap(note, _NOTE_WIDTH), x=0.008, ha="left", fontsize=8.5, color=MUTED)
    _replace_missing_glyphs(figure)
    narrator = numbers.narrator
    alt = narrator.text("chart.alt", message=message, values=narrator.text("list.separator").join(_spoken(numbers)))
    heading = narrator.text(f"section.{name}")
    return Chart(name, heading, message, note, alt, picture(figure), numbers, plot)


def picture(figure: Figure) -> bytes:
    """Render the figure as a PNG of 256 colours, a quarter of the size and no different to the eye."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    pixels = np.asarray(canvas.buffer_rgba())[..., :3]  # type: ignore[no-untyped-call]
    drawn = Image.fromarray(pixels)
    palette = drawn.resize((drawn.width // 2, drawn.height // 2), Image.Resampling.NEAREST).quantize(256)
    small = drawn.quantize(palette=palette, dither=Image.Dither.NONE)
    colours = np.array(small.getpalette()).reshape(-1, 3)
    colours[np.asarray(small)[0, 0]] = pixels[0, 0]  # white stays white
    small.putpalette(colours.ravel().tolist())
    png = io.BytesIO()
    small.save(png, "PNG", dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
    return png.getvalue()


def _spoken(numbers: Table) -> list[str]:
    """Return the rows that a description reads out; of many only the first, as the table beside the chart has the rest."""
    sentences = numbers.sentences()
    if len(sentences) <= _MOST_SPOKEN:
        return sentences
    return [*sentences[:_MOST_SPOKEN], numbers.narrator.text("chart.more", n=len(sentences) - _MOST_SPOKEN)]


def _replace_missing_glyphs(figure: Figure) -> None:
    texts = {text: text.get_text() for text in figure.findobj(Text)}
    missing = fonts.missing_glyphs("".join(texts.values()))
    for axis in itertools.chain.from_iterable((axes.xaxis, axes.yaxis) for axes in figure.axes):
        labels = [label.get_text() for label in axis.get_ticklabels()]
        unknown = fonts.missing_glyphs("".join(labels))
        if unknown:  # tick labels are written anew whenever the figure is drawn, so theirs are changed at the source
            axis.set_ticks(axis.get_majorticklocs(), [fonts.printable(label) for label in labels])
            missing += unknown
    for text, shown in texts.items():
        text.set_text(fonts.printable(shown))
    if missing:
        characters = " ".join(f"{c} (U+{ord(c):04X})" for c in dict.fromkeys(missing))
        warnings.warn(f"The font has no glyph for {characters}; charts show '?'.", MissingGlyphWarning, stacklevel=3)


def wrap(text: str, width: int, *, most_lines: int | None = None) -> str:
    """Break *text* into lines of *width* half-width characters, between words or between Chinese characters.

    A word longer than a line is broken where the line ends. Of more than *most_lines* the rest is cut off, with an ellipsis.
    """
    lines: list[str] = []
    line, used = "", 0
    for piece in itertools.chain.from_iterable(_broken(piece, width) for piece in pieces(text)):
        wide = columns_of(piece.rstrip())
        if used + wide > width and line:
            lines.append(line.rstrip())
            line, used = "", 0
        line += piece
        used += wide + len(piece) - len(piece.rstrip())
    lines.append(line.rstrip())
    if most_lines is None or len(lines) <= most_lines:
        return "\n".join(lines)
    return "\n".join([*lines[: most_lines - 1], head(lines[most_lines - 1], width - 2) + CUT])


def label(text: str) -> str:
    """Return a title as it stands beside a bar: in one line or two, and cut off after them."""
    return wrap(text, _LABEL_WIDTH, most_lines=2)


def short_label(text: str) -> str:
    """Return a title as it stands beside a point or a curve: in one line, and cut off at its end."""
    return shortened(text, _LINE_WIDTH)


def _broken(piece: str, width: int) -> Iterator[str]:
    """Walk over the parts of a piece that is longer than a line."""
    while columns_of(piece.rstrip()) > width:
        part = head(piece, width)
        yield part
        piece = piece[len(part) :]
    yield piece


def pieces(text: str) -> list[str]:
    """Split *text* where a line may break; closing punctuation stays with what it closes."""
    found: list[str] = []
    for character in text:
        follows_wide = bool(found) and unicodedata.east_asian_width(found[-1][-1]) in "WF"
        is_wide = unicodedata.east_asian_width(character) in "WF"
        closes = unicodedata.category(character) in ("Pe", "Po", "Pf")
        opened = bool(found) and unicodedata.category(found[-1][-1]) in ("Ps", "Pi")
        starts = not found or found[-1].endswith(" ") or ((is_wide or follows_wide) and not closes and not opened)
        if starts and character != " ":
            found.append(character)
        elif found:
            found[-1] += character
    return found


def quantity_axis(axes: Axes, which: str, narrator: Narrator, unit: str, label: str) -> None:
    """Give an axis its label, a light grid and ticks in the reader's numbers. *which* is ``x`` or ``y``."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: narrator.quantities.tick(value, unit)))
    axis.set_label_text(label)
    axis.set_tick_params(labelsize=9)
    axis.grid(visible=True)


def spread(positions: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move *positions* as little as needed so that neighbours are *gap* apart within low..high; the order is kept."""
    order = np.argsort(np.asarray(positions), kind="stable")
    placed = np.asarray(positions, dtype=float)[order]
    for i in range(len(placed)):
        placed[i] = max(placed[i], low if i == 0 else placed[i - 1] + gap)
    ceiling = high
    for i in reversed(range(len(placed))):
        placed[i] = min(placed[i], ceiling)
        ceiling = placed[i] - gap
    result = np.empty_like(placed)
    result[order] = placed
    return [float(place) for place in result]


def label_column(
    axes: Axes, points: Sequence[tuple[float, float, str, str]], *, lines_per_label: int = 1
) -> list[float]:
    """Name points or ends of curves, given as (x, y, text, colour), in a column to the right of the axes.

    A thin line leads from each point to its label; labels never overlap. Returns the heights of the labels.
    """
    low, high = axes.get_ylim()
    height_points = axes.get_position().height * axes.figure.get_size_inches()[1] * 72  # type: ignore[union-attr]
    gap = (high - low) * 12.5 * lines_per_label / height_points
    beside = (
        1.03 if len(points) <= _FEW_LABELS else 1.1
    )  # many labels stand far from their points: their lines need room
    heights = spread([y for _, y, _, _ in points], gap, low + gap / 2, high)
    for (x, y, text, colour), height in zip(points, heights, strict=True):
        axes.annotate(
            text,
            xy=(x, y),
            xytext=(beside, (height - low) / (high - low)),
            textcoords="axes fraction",
            va="center",
            fontsize=9,
            annotation_clip=False,
            # From the middle of the label's left edge, so that no line runs through another label.
            arrowprops={
                "arrowstyle": "-",
                "color": colour,
                "linewidth": 0.8,
                "alpha": 0.7,
                "shrinkA": 2,
                "shrinkB": 3,
                "relpos": (0, 0.5),
            },
        )
    return heights

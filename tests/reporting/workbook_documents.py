"""A made-up report as plain content, with a chart of every kind."""

from simkit.reporting.content import (
    Block,
    ChartContent,
    Figure,
    NotesContent,
    Plot,
    Series,
    SummaryContent,
    TableContent,
    TableRow,
    TitledFigure,
)
from simkit.reporting.documents import Document, Section
from simkit.reporting.language import Narrator

NAMES = {"en": ("Do nothing", "Silver care", "Omnichannel"), "zh": ("不做推广", "银发关怀", "全渠道联动")}
LASTING = (1_500.25, 2_750.5, 5_800.125)
COST = (0.0, 240_000.5, 610_000.25)
SHARE = (0.0, 0.4125, 0.775)
COLOURS = ("#595959", "#0072B2", "#D55E00")


def figure(value, unit="count", digits=0, language="en", *, is_difference=False):
    """Return an estimate whose interval reaches 4 % down and 5 % up."""
    low, high = value - 0.04 * abs(value), value + 0.05 * abs(value)
    text, interval = Narrator(language, {}, {}).quantities.interval_parts(value, low, high, unit, digits)
    sign = "+" if is_difference and value > 0 else ""
    return Figure(
        text=sign + text, interval=interval, value=value, low=low, high=high, unit=unit, digits=digits, kpi="lasting"
    )


def table(language="en", names=None, heading="Comparison", caption="Strategies compared"):
    """Return a table of counts, money, shares and words."""
    rows = [
        TableRow(
            title=name,
            cells=(
                figure(lasting, language=language),
                figure(cost, "CNY", language=language, is_difference=True),
                figure(share, "share", 3, language=language),
                Figure(text="–"),
            ),
        )
        for name, lasting, cost, share in zip(names or NAMES[language], LASTING, COST, SHARE, strict=True)
    ]
    header = ("Strategy", "Lasting users", "Cost", "Utilisation", "Remark")
    return TableContent(heading=heading, caption=caption, header=header, rows=tuple(rows))


def ends(values):
    """Return the intervals of values as a series has them."""
    return {
        "values": values,
        "low": tuple(value - 0.04 * value for value in values),
        "high": tuple(value + 0.05 * value for value in values),
    }


def plots(names):
    """Return a plot of every kind: its name and the plot."""
    days = tuple(float(day) for day in range(90))
    bars = Series(name="Lasting users", colour=COLOURS[1], point_colours=COLOURS, **ends(LASTING))
    parts = [Series(name=f"part {i}", colour=colour, values=LASTING) for i, colour in enumerate(COLOURS)]
    curves = [
        Series(name=name, colour=colour, x=days, **ends(tuple(total * day / 90 for day in days)))
        for name, colour, total in zip(names, COLOURS, LASTING, strict=True)
    ]
    points = [
        Series(name=name, colour=colour, x=(cost,), x_low=(cost * 0.9,), x_high=(cost * 1.1,), **ends((lasting,)))
        for name, colour, cost, lasting in zip(names, COLOURS, COST, LASTING, strict=True)
    ]
    return {
        "bars": Plot(kind="bars", horizontal=True, categories=names, series=(bars,), x_title="Lasting users"),
        "stacked": Plot(kind="stacked_bars", categories=names, series=tuple(parts), y_title="Lasting users"),
        "lines": Plot(kind="lines", series=tuple(curves), x_title="Day", y_title="Active", x_unit="days"),
        "points": Plot(kind="points", series=tuple(points), x_title="Cost", y_title="Lasting", x_unit="CNY"),
    }


def chart(name, plot, numbers):
    """Return a chart of a plot and its numbers."""
    message = f"{numbers.rows[0].title}: the leaders cannot be told apart"
    return ChartContent(
        name=name, heading=name, message=message, note="20 runs", alt=f"{message}.", numbers=numbers, plot=plot
    )


def document(language="en", names=None, title="Which strategy?", picture=b""):
    """Return a report of a comparison and one strategy."""
    names = names or NAMES[language]
    numbers = table(language, names)
    summary = SummaryContent(
        recommendation=f"Choose {names[2]}",
        figures_of=f"{names[2]}:",
        figures=(TitledFigure(title="Lasting users", figure=figure(LASTING[2], language=language)),),
        sure=("20 runs per strategy",),
        change=("If fewer than 31% are at home, choose another",),
    )
    charts = [Block(chart(name, plot, numbers), picture or None) for name, plot in plots(names).items()]
    notes = NotesContent(heading="How to read", lines=("Against doing nothing",))
    comparison = Section(
        "Comparison", "All strategies", [Block(summary, None), Block(numbers, None), *charts, Block(notes, None)]
    )
    levers = TableContent(heading="What it changes", caption="Nothing", header=("Lever", "Chosen"), rows=())
    strategy = Section(
        names[1], "For those of 60 and older", [Block(levers, None), Block(numbers, None), Block(notes, None)]
    )
    provenance = {"Seed": "20260302", "Fingerprint": "9f" * 32, "Versions": "simkit 0.4"}
    return Document(title, "Which one wins most?", language, [comparison, strategy], provenance)

"""The look of a deck: wide slides, a master with the report's colours and fonts, and two layouts with real placeholders.

Lengths are in inches, sizes of fonts in points.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import NamedTuple

from lxml import etree
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.oxml.xmlchemy import BaseOxmlElement
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide, SlideLayout, SlideMaster
from pptx.util import Inches

from simkit.reporting.chart_style import COLOURS, INK, MUTED
from simkit.reporting.language import Language

WIDTH, HEIGHT = 13.333, 7.5
MARGIN = 0.6
CONTENT_WIDTH = WIDTH - 2 * MARGIN
POINTS_AN_INCH = 72
SMALL = 12
PANEL = "#F4F5F7"
COVER, MESSAGE = 0, 1
"""The layouts, by their place."""
TITLE, SUBTITLE, EYEBROW, NOTE = 0, 1, 13, 14
"""The placeholders of layouts, by their index."""
_FOOTERS = (PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER)

# Fonts that office programs bring with them, on Windows and on a Mac; others put their own in the place of these.
_LATIN: Mapping[Language, str] = {"en": "Arial", "zh": "Microsoft YaHei"}
_CHINESE = "Microsoft YaHei"
_THEME = "/ppt/theme/theme1.xml"


class Box(NamedTuple):
    """Where something stands on a slide."""

    left: float
    top: float
    width: float
    height: float

    @property
    def emu(self) -> tuple[Inches, Inches, Inches, Inches]:
        """The four lengths as python-pptx wants them."""
        return Inches(self.left), Inches(self.top), Inches(self.width), Inches(self.height)

    @property
    def points(self) -> tuple[float, float]:
        """Width and height in points."""
        return self.width * POINTS_AN_INCH, self.height * POINTS_AN_INCH


TITLE_BOX = Box(MARGIN, 0.72, CONTENT_WIDTH, 0.92)
CONTENT_BOX = Box(MARGIN, 1.8, CONTENT_WIDTH, 4.42)
NOTE_BOX = Box(MARGIN, 6.36, CONTENT_WIDTH, 0.5)
FOOTER_BOX = Box(MARGIN, 7.02, 10.5, 0.24)
COVER_TITLE_BOX = Box(1.1, 1.7, 11.1, 1.8)
COVER_SUBTITLE_BOX = Box(1.1, 3.8, 10.2, 1.6)
_EYEBROW_BOX = Box(MARGIN, 0.42, CONTENT_WIDTH, 0.26)
_NUMBER_BOX = Box(WIDTH - MARGIN - 1.0, 7.02, 1.0, 0.24)


class _Placeholder(NamedTuple):
    """A place for text: what it is to a screen reader, where it stands and how its text looks."""

    name: str
    role: str
    box: Box
    size: int
    colour: str = "tx1"
    bold: bool = False
    align: str = "l"
    anchor: str = "t"


_TITLE_PLACE = _Placeholder("Title", 'type="title"', TITLE_BOX, 24, bold=True)
_BODY_PLACE = _Placeholder("Text", 'type="body" idx="1"', CONTENT_BOX, 16)
_FOOTER_PLACE = _Placeholder("Footer", 'type="ftr" sz="quarter" idx="11"', FOOTER_BOX, 10, "tx2")
_NUMBER_PLACE = _Placeholder("Slide Number", 'type="sldNum" sz="quarter" idx="12"', _NUMBER_BOX, 10, "tx2", align="r")
_MASTER_PLACES = (_TITLE_PLACE, _BODY_PLACE, _FOOTER_PLACE, _NUMBER_PLACE)
_COVER_PLACES = (
    _Placeholder("Title", 'type="ctrTitle"', COVER_TITLE_BOX, 40, bold=True, anchor="b"),
    _Placeholder("Subtitle", f'type="subTitle" idx="{SUBTITLE}"', COVER_SUBTITLE_BOX, 20, "tx2"),
    _FOOTER_PLACE._replace(box=Box(1.1, *FOOTER_BOX[1:])),
    _NUMBER_PLACE,
)
_MESSAGE_PLACES = (
    _Placeholder("Section", f'type="body" sz="quarter" idx="{EYEBROW}"', _EYEBROW_BOX, SMALL, "accent1", bold=True),
    _TITLE_PLACE,
    _Placeholder("Note", f'type="body" sz="quarter" idx="{NOTE}"', NOTE_BOX, SMALL, "tx2", anchor="b"),
    _FOOTER_PLACE,
    _NUMBER_PLACE,
)


def new_deck(language: Language) -> Deck:
    """Return a deck without slides in the look of the reports."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    cover, message = (deck.slide_layouts.get_by_name(name) for name in ("Title Slide", "Title Only"))
    for layout in list(deck.slide_layouts):
        if layout not in (cover, message):
            deck.slide_layouts.remove(layout)
    _set_theme(deck.slide_master, language)
    _set_places(deck.slide_master, _MASTER_PLACES, None)
    _set_places(cover, _COVER_PLACES, Box(0, 0, 0.3, HEIGHT))
    _set_places(message, _MESSAGE_PLACES, Box(MARGIN, 6.95, CONTENT_WIDTH, 0.01))
    return deck


def _set_theme(master: SlideMaster, language: Language) -> None:
    """Put the report's colours and fonts into the theme that all of the deck refers to."""
    part = next(rel.target_part for rel in master.part.rels.values() if rel.target_part.partname == _THEME)
    theme = etree.fromstring(part.blob)
    colours = (INK, "#FFFFFF", MUTED, PANEL, *COLOURS, COLOURS[0], MUTED)
    for slot, colour in zip(theme.find(f".//{qn('a:clrScheme')}"), colours, strict=True):
        slot.clear()
        etree.SubElement(slot, qn("a:srgbClr"), val=colour.removeprefix("#"))
    for fonts in theme.iter(qn("a:majorFont"), qn("a:minorFont")):
        fonts.find(qn("a:latin")).set("typeface", _LATIN[language])
        fonts.find(qn("a:ea")).set("typeface", _CHINESE)
        fonts.find(f"{qn('a:font')}[@script='Hans']").set("typeface", _CHINESE)
    part._blob = etree.tostring(theme, xml_declaration=True, encoding="UTF-8", standalone=True)  # noqa: SLF001 - it has no setter


def _set_places(on: SlideMaster | SlideLayout, places: tuple[_Placeholder, ...], bar: Box | None) -> None:
    """Give a master or a layout these placeholders alone, and a bar of colour for the eye."""
    tree = on.shapes.element
    for shape in tree.findall(qn("p:sp")):
        tree.remove(shape)
    for number, place in enumerate(places, start=2):
        tree.append(_placeholder(place, number))
    if bar:
        tree.append(_bar(bar, len(places) + 2))


def _placeholder(place: _Placeholder, number: int) -> BaseOxmlElement:
    field = '<a:fld id="{C1FF6DA9-008F-8B48-92A6-B652298478BF}" type="slidenum"><a:rPr/><a:t>#</a:t></a:fld>'
    look = (
        f'<a:lvl1pPr marL="0" indent="0" algn="{place.align}"><a:spcBef><a:spcPts val="0"/></a:spcBef><a:buNone/>'
        f'<a:defRPr sz="{place.size * 100}" b="{place.bold:d}"><a:solidFill><a:schemeClr val="{place.colour}"/></a:solidFill>'
        "</a:defRPr></a:lvl1pPr>"
    )
    return parse_xml(
        f'<p:sp {nsdecls("p", "a")}><p:nvSpPr><p:cNvPr id="{number}" name="{place.name}"/>'
        f'<p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr><p:nvPr><p:ph {place.role}/></p:nvPr></p:nvSpPr>'
        f"<p:spPr>{_position(place.box)}</p:spPr><p:txBody>"
        f'<a:bodyPr wrap="square" lIns="0" tIns="0" rIns="0" bIns="0" anchor="{place.anchor}"><a:noAutofit/></a:bodyPr>'
        f"<a:lstStyle>{look}</a:lstStyle><a:p>{field if 'sldNum' in place.role else ''}<a:endParaRPr/></a:p></p:txBody></p:sp>"
    )


def _bar(box: Box, number: int) -> BaseOxmlElement:
    colour = "accent1" if box.height > box.width else "tx2"
    return parse_xml(
        f'<p:sp {nsdecls("p", "a")}><p:nvSpPr><p:cNvPr id="{number}" name="Bar"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr>'
        f'<p:spPr>{_position(box)}<a:solidFill><a:schemeClr val="{colour}"/></a:solidFill><a:ln><a:noFill/></a:ln></p:spPr></p:sp>'
    )


def _position(box: Box) -> str:
    left, top, width, height = box.emu
    return (
        f'<a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
    )


def new_slide(deck: Deck, layout: int, footer: str) -> Slide:
    """Add a slide with its footer and its number, which python-pptx leaves on the layout."""
    slide = deck.slides.add_slide(deck.slide_layouts[layout])
    for place in slide.slide_layout.placeholders:
        if place.placeholder_format.type in _FOOTERS:
            own = deepcopy(place.element)
            for look in (own.spPr, own.find(f".//{qn('a:lstStyle')}")):  # taken from the layout, also when that changes
                look.clear()
            slide.shapes.element.append(own)
    for shape in slide.placeholders:
        if shape.placeholder_format.type == PP_PLACEHOLDER.FOOTER:
            shape.text_frame.text = footer
    for number, element in enumerate(slide.shapes.element.iter(qn("p:cNvPr")), start=1):
        element.set("id", str(number))
    return slide

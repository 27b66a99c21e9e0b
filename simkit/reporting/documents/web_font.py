"""The font of charts, cut down to what a page shows, so that the page brings it along."""

import base64
import io

from fontTools import subset

from simkit.reporting import fonts


def web_font(text: str) -> bytes:
    """Return a WOFF2 font with the glyphs of *text* only (about 25 KB for Latin, 100 KB with 600 Chinese characters)."""
    options = subset.Options(flavor="woff2", layout_features=["kern"], hinting=False, notdef_outline=True)
    options.drop_tables += ["vhea", "vmtx", "BASE", "STAT"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=text)
    target = io.BytesIO()
    with subset.load_font(str(fonts.font_file()), options, lazy=True) as font:
        subsetter.subset(font)
        font["head"].modified = font["head"].created  # equal text gives equal bytes
        font.recalcTimestamp = False
        subset.save_font(font, target, options)
    return target.getvalue()


def font_face(text: str) -> str:
    """Return the CSS rule that embeds the font, cut down to the characters of *text*, in a page."""
    data = base64.b64encode(web_font(text)).decode("ascii")
    return f'@font-face{{font-family:"{fonts.FAMILY}";src:url(data:font/woff2;base64,{data}) format("woff2")}}'

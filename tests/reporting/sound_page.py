"""What holds for every page that a browser opens: nothing is missing, illegible or wider than the screen."""

import itertools
import json

from simkit.reporting import fonts

SCREEN = {"width": 1280, "height": 800}
# Text → contrast with what is behind it, after WCAG 2.2's definition of relative luminance.
CONTRASTS = """
() => {
  const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
  const luminance = rgb => rgb.slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = numbers(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const found = {};
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim(), element = walker.currentNode.parentElement;
    if (!text || !element.getClientRects().length) continue;
    const pair = [luminance(numbers(getComputedStyle(element).color)), luminance(behind(element))].sort((a, b) => b - a);
    found[text] = Math.min(found[text] ?? 99, (pair[0] + 0.05) / (pair[1] + 0.05));
  }
  return found;
}
"""


def assert_sound(page, *, pictures):
    """At least so many pictures, all shown and described; the page's own font for all text; order, contrast, and room at 200 %."""
    shown = page.evaluate("[...document.images].map(i => [i.complete, i.naturalWidth, i.alt.length])")
    assert len(shown) >= pictures
    assert all(complete and width > 1000 and words > 20 for complete, width, words in shown)
    text = page.evaluate("document.body.innerText")
    assert page.evaluate(f"document.fonts.check('16px \"{fonts.FAMILY}\"', {json.dumps(text)})")
    assert fonts.missing_glyphs(text) == ""
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1]))")
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    contrasts = page.evaluate(CONTRASTS)
    assert min(contrasts.values()) >= 4.5, min(contrasts, key=contrasts.get)
    for width in (SCREEN["width"], 683):
        page.set_viewport_size({"width": width, "height": SCREEN["height"]})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size(SCREEN)

"""The two languages say the same things."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

import simkit.reporting
from simkit.params import ParameterError
from simkit.reporting import fonts
from simkit.reporting.language import FIGURES, LANGUAGES, Narrator, catalogue, check_language

PACKAGE = Path(simkit.reporting.__file__).parent


def placeholders(message):
    """Return the names that a message expects."""
    return {name for _, name, _, _ in Formatter().parse(message) if name}


def spoken_keys():
    """Return a pattern for each key that the code asks a narrator or a template for; an f-string's values match any word."""
    patterns = {re.compile(re.escape(key) + (r"[\w-]+" if key.endswith(".") else "")) for key in used_in_templates()}
    for module in PACKAGE.parent.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                patterns.add(re.compile(re.escape(node.value)))
            elif isinstance(node, ast.JoinedStr):
                parts = [
                    re.escape(part.value) if isinstance(part, ast.Constant) else r"[\w.-]+" for part in node.values
                ]
                patterns.add(re.compile("".join(parts)))
    return patterns


def used_in_templates():
    """Return the message keys of all templates; one that ends with a point is completed where it is used."""
    report_pages = [path.read_text(encoding="utf-8") for path in (PACKAGE / "templates").rglob("*.j2")]
    served_page = (PACKAGE.parent / "workbench" / "page" / "page.html").read_text(encoding="utf-8")
    asked = {key for page in report_pages for key in re.findall(r"(?:text\(|texts_here\[)'([\w.-]+)'", page)}
    return asked | {f"serve.{key}" for key in re.findall(r'say\("(\w+)"\)', served_page)}


def test_both_languages_have_the_same_messages():
    """No message exists in one language alone."""
    english, chinese = (set(catalogue(language)) for language in LANGUAGES)
    assert english == chinese


@pytest.mark.parametrize("key", sorted(catalogue("en")))
def test_a_message_expects_the_same_values_in_both_languages(key):
    """A number or name that one language says, the other says too."""
    assert placeholders(catalogue("en")[key]) == placeholders(catalogue("zh")[key])


def test_every_message_is_used():
    """The catalogue holds nothing that no code asks for."""
    patterns = spoken_keys()
    assert [key for key in catalogue("en") if not any(pattern.fullmatch(key) for pattern in patterns)] == []


def test_templates_ask_for_messages_that_exist():
    """A template's message cannot be missing on the day it is shown."""
    asked = used_in_templates()
    assert {"catalogue.title", "serve.title"} <= asked
    assert [
        key
        for key in asked
        if not any(known == key or (key[-1] == "." and known.startswith(key)) for known in catalogue("en"))
    ] == []


def test_all_words_can_be_drawn():
    """Every message and every KPI's title has glyphs in the charts' font."""
    titles = [title for kpi in FIGURES.values() for title in kpi.title.values()]
    texts = [message for language in LANGUAGES for message in catalogue(language).values()]
    assert fonts.missing_glyphs("".join(titles + texts)) == ""


def test_every_key_figure_has_a_title_in_both_languages():
    """Those of runs, of comparisons and of reward programmes, each under its own name."""
    assert all(set(kpi.title) == set(LANGUAGES) and all(kpi.title.values()) for kpi in FIGURES.values())
    assert all(name == kpi.name for name, kpi in FIGURES.items())


def test_an_unspoken_language_is_refused_with_those_that_are_spoken():
    """The error names the languages."""
    with pytest.raises(ParameterError, match="'de' is unknown; allowed: en, zh"):
        check_language("de")


def test_a_title_is_never_taken_for_a_message():
    """Braces in a strategy's title stay braces."""
    narrator = Narrator("en", {"odd": "{best} {0}"}, {})
    assert "{best} {0}" in narrator.text("verdict.clear", best=narrator.strategy("odd"), gain="1")

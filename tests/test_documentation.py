"""What is written about the model is complete, and names only what there is."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simkit.cli import app
from simkit.metrics.catalogue import KPIS
from simkit.params import Levers, Scenario, document_parameters, load_scenario

ROOT = Path(__file__).parents[1]
MECHANISMS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "mechanisms").glob("*.md"))
PAGES = [(ROOT / page).read_text(encoding="utf-8") for page in ("docs/model.md", *MECHANISMS)]
MODEL = "\n\n".join(PAGES)
DOCUMENTS = ["README.md", "docs/model.md", "docs/parameters.md", "docs/coverage.md", "docs/scale.md", *MECHANISMS]
NUMBERS = {"Quantity", "BySegment", "Title"}
ROOMS = ("simkit", "params", "notebooks", "tests", "benchmarks", "docs")
# What stands for a member's name in the keys of the document.
MEMBERS = {
    "partners": "PARTNER",
    "messages": "CHANNEL",
    "segments": "ID",
    "reported_facts": "NAME",
    "rules": "RULE",
    "eligible": "CHANNEL",
    "frequency_caps": "CAP",
}
MEMBERS |= dict.fromkeys(("lifecycle", "wealth", "occupation"), "TAG")


def fields(model, above=""):
    """Walk over a schema's fields as (key, field, schema of the section that it is, if it is one)."""
    schema = model.model_json_schema()
    models = schema["$defs"]

    def walk(section, prefix):
        for name, field in section["properties"].items():
            key = f"{prefix}{name}"
            member = field.get("additionalProperties") or field.get("items")
            inner = member if isinstance(member, dict) else field
            # A section that may be left out is one of two choices, of which the other is null.
            choices = [inner, *(choice for choice in inner.get("anyOf", ()) if "$ref" in choice)]
            named = choices[-1].get("$ref", "").rpartition("/")[2]
            below = models[named] if named and named not in NUMBERS else None
            yield key, field, below
            if below:
                yield from walk(below, f"{key}.{MEMBERS[name]}." if member else f"{key}.")

    yield from walk(schema, above)


SCENARIO_FIELDS = [item for item in fields(Scenario) if item[0].partition(".")[0] != "levers"]
FIELDS = [*SCENARIO_FIELDS, *fields(Levers, "levers.")]
KEYS = [key for key, _, below in FIELDS if below is None]


def test_the_walk_over_the_schema_finds_its_corners():
    """The tests below would be empty promises if sections, members or levers were left out."""
    corners = {"seed", "wallet.survival_alpha", "segments.ID.share", "messages.CHANNEL.reach"}
    corners |= {"field.partners.PARTNER.sign_up", "levers.field.hours.ends", "levers.messages.CHANNEL.every_days"}
    assert corners <= set(KEYS)


def test_every_field_of_the_schema_is_described():
    """A value says what it means where it is declared; a section says it in its docstring."""
    described = {key: field.get("description") or (section or {}).get("description") for key, field, section in FIELDS}
    assert [key for key, meaning in described.items() if not meaning] == []
    assert [key for key in KEYS if described[key].endswith(".")] == [], "cells of a table are no sentences"


def test_the_parameter_page_is_up_to_date():
    """docs/parameters.md is what `make docs` writes today."""
    page = (ROOT / "docs" / "parameters.md").read_text(encoding="utf-8")
    assert page == document_parameters(load_scenario("city_bank")), "run `make docs`"


def test_simkit_parameters_prints_the_parameter_page():
    """The command is how the page is made, for any scenario."""
    printed = CliRunner().invoke(app, ["parameters", "city_bank"])
    assert (printed.exit_code, printed.stdout) == (0, document_parameters(load_scenario("city_bank")))


def test_the_model_page_names_every_parameter_and_lever():
    """No number enters the model without a word on what it does there."""
    assert [key for key in KEYS if not re.search(rf"(?<![\w.]){re.escape(key)}(?![\w]|\.\w)", MODEL)] == []


def test_the_model_page_names_no_parameter_that_is_not_there():
    """A key that was renamed or removed is not spoken of any more."""
    sections = {key.partition(".")[0] for key, _, _ in FIELDS}
    spoken = re.findall(r"(?<![\w./])[a-z]\w*(?:\.\w+)+", MODEL, flags=re.ASCII)
    known = {key for key, _, _ in FIELDS} | decisions()
    assert [word for word in spoken if word.partition(".")[0] in sections and word not in known] == []


def test_the_model_page_defines_every_key_figure():
    """A figure in a report can be looked up."""
    tables = "".join(page.partition("| key figure |")[2].partition("\n\n")[0] for page in PAGES)
    assert [name for name in KPIS if f"`{name}`" not in tables] == []


def decisions():
    """Collect the names of random decisions from the source; a channel's name in one is CHANNEL."""
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "simkit").rglob("*.py"))
    return {re.sub(r"\{.*?\}", "CHANNEL", name) for name in re.findall(r"\.decision\(f?\"([^\"]+)\"\)", sources)}


def test_the_model_page_lists_the_random_decisions():
    """Everything that luck decides stands in the table, and nothing else does."""
    tables = "".join(page.partition("| decision |")[2].partition("\n\n")[0] for page in PAGES)
    assert "payments.week" in decisions()
    assert set(re.findall(r"^\| `([^`]+)`", tables, flags=re.MULTILINE)) == decisions()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_a_document_names_exists(document):
    """Links and paths lead somewhere; a `*` stands for any name."""
    text = (ROOT / document).read_text(encoding="utf-8")
    links = [target for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) if "://" not in target]
    places = {(ROOT / document).parent / target for target in links}
    places |= {ROOT / path for path in re.findall(rf"`((?:{'|'.join(ROOMS)})/[\w./*-]*\w)`", text)}
    assert [str(place) for place in places if not any(ROOT.glob(str(place.resolve().relative_to(ROOT))))] == []

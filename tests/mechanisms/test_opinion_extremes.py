"""Whatever the room's schema allows can be played, at both ends of every number."""

import pytest

from simkit.campaign.run import run_campaign
from simkit.params import Measure, load_strategy
from simkit.params.mechanisms import opinion
from tests.campaign.banks import changed, doing
from tests.mechanisms.effects import small_bank

SECTIONS = {
    "trust": opinion.Trust,
    "education": opinion.Education,
    "word_of_mouth": opinion.WordOfMouth,
    "breach": opinion.Breach,
    "apology": opinion.Apology,
    "features.biometric": opinion.Feature,
    "theme_events.market_day": opinion.ThemeEvent,
}
LEVERS = {
    "education": {"articles_every_days": 1, "lesson_every_events": 2, "offer_cny": 1000},
    "apology": {"after_days": 0},
    "features": {"release_days": {"biometric": 0}},
    "theme_events": {"cycle": ["market_day"]},
}


def ends(section):
    """Return the lowest and the highest value of each number of a section, by dotted key; endless ones end at a million."""
    fields = SECTIONS[section].model_fields
    measures = {
        f"{section}.{name}": one for name, field in fields.items() for one in field.metadata if isinstance(one, Measure)
    }
    return [
        {key: min(max(end, -1e6), 1e6) for key, end in found.items()}
        for found in (
            {key: measure.low for key, measure in measures.items()},
            {key: measure.high for key, measure in measures.items()},
        )
    ]


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("end", [0, 1], ids=["lowest", "highest"])
def test_every_number_may_be_as_small_or_as_large_as_possible(section, end):
    """No number at the end of what is possible breaks a run, breach included; so many neighbours as a staircase may have."""
    numbers = ends(section)[end]
    if numbers.get("word_of_mouth.neighbours", 0) > 50:
        numbers["word_of_mouth.neighbours"] = 50
    bank = changed(small_bank(1500), numbers | {"breach.day": 3, "calendar.horizon_days": 40})
    run = run_campaign(bank, doing(LEVERS, load_strategy("omnichannel")))
    assert run.tables["daily"]["payments"].to_numpy().sum() > 0

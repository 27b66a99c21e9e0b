"""Theme events: each kind draws, convinces and costs in its own way."""

import numpy as np
import pytest

from tests.campaign.banks import changed, doing, frame
from tests.mechanisms.effects import assert_moves, assert_nothing_moves, bank_with, covers, figures, played, without

small_bank = bank_with("trust", "education", "theme_events")

EVENTS = {"events.per_branch_month": 8, "events.booths": 6}
THEMES = ("wealth_day", "culture_day", "charity_day", "market_day")


def themed(*cycle, **levers):
    """Return a strategy whose events have these themes in turn."""
    return doing(EVENTS | {"theme_events": {"cycle": list(cycle)}} | levers)


@covers(
    53,
    keys=[
        "theme_events.culture_day.attend",
        "theme_events.charity_day.trust",
        "theme_events.market_day.convert",
        "theme_events.market_day.cost",
        "levers.theme_events.cycle",
    ],
    code="simkit/campaign/opinion/theme_events.py",
    kpi="market_day_wallets_per_1000_cny",
)
def test_each_theme_does_what_it_is_for():
    """Against plain events a market sells more at a higher cost, a show draws more elderly visitors, charity wins trust."""
    bank = small_bank()
    plain = (bank, doing(EVENTS))
    assert_moves("event_wallets", "up", off=plain, on=(bank, themed("market_day")))
    assert_moves("cost", "up", off=plain, on=(bank, themed("market_day")))
    assert_moves("contacts", "up", off=plain, on=(bank, themed("culture_day")), segment="silver")
    assert_moves("mean_trust_change", "up", off=plain, on=(bank, themed("charity_day")))
    dear = changed(bank, {"theme_events.market_day.cost": 12000})
    assert_moves(
        "market_day_wallets_per_1000_cny", "down", off=(bank, themed("market_day")), on=(dear, themed("market_day"))
    )


def test_themes_take_turns():
    """Each theme gets its share of the events, and lessons between them take no theme's turn."""
    bank = small_bank()
    found = figures(bank, themed(*THEMES, education={"lesson_every_events": 5}), 1).iloc[0]
    costs = bank.theme_events
    events = frame(played(bank, themed(*THEMES, education={"lesson_every_events": 5})), "costs")
    held = events.query("item == 'event'")["quantity"].sum()
    staff = events.query("item == 'staff'")["amount_cny"].sum() / held
    times = [round(found[f"{name}_cost"] / (getattr(costs, name).cost.value + staff)) for name in THEMES]
    lessons = round(found["lesson_cost"] / (bank.education.lesson_cost.value + staff))
    assert sum(times) + lessons == held
    assert max(times) - min(times) <= 1
    assert lessons == held // 5


def test_the_accounts_of_themes_close():
    """Visitors, wallets and costs of all themes are those of all events."""
    bank, strategy = small_bank(), themed(*THEMES)
    found, run = figures(bank, strategy, 1).iloc[0], played(bank, strategy)
    assert sum(found[f"{name}_visitors"] for name in THEMES) == len(frame(run, "contacts"))
    assert sum(found[f"{name}_wallets"] for name in THEMES) == found["event_wallets"]
    costs = frame(run, "costs").query("channel == 'community_event'")["amount_cny"].sum()
    assert sum(found[f"{name}_cost"] for name in THEMES) == pytest.approx(costs)


def test_a_theme_like_a_plain_event_changes_nothing_but_its_name():
    """Ratios of 1, no trust and the usual cost make the usual events."""
    theme = {f"theme_events.wealth_day.{fact}": 1 for fact in ("attend", "convert")}
    bank = changed(small_bank(), theme | {"theme_events.wealth_day.trust": 0, "theme_events.wealth_day.cost": 3000})
    plain, named = (frame(played(bank, one), "contacts") for one in (doing(EVENTS), themed("wealth_day")))
    assert plain.drop(columns="probability").equals(named.drop(columns="probability"))
    assert np.allclose(plain["probability"], named["probability"])


def test_without_themes_events_are_what_they_were():
    """Themes that nobody chooses move nothing."""
    assert_nothing_moves((small_bank(), doing(EVENTS)), (without(small_bank(), "theme_events"), doing(EVENTS)))

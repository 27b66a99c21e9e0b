"""What a planner does on the bench, without a page: levers, their limits, what is compared, pins, and the two languages."""

import pytest

from simkit.campaign.offered_programme import offered_programme
from simkit.params import Levers, ParameterError, resolve
from simkit.reporting.language import LANGUAGES, catalogue
from simkit.workbench.levers import offered_levers, rules_of
from simkit.workbench.words import differences, lever_title, lever_unit, speaker, value_text
from tests.workbench.conftest import LEVERS


def levers_of(bench):
    """Give the levers of what is shown upon the scenario."""
    question = bench.question
    shown = next(strategy for strategy in question.strategies if strategy.name == question.shown)
    return resolve(bench.scenario, shown).levers


def test_limits_are_those_of_the_schema():
    """What a control allows, a strategy file allows, and no more."""
    teams, booths = LEVERS["field.teams"], LEVERS["events.booths"]
    assert (teams.least, teams.most, teams.whole) == (0, 100_000, False)
    assert (booths.least, booths.most, booths.whole) == (1, 100, True)
    assert LEVERS["field.partner"].choices == ("property_company", "residents_committee")
    assert LEVERS["field.partner"].may_rest
    assert not LEVERS["follow_up.by"].may_rest
    for lever in LEVERS.values():
        assert lever.choices or lever.key.endswith("reward_programme") or lever.lowest <= lever.usual <= lever.most


def test_levers_begin_where_the_strategy_has_them(bench):
    """A section that is left out begins at the least; a channel that is not used rests."""
    starts = {key: bench.trial.start(lever) for key, lever in LEVERS.items()}
    assert starts["calls.ai_lines"] == 20
    assert starts["messages.sms.every_days"] == 15
    assert starts["field.teams"] == starts["follow_up.staff"] == 0
    assert starts["follow_up.by"] == "call"
    assert starts["offer.reward_programme"] == "small_weekly_reward"


def test_a_moved_lever_is_in_the_strategy_that_is_tried_and_nothing_else_is(bench, move):
    """The strategy tried differs from the one begun from in that lever alone; moved back, nothing is tried."""
    assert bench.question.shown == "digital_first"
    move(calls__ai_lines=25.0)
    assert bench.question.shown == "tried"
    before = resolve(bench.scenario, bench.trial.begins_from).levers.model_dump()
    after = levers_of(bench).model_dump()
    assert after["calls"] == {**before["calls"], "ai_lines": 25}
    assert {key: value for key, value in after.items() if key != "calls"} == {
        key: value for key, value in before.items() if key != "calls"
    }
    move(calls__ai_lines=20.0)
    assert bench.question.shown == "digital_first"
    assert bench.trial.changes == {}


def test_channels_and_sections_can_be_taken_up_and_left(bench, move):
    """A message channel is switched off and another is stepped up; follow-up begins with its first member of staff."""
    move(messages__sms__every_days=None, messages__wecom__every_days=3.0, follow_up__staff=4.0)
    levers = levers_of(bench)
    assert "sms" not in levers.messages
    assert levers.messages["wecom"].every_days == 3
    assert levers.messages["wecom"].first_day == 3
    assert levers.follow_up.staff == 4


def test_what_a_programme_gives_is_a_lever_of_the_strategy(bench, move):
    """The face of the weekly coupon is another for the strategy that is tried; the programme's file stays as it is."""
    (face,) = rules_of(bench.trial.programme)
    assert bench.trial.start(face) == 3
    bench.move(face, 6.0)
    programme = offered_programme(levers_of(bench))
    assert set(programme.parts["weekly"].grant.face_cny.values()) == {6}
    assert set(
        offered_programme(Levers.model_validate({"offer": {"reward_programme": "small_weekly_reward"}}))
        .parts["weekly"]
        .grant.face_cny.values()
    ) == {3}
    move(offer__reward_programme="huaxia_luckin")
    assert "reward_rules" not in str(bench.trial.changes)
    assert levers_of(bench).offer.reward_rules == {}
    move(offer__reward_programme=None)
    assert rules_of(bench.trial.programme) == ()
    assert levers_of(bench).offer.reward_programme is None


def test_what_is_impossible_is_refused_in_words_and_changes_nothing(bench, move):
    """Nobody is moved to a programme that rewards coming to events which are not held."""
    move(calls__ai_lines=25.0)
    before = bench.trial
    with pytest.raises(ParameterError, match=r"none is held; set levers\.events\.per_branch_month"):
        move(offer__reward_programme="event_gift")
    assert bench.trial is before
    move(events__per_branch_month=1.0, offer__reward_programme="event_gift")
    assert bench.question.shown == "tried"
    with pytest.raises(ParameterError, match="less than or equal to 100000"):
        move(field__teams=1e9)


def test_every_strategy_keeps_its_place_and_what_is_pinned_takes_that_of_what_was_tried(bench, move):
    """Places are colours: doing nothing, the strategy begun from, the others, pinned ones, and what is tried at the end."""
    move(calls__ai_lines=25.0)
    assert [strategy.name for strategy in bench.question.strategies] == [
        "do_nothing",
        "digital_first",
        "small_weekly_reward",
        "tried",
    ]
    bench.pin()
    assert [strategy.name for strategy in bench.question.strategies][3:] == ["pinned_1"]
    assert bench.question.shown == "pinned_1"
    move(calls__ai_lines=30.0)
    assert [strategy.name for strategy in bench.question.strategies][3:] == ["pinned_1", "tried"]
    bench.unpin(bench.pins[0])
    bench.pin()
    assert [pin.strategy.name for pin in bench.pins] == ["pinned_2"]


def test_a_pin_says_what_differs_until_it_is_renamed(bench, move):
    """In both languages; a name of any kind is taken as text, one without end is refused."""
    move(calls__ai_lines=25.0, offer__welcome_gift_cny=20.0)
    pin = bench.pin()
    assert pin.title.en == "Pinned 1: Machine lines 25; Gift with the first payment 20"
    assert pin.title.zh == "固定1：AI外呼线路25；首笔支付礼品20"
    bench.rename(pin, "<script>alert(1)</script>")
    assert bench.pins[0].title.zh == "<script>alert(1)</script>"
    for hostile in ("", "   ", "x" * 300):
        with pytest.raises(ParameterError, match="allowed: 1 to 200"):
            bench.rename(bench.pins[0], hostile)


def test_another_strategy_begins_anew_and_another_scenario_keeps_what_was_moved(bench, move):
    """Levers of one strategy are not carried into another."""
    move(calls__ai_lines=25.0)
    bench.choose_scenario("city_bank")
    assert bench.trial.changes == {"levers.calls.ai_lines": 25}
    bench.choose_strategy("community_events")
    assert bench.trial.changes == {}
    assert [strategy.name for strategy in bench.question.strategies] == [
        "do_nothing",
        "community_events",
        "small_weekly_reward",
    ]
    bench.choose_others([])
    bench.choose_strategy("do_nothing")
    assert [strategy.name for strategy in bench.question.strategies] == ["do_nothing"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_lever_and_choice_has_words(bench, language):
    """Titles, units and choices, those of a programme's rules included."""
    narrator = speaker(language)
    programmes = (
        "huaxia_luckin",
        "event_gift",
        "member_referral",
        "merchant_discount",
        "wallet_discount",
        "theme_day",
        "threshold_cashback",
    )
    levers = [(lever, None) for lever in LEVERS.values()]
    levers += [(lever, programme) for programme in programmes for lever in rules_of(programme)]
    for lever, programme in levers:
        assert lever_title(lever, programme, narrator)
        assert lever.choices or lever.key.endswith("programme") or lever_unit(lever, narrator)
        assert all(value_text(lever, choice, narrator) for choice in lever.choices)
    assert {section for section in offered_levers() if narrator.text(f"workbench.section.{section}")}
    assert differences(bench.trial, narrator) == []


def test_both_languages_say_the_same_things():
    """No text of the workbench is missing in either."""
    keys = [{key for key in catalogue(language) if key.startswith("workbench.")} for language in LANGUAGES]
    assert keys[0] == keys[1]

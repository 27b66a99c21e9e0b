"""A reward programme is a file: its readings, and every mistake in it named with its place and what would be right."""

import datetime
import itertools

import pytest

from simkit.params import ParameterError, find_parameters
from simkit.rewards import Programme, load_programme, readings_of
from simkit.rewards.readings import AS_IT_STANDS, default_reading
from simkit.rewards.triggers import Window

COFFEE = find_parameters("rewards", "huaxia_luckin").read_text(encoding="utf-8")
PAYMENT = "{kind: payment, min_amount_cny: 10}"
COUPON = "{kind: coupons, quantity: 1, face_cny: 5}"


def line_of(text, start):
    """Return the number of the first line that begins with `start`."""
    return next(number for number, line in enumerate(text.splitlines(), start=1) if line.strip().startswith(start))


def small(trigger=PAYMENT, grant=COUPON, part="", more=""):
    """Return a programme of one part named `gift`; lines 1 to 4 are its head."""
    head = "name: small\ntitle: {en: Small, zh: 小}\nparts:\n  gift:\n    title: {en: A gift, zh: 礼}\n"
    return f"{head}    trigger: {trigger}\n    grant: {grant}\n{part}{more}"


@pytest.fixture
def load(tmp_path):
    """Return a function that writes a programme and loads it in a reading."""

    def loaded(text, reading=None):
        path = tmp_path / "small.yaml"
        path.write_text(text, encoding="utf-8")
        return load_programme(path, reading)

    return loaded


@pytest.fixture
def mistake(load):
    """Return a function that loads a wrong programme and gives the only finding."""

    def found(text, reading=None):
        with pytest.raises(ParameterError) as stop:
            load(text, reading)
        (finding,) = stop.value.findings
        return finding

    return found


# Readings


def test_a_reading_is_a_diff_on_the_rules():
    """The welcome gift of the coffee programme in its three readings; everything else is the same."""
    quantities = {"tiered": (6, 12), "as_written": (6, 0), "headline": (12, 12)}
    for name, (gold, platinum) in quantities.items():
        programme = load_programme("huaxia_luckin", name)
        assert programme.parts["welcome"].grant.quantity == {"gold": gold, "platinum": platinum}
        assert programme.parts["weekly"] == load_programme("huaxia_luckin").parts["weekly"]
    assert list(readings_of(find_parameters("rewards", "huaxia_luckin"))) == list(quantities)


def test_the_reading_that_the_file_names_holds_when_none_is_asked_for():
    """And the only one, where there are no variants."""
    assert load_programme("huaxia_luckin") == load_programme("huaxia_luckin", "tiered")
    assert default_reading(readings_of(find_parameters("rewards", "huaxia_luckin"))) == "tiered"
    assert list(readings_of(find_parameters("rewards", "small_weekly_reward"))) == [AS_IT_STANDS]


def test_without_a_named_reading_the_first_variant_holds(load):
    """Whoever writes variants and no reading means the first."""
    text = small(more="variants:\n  five: {}\n  six: {parts: {gift: {grant: {face_cny: 6}}}}\n")
    assert load(text).parts["gift"].grant.face_cny == {"every": 5}
    assert load(text, "six").parts["gift"].grant.face_cny == {"every": 6}


def test_a_variant_can_add_a_part_and_replaces_lists_whole(load):
    """Sections are merged, lists are not."""
    extra = f"{{title: {{en: More, zh: 多}}, trigger: {PAYMENT}, grant: {COUPON}}}"
    text = small(part="    caps: [{max: 2, per: day}, {max: 5, per: week}]\n")
    text += f"variants:\n  more: {{parts: {{more: {extra}, gift: {{caps: [{{max: 9, per: year}}]}}}}}}\n"
    programme = load(text)
    assert list(programme.parts) == ["gift", "more"]
    assert [(cap.max, cap.per) for cap in programme.parts["gift"].caps] == [(9, "year")]


def test_a_mistake_in_a_variant_is_shown_in_the_variant(mistake):
    """With the variant's name, its line and the nearest key."""
    finding = mistake(small(more="variants:\n  dear:\n    parts:\n      gift: {grant: {face: 9}}\n"))
    assert (finding.line, finding.key) == (11, "variants.dear.parts.gift.grant.face")
    assert "did you mean 'face_cny'?" in finding.problem


def test_a_reading_that_does_not_exist_is_met_with_the_nearest(mistake):
    """In the file and in the question."""
    with pytest.raises(ParameterError, match="did you mean 'as_written'"):
        load_programme("huaxia_luckin", "as_writen")
    finding = mistake(small(more="reading: cheep\nvariants: {cheap: {}}\n"))
    assert (finding.line, finding.key) == (8, "reading")
    assert finding.problem == "there is no variant 'cheep'; allowed: cheap; did you mean 'cheap'?"


def test_an_unknown_programme_is_refused_with_the_nearest_name():
    """A planner who mistypes a name learns the right one."""
    with pytest.raises(ParameterError, match="did you mean 'small_weekly_reward'"):
        load_programme("smal_weekly_reward")


# Values


def test_one_value_stands_for_every_tier_and_a_tier_that_is_left_out_gets_nothing():
    """Quantity 1 for all, a face for each tier."""
    weekly = load_programme("huaxia_luckin").parts["weekly"].grant
    assert (weekly.quantity, weekly.face_cny) == ({"every": 1}, {"gold": 26, "platinum": 29})


@pytest.mark.parametrize(("day_count", "last"), [("elapsed", "2024-04-30"), ("ordinal", "2024-04-29")])
def test_a_window_of_sixty_days_ends_by_how_days_are_counted(day_count, last):
    """From 1 March: day 0 and 60 more, or day 1 to day 60."""
    span = Window(days=60, day_count=day_count).span
    assert str(datetime.date(2024, 3, 1) + datetime.timedelta(days=span)) == last


def test_icons_of_all_maps_add_up_to_303():
    """Counted anew for each map, the coffee programme's stages need three times as many."""
    stages = load_programme("huaxia_luckin").stages
    assert stages.thresholds == [20, 35, 60, 88, 100]
    assert stages.model_copy(update={"counting": "per_map"}).thresholds == [20, 55, 115, 203, 303]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("points: 1000}", "points: null}", "parts.exchange.trigger.points"),
        ("{days: 60, day_count", "{days: null, day_count", "parts.welcome.trigger.within_of_approval.days"),
        ("claim: {days: 30,", "claim: {days: null,", "parts.welcome.claim.days"),
        ("claim: {days: 7,", "claim: {days: null,", "parts.weekly.claim.days"),
        ("validity: {days: 30,", "validity: {days: null,", "parts.welcome.validity.days"),
        ("{gold: 26, platinum: 29}", "{gold: 26, platinum: null}", "parts.welcome.grant.face_cny.platinum"),
    ],
)
def test_a_value_that_nobody_has_decided_may_stand_in_a_file_but_cannot_be_played(tmp_path, old, new, key):
    """The linter reads such a file; whoever wants to play it is told the key and the line."""
    path = tmp_path / "huaxia_luckin.yaml"
    path.write_text(COFFEE.replace(old, new, 1), encoding="utf-8")
    assert [list(programme.empty()) for programme in readings_of(path).values()] == [[key]] * 3
    with pytest.raises(ParameterError) as stop:
        load_programme(path)
    (finding,) = stop.value.findings
    assert (finding.key, finding.problem) == (key, "is empty; the rules need a value")
    assert "null" in path.read_text(encoding="utf-8").splitlines()[finding.line - 1]


# Mistakes

MISTAKES = {
    "a kind of trigger that there is not": (
        small(trigger="{kind: payments, min_amount_cny: 10}"), 6, "parts.gift.trigger.kind",
        "is 'payments', which is unknown; allowed: attendance, exchange, payment, payments_in_period, referral, spending_in_period; did",
    ),
    "a trigger without a kind": (
        small(trigger="{min_amount_cny: 10}"), 6, "parts.gift.trigger.kind", "is missing; it is required; allowed: attendance, ",
    ),
    "a key of another kind of trigger": (
        small(trigger="{kind: payment, payments: 3}"), 6, "parts.gift.trigger.payments", "unknown key; allowed: days_of_month, kind, ",
    ),
    "a misspelt key": (
        small(trigger="{kind: payment, min_amount: 10}"), 6, "parts.gift.trigger.min_amount", "did you mean 'min_amount_cny'?",
    ),
    "a missing number": (
        small(trigger="{kind: payments_in_period, period: natural_week}"), 6, "parts.gift.trigger.payments", "is missing; it is required",
    ),
    "a day that there is not": (
        small(trigger="{kind: payment, weekdays: [fryday]}"), 6, "parts.gift.trigger.weekdays.0", "did you mean 'friday'?",
    ),
    "a fraction of a fen": (
        small(trigger="{kind: payment, min_amount_cny: 9.999}"), 6, "parts.gift.trigger.min_amount_cny", "is no whole number of fen",
    ),
    "a kind of grant that there is not": (
        small(grant="{kind: coupon, quantity: 1, face_cny: 5}"), 7, "parts.gift.grant.kind", "did you mean 'coupons'?",
    ),
    "a text for a face": (
        small(grant="{kind: coupons, quantity: 1, face_cny: five}"), 7, "parts.gift.grant.face_cny", "is 'five'; a number is needed here",
    ),
    "a face of one tier too many": (
        small(grant="{kind: coupons, quantity: 1, face_cny: {gold: 5, standard: 3}}"), 7, "parts.gift.grant.face_cny",
        "unknown tier 'gold'; allowed: standard",
    ),
    "a tier without a face": (
        small(grant="{kind: coupons, quantity: {gold: 1, black: 2}, face_cny: {gold: 5}}", more="tiers: [gold, black]\n"), 7,
        "parts.gift.grant.face_cny", "no face for the tier 'black', which gets 2 coupons",
    ),
    "a discount that is two things": (
        small(grant="{kind: discount, rate: 0.1, off_cny: 5}"), 7, "parts.gift.grant", "exactly one of rate, off_cny and pays_only_cny",
    ),
    "a claim of what is given at once": (
        small(grant="{kind: cashback, rate: 0.1}", part="    claim: {days: 3}\n"), 8, "parts.gift.claim", "only coupons that payments earn",
    ),
    "a validity of what is used at once": (
        small(grant="{kind: money, amount_cny: 5}", part="    validity: {days: 3}\n"), 8, "parts.gift.validity", "a money is used at once",
    ),
    "cash back for coming": (
        small(trigger="{kind: attendance}", grant="{kind: cashback, rate: 0.1}"), 7, "parts.gift.grant", "needs a payment to be a share of",
    ),
    "a discount on a month": (
        small(trigger="{kind: spending_in_period, threshold_cny: 9, period: calendar_month}", grant="{kind: discount, off_cny: 1}"), 7,
        "parts.gift.grant", "use cashback for what is spent in a period",
    ),
    "a cap on redemptions of what is used at once": (
        small(grant="{kind: money, amount_cny: 5}", part="    caps: [{max: 1, per: day, counted_on: redemptions}]\n"), 8,
        "parts.gift.caps", "is counted on claims",
    ),
    "a cap of an unknown period": (
        small(part="    caps: [{max: 1, per: weak}]\n"), 8, "parts.gift.caps.0.per", "programme, week, year; did you mean",
    ),
    "an exchange without points": (
        small(trigger="{kind: exchange, points: 10}"), 6, "parts.gift.trigger", "an exchange needs the section points",
    ),
    "a map lit by nothing": (
        small(more="stages:\n  title: {en: Map, zh: 图}\n  lit_by: [gifts]\n  stages: [{at: 1, prize: a}]\n"), 10, "stages.lit_by",
        "there is no part 'gifts'; allowed: gift; did you mean 'gift'?",
    ),
    "stages that do not rise": (
        small(more="stages:\n  title: {en: Map, zh: 图}\n  lit_by: [gift]\n  stages: [{at: 2, prize: a}, {at: 2, prize: b}]\n"), 11,
        "stages.stages", "with cumulative counting each stage needs more icons than the one before",
    ),
    "an end before the beginning": (
        small(more="starts_on: 2026-03-02\nends_on: 2026-03-01\n"), 9, "ends_on", "2026-03-01 is before starts_on 2026-03-02",
    ),
    "a validity that ends with a programme that does not": (
        small(part="    validity: {days: 3, ends_with_programme: true}\n"), 8, "parts.gift.validity.ends_with_programme",
        "the programme has no ends_on",
    ),
    "a part that stands in no rule of its own": (
        small(more="stacking: [{parts: [gift, gift], policy: best}]\n"), 8, "stacking", "the part 'gift' stands in two rules",
    ),
    "throttling without an end": (
        small(more="budget: {total_cny: 100, when_spent: throttle}\n"), 8, "budget.when_spent", "needs total_cny and the",
    ),
    "a leaderboard of what nobody is credited for": (
        small(more="leaderboards: {stars: {counts: gift, prizes_cny: [5]}}\n"), 8, "leaderboards.stars.counts", "does not reward referrers",
    ),
    "prizes that rise": (
        small(
            trigger="{kind: referral, to: referrer, codes: staff, attribution: first_code, within: {days: 9}}",
            grant="{kind: money, amount_cny: 5}", more="leaderboards: {stars: {counts: gift, prizes_cny: [5, 6]}}\n",
        ), 8, "leaderboards.stars", "prizes_cny must not rise",
    ),
    "a part with a capital letter": (
        small().replace("  gift:", "  Gift:"), 4, "parts.Gift", "a name has small letters, digits and underscores",
    ),
    "a programme without parts": ("name: small\ntitle: {en: Small, zh: 小}\nparts: {}\n", 3, "parts", "at least 1 item"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line", "key", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_with_its_line_its_key_and_what_is_right(mistake, text, line, key, said):
    """One finding, at the place where a planner has to mend it."""
    finding = mistake(text)
    assert (finding.key, finding.line) == (key, line)
    assert said in finding.problem


def test_the_programme_that_the_mistakes_are_made_in_is_right(load):
    """Without a mistake it loads."""
    assert isinstance(load(small()), Programme)


def test_several_mistakes_are_told_at_once(load):
    """A file is mended in one go."""
    with pytest.raises(ParameterError) as stop:
        load(small(trigger="{kind: payment, min_amount: 10}", grant="{kind: coupon}").replace("zh: 小", "zn: 小"))
    keys = {finding.key for finding in stop.value.findings}
    assert keys == {"title.zh", "title.zn", "parts.gift.trigger.min_amount", "parts.gift.grant.kind"}


def test_every_pair_of_triggers_and_grants_that_makes_sense_is_accepted(load):
    """A share of what is paid needs a payment; all else goes with all."""
    triggers = {
        "payment": PAYMENT,
        "payments": "{kind: payments_in_period, payments: 3, period: calendar_month}",
        "spending": "{kind: spending_in_period, threshold_cny: 100, period: natural_week}",
        "exchange": "{kind: exchange, points: 10}",
        "attendance": "{kind: attendance}",
        "referral": "{kind: referral, to: referee, codes: members, attribution: first_code, within: {days: 9}}",
    }
    grants = {
        "coupons": COUPON,
        "gift": "{kind: gift, item: {en: Eggs, zh: 鸡蛋}, value_cny: 9}",
        "money": "{kind: money, amount_cny: 9}",
        "cashback": "{kind: cashback, rate: 0.1}",
        "discount": "{kind: discount, rate: 0.1}",
    }
    refused = set()
    for trigger, grant in itertools.product(triggers, grants):
        try:
            load(small(triggers[trigger], grants[grant], more="points: {}\n"))
        except ParameterError:
            refused.add((trigger, grant))
    shares_without_payment = itertools.product(
        ["payments", "exchange", "attendance", "referral"], ["cashback", "discount"]
    )
    assert refused == {*shares_without_payment, ("spending", "discount")}

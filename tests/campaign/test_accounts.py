"""The accounts close: what one table says, every other table says too."""

import datetime

import numpy as np
import pandas as pd
import pytest

from simkit.campaign.ledger_tables import COUPON_COUNTS
from simkit.campaign.run import run_campaign
from simkit.campaign.wallet.wallets import ACTIVE_DAYS, LASTING_DAYS
from simkit.metrics.measuring import run_metrics
from simkit.params import load_strategy, resolve
from simkit.rewards import load_programme
from tests.campaign.banks import OPENED, SHIPPED, WITH_A_PERSON, changed, doing, frame

BOOKS = ("crowded", *SHIPPED)


@pytest.fixture(scope="module", params=BOOKS)
def books(request, city_bank, crowded_bank, crowding, crowded_run, shipped_run):
    """Return (scenario, levers, run) of each shipped strategy, and of the crowded bank."""
    if request.param == "crowded":
        return crowded_bank, resolve(crowded_bank, crowding).levers, crowded_run
    scenario = city_bank.model_copy(update={"scale": 0.02})
    return scenario, resolve(scenario, load_strategy(request.param)).levers, shipped_run(request.param)


def by_day_and_segment(rows, days, names, weights=None):
    """Sum rows with a day and a segment over the whole grid, in the order of the daily table."""
    summed = (
        rows.groupby(["day", "segment"], observed=True)[weights].sum()
        if weights
        else rows.groupby(["day", "segment"]).size()
    )
    grid = pd.MultiIndex.from_product([range(days), names], names=["day", "segment"])
    return summed.reindex(grid, fill_value=0).to_numpy()


def grid_of(books):
    """Return (days, segment names, daily table) of a run."""
    scenario, _, run = books
    return scenario.calendar.horizon_days, scenario.segment_names, frame(run, "daily")


def test_daily_has_a_row_for_every_day_and_segment(books):
    """Days count from 0, dates from the first one, and segments keep their order."""
    days, names, daily = grid_of(books)
    assert (daily["day"] == np.repeat(np.arange(days), len(names))).all()
    assert (daily["segment"] == np.tile(names, days)).all()
    start = books[0].calendar.start
    assert (daily["date"] == [start + datetime.timedelta(days=int(day)) for day in daily["day"]]).all()


def test_contacts_are_the_sum_of_their_outcomes_and_the_rows_of_the_full_ledger(books):
    """Every contact ends in one way, counts once a day and segment, and has a row of its own."""
    _, _, run = books
    days, names, daily = grid_of(books)
    outcomes, contacts = frame(run, "outcomes"), frame(run, "contacts")
    assert (by_day_and_segment(outcomes, days, names, "contacts") == daily["contacts"]).all()
    counted = contacts.groupby(["day", "channel", "outcome"]).size()
    summed = outcomes.groupby(["day", "channel", "outcome"])["contacts"].sum()
    assert (outcomes["contacts"] > 0).all()
    assert counted.sort_index().equals(summed.sort_index().astype(counted.dtype))


def test_every_wallet_is_opened_once_and_by_the_channel_that_says_so(books):
    """Openings of the day, of the contacts and of the conversions are the same wallets; the rest are organic."""
    _, _, run = books
    days, names, daily = grid_of(books)
    wallets, contacts = frame(run, "conversions"), frame(run, "contacts")
    assert wallets["customer_id"].is_unique
    opened = wallets.rename(columns={"opened_day": "day"})
    assert (by_day_and_segment(opened, days, names) == daily["opened"]).all()
    by_contact = contacts[contacts["outcome"].isin(OPENED)]
    assert by_contact["customer_id"].is_unique
    reached = opened[opened["channel"] != "organic"]
    key = ["customer_id", "day", "channel"]
    left, right = (rows[key].sort_values(key).reset_index(drop=True) for rows in (by_contact, reached))
    pd.testing.assert_frame_equal(left, right, check_dtype=False)


def test_activations_and_help_are_those_of_the_conversions(books):
    """A first payment is counted on its day, not before the opening; payments on the spot were helped with."""
    _, _, run = books
    days, names, daily = grid_of(books)
    wallets, contacts = frame(run, "conversions"), frame(run, "contacts")
    paid = wallets[wallets["activated_day"] >= 0]
    assert (by_day_and_segment(paid.rename(columns={"activated_day": "day"}), days, names) == daily["activated"]).all()
    assert (paid["activated_day"] >= paid["opened_day"]).all()
    assert (paid["activated_day"] <= paid["opened_day"] + 14).all()
    assert set(wallets.loc[wallets["assisted"], "channel"]) <= set(WITH_A_PERSON)
    on_the_spot = contacts.loc[contacts["outcome"] == "opened_and_paid", "customer_id"]
    at_once = paid[(paid["activated_day"] == paid["opened_day"]) & paid["assisted"]]
    assert set(on_the_spot) == set(at_once["customer_id"])


def test_daily_payments_are_those_of_the_customers(books):
    """Payments of a day and segment, and of wallets opened since day 0, are the sums of the customers' rows."""
    _, _, run = books
    days, _, daily = grid_of(books)
    rows, wallets = frame(run, "payments"), frame(run, "conversions")
    assert (rows["payments"] > 0).all()
    assert not rows.duplicated(["day", "customer_id"]).any()
    total = daily.groupby("day")[["payments", "campaign_payments"]].sum()
    assert (rows.groupby("day")["payments"].sum().reindex(range(days), fill_value=0) == total["payments"]).all()
    new = rows.merge(wallets[["customer_id", "segment", "opened_day", "activated_day"]], on="customer_id")
    assert (new["day"] >= new["activated_day"]).all()
    assert (new.groupby("day")["payments"].sum().reindex(range(days), fill_value=0) == total["campaign_payments"]).all()
    first = new.groupby("customer_id")["day"].min()
    assert (first == wallets.set_index("customer_id")["activated_day"][first.index]).all()
    assert set(first.index) == set(wallets.loc[wallets["activated_day"] >= 0, "customer_id"])


def test_active_users_are_those_with_a_payment_in_the_last_30_days(books):
    """Counted anew from the payments, the active users of every day are those of the daily table."""
    _, _, run = books
    days, _, daily = grid_of(books)
    assert (daily["campaign_active"] <= daily["active"]).all()
    rows, wallets = frame(run, "payments"), frame(run, "conversions")
    new = rows[rows["customer_id"].isin(wallets["customer_id"])]
    level = daily.groupby("day")[["active", "campaign_active"]].sum()
    for day in range(ACTIVE_DAYS, days, 7):
        for column, payments in (("active", rows), ("campaign_active", new)):
            recent = payments["day"].between(day - ACTIVE_DAYS + 1, day)
            assert payments.loc[recent, "customer_id"].nunique() == level.loc[day, column]


def test_who_lasts_agrees_with_the_payments(books):
    """A lasting user paid within the 30 days up to the 90th day after opening; where the horizon ends first nothing is said."""
    scenario, _, run = books
    wallets, payments = frame(run, "conversions"), frame(run, "payments")
    settles = wallets["opened_day"] + LASTING_DAYS
    known = settles < scenario.calendar.horizon_days
    assert (wallets["lasting"].notna() == known).all()
    paid = payments.merge(wallets.assign(settles=settles)[["customer_id", "settles"]], on="customer_id")
    recently = paid[paid["day"].between(paid["settles"] - ACTIVE_DAYS + 1, paid["settles"])]
    expected = wallets["customer_id"].isin(recently["customer_id"])
    assert (wallets.loc[known, "lasting"].astype(bool) == expected[known]).all()


def test_costs_are_quantities_at_unit_costs_and_sum_to_the_kpi(books):
    """Every yuan is a quantity times a price of the scenario, or the sum that its mechanism tells; the report's cost is the ledger's."""
    scenario, levers, run = books
    costs = frame(run, "costs")
    kpis = run_metrics(run, scenario).to_pandas().query("segment == 'all'").set_index("kpi")["value"]
    assert kpis["cost"] == pytest.approx(costs["amount_cny"].sum())
    # Prices of rewards differ by coupon; `test_reward_accounts` counts them one by one.
    costs = costs[costs["item"] != "reward"]
    prices, sums = unit_prices(scenario, levers), sums_told(scenario, levers, run)
    assert not set(prices) & set(sums)
    for key, rows in costs.groupby(["item", "channel"]):
        if key in prices:
            np.testing.assert_allclose(rows["amount_cny"], rows["quantity"] * prices[key], rtol=1e-9)
        else:
            assert rows["amount_cny"].sum() == pytest.approx(sums[key]), key


def unit_prices(scenario, levers):
    """Return the price of a unit by cost item and channel, where all units cost the same."""
    costs = scenario.costs
    staff = ("visit", "community_event", "workplace_visit", "follow_up", "branch")
    price = {("staff", channel): costs.staff_day.value for channel in staff}
    price |= {("staff", seat): costs.seat_day.value for seat in ("human_call", "inbound_call", "support_desk")}
    price["staff", "relationship_manager"] = scenario.tiers.manager_day.value
    price["training", "visit"] = costs.staff_day.value + scenario.training.trainer_cost.value
    price["event", "workplace_visit"] = scenario.workplaces.cost_per_visit.value
    price["call", "ai_call"] = costs.ai_dial.value
    price["message", "appointment"] = scenario.conduct.reminder_cost.value
    price["message", "visit"] = scenario.conduct.notice_cost.value
    price["message", "staff_code"] = scenario.messages["sms"].unit_cost.value
    price["tool", "human_call"] = scenario.handoffs.tool_cost.value
    price["education", "wechat_account"] = scenario.education.article_cost.value
    price["support", "support_desk"] = scenario.support_desk.chatbot_request.value
    price["care", "support_desk"] = scenario.alerts.apology.value
    price["care", "app_push"] = scenario.share_of_wallet.auto_save_cost.value
    overtime = costs.seat_day.value * scenario.alerts.overtime_ratio.value
    price |= dict.fromkeys((("recovery", "support_desk"), ("recovery", "inbound_call")), overtime)
    if levers.field.partner:
        price["partner", "appointment"] = scenario.field.partners[levers.field.partner].cost_per_community.value
    if not levers.theme_events:
        price["event", "community_event"] = costs.event.value
    if levers.activation_help:
        price["gift", "branch"] = levers.activation_help.gift_in_kind_cny
    if levers.co_brand:
        here = 1 - scenario.co_brand.redeemed_at_partner.value
        price["gift", "co_brand"] = here * levers.co_brand.settlement_cny_per_point
    if levers.fraud:
        ratio = scenario.fraud.strong_checks_cost_ratio.value if levers.fraud.checks == "strong" else 1
        price["fraud", "organic"] = scenario.fraud.loss.value * scenario.fraud.bank_share.value
        price["compliance", "organic"] = scenario.fraud.compliance_per_1000_payments.value * ratio
    return price


def sums_told(scenario, levers, run):
    """Return what has been paid in all by cost item and channel, where prices differ: what tallies, figures and other tables tell."""
    tally = frame(run, "tallies").groupby("tally")["amount"].sum()
    figure = frame(run, "figures").set_index("figure")["amount"]
    costs = frame(run, "costs").groupby(["item", "channel"])[["quantity", "amount_cny"]].sum()
    quantity = costs["quantity"]
    paid = dict.fromkeys((("lead", "human_call"), ("lead", "appointment")), tally.get("lead_cost", 0))
    paid["care", "wecom"] = tally.get("care_cost", 0) + tally.get("matched_offers_cost", 0)
    paid["commission", "partner_embed"] = tally.get("partner_commission", 0)
    paid["commission", "member_referral"] = tally.get("referral_cost", 0)
    paid["commission", "staff_code"] = figure.get("code_commission", 0)
    paid["partner", "co_brand"] = tally.get("partner_settlement", 0)
    gifts = quantity.get(("gift", "organic"), 0)
    paid["gift", "organic"] = gifts * levers.offer.welcome_gift_cny + figure.get("offer_cost", 0)
    if levers.theme_events:
        # Each event is a lesson or has a theme, whose cost is told with the staff at its booths.
        kinds = ("lesson", *set(levers.theme_events.cycle))
        staff = costs["amount_cny"].get(("staff", "community_event"), 0)
        paid["event", "community_event"] = sum(figure.get(f"{kind}_cost", 0) for kind in kinds) - staff
    personal = scenario.relevance.personal_cost.value
    for channel, sent in messages_sent(scenario, run).items():
        further = quantity.get(("message", channel), 0) - sent
        paid["message", channel] = sent * scenario.messages[channel].unit_cost.value + further * personal
    if levers.merchants:
        facts, thousands = scenario.merchants, frame(run, "population")["customers"].sum() / 1000
        known = tally.get("merchant_discount_cost", 0) + tally.get("theme_day_cost", 0)
        known += thousands * levers.merchants.per_1000_customers * facts.merchant_cost.value
        known += thousands * levers.merchants.transport * facts.transport_cost_per_1000.value
        # How many communities' property companies are connected is luck, but it is a whole number of them.
        rest = costs["amount_cny"]["merchant", "organic"] - known
        connected = round(rest / facts.property_cost.value) * (levers.merchants.property_share > 0)
        paid["merchant", "organic"] = known + connected * facts.property_cost.value
    return paid


def messages_sent(scenario, run):
    """Return by channel how many messages are paid for as such: articles that inform and thanks have prices of their own."""
    tally = frame(run, "tallies").groupby("tally")["amount"].sum()
    quantity = frame(run, "costs").groupby(["item", "channel"])["quantity"].sum()
    done = frame(run, "outcomes").groupby("channel")["contacts"].sum()
    others = {"wechat_account": quantity.get(("education", "wechat_account"), 0), "wecom": tally.get("care_touches", 0)}
    return {channel: done.get(channel, 0) - others.get(channel, 0) for channel in scenario.messages}


def test_what_is_paid_for_is_what_was_done(books):
    """Messages, machine calls, care, gifts and redeemed coupons are paid for as often as the other tables count them."""
    scenario, levers, run = books
    quantity = frame(run, "costs").groupby(["item", "channel"])["quantity"].sum()
    outcomes = frame(run, "outcomes").groupby(["channel", "outcome"])["contacts"].sum()
    tally = frame(run, "tallies").groupby("tally")["amount"].sum()
    assert quantity.get(("call", "ai_call"), 0) == outcomes.get("ai_call", pd.Series(dtype=int)).sum()
    for channel, sent in messages_sent(scenario, run).items():
        further = quantity.get(("message", channel), 0) - sent
        # A personal message is written, and paid for, besides being sent.
        assert 0 <= further <= sent * (levers.relevance is not None and levers.relevance.personalisation != "standard")
    coupons = frame(run, "coupons").groupby("day").sum(numeric_only=True)
    bought = coupons.loc[coupons["cost_cny"] != 0, "redeemed"].sum()
    assert quantity.get(("reward", "organic"), 0) == bought == coupons["redeemed"].sum()
    for key, told in (
        (("support", "support_desk"), "support_requests"),
        (("care", "support_desk"), "apologies"),
        (("care", "app_push"), "auto_save_plans"),
        (("commission", "partner_embed"), "partner_wallets"),
    ):
        assert quantity.get(key, 0) == tally.get(told, 0)
    if ("gift", "organic") in quantity.index:
        wallets = frame(run, "conversions")
        entitled = (wallets["activated_day"] >= 0) & (wallets["opened_day"] < scenario.calendar.campaign_days)
        assert quantity["gift", "organic"] == entitled.sum()


def test_staff_are_paid_for_every_day_they_work(books):
    """Paid minutes are servers times shift; staff days and seat days follow from the same servers."""
    scenario, levers, run = books
    service, costs = frame(run, "service"), frame(run, "costs").groupby(["item", "channel"])["quantity"].sum()
    shifts = {"field_team": levers.field.hours, "human_seat": levers.calls.hours, "inbound_seat": levers.calls.hours}
    staff = {
        "field_team": ("visit", levers.field.staff_per_team),
        "human_seat": ("human_call", 1),
        "inbound_seat": ("inbound_call", 1),
        "event_booth": ("community_event", levers.events.staff_per_booth * scenario.events.hours.value / 8),
    }
    for resource, rows in service.groupby("resource"):
        if resource in shifts:
            minutes = sum(ends - starts for starts, ends in shifts[resource].stretches) * 60
            np.testing.assert_allclose(rows["paid_minutes"], rows["servers"] * minutes, rtol=1e-6)
        if resource in staff:
            channel, each = staff[resource]
            np.testing.assert_allclose(costs["staff", channel], (rows["servers"] * each).sum(), rtol=1e-6)
    assert not service.duplicated(["day", "resource"]).any()


def test_calls_and_events_are_as_long_in_the_contacts_as_in_the_service_table(books):
    """Busy minutes, customers served and those who gave up agree for every seat, line and booth, day by day."""
    _, _, run = books
    service, contacts = frame(run, "service"), frame(run, "contacts")
    channels = {"human_call": "human_seat", "ai_call": "ai_line", "inbound_call": "inbound_seat"}
    channels |= {"community_event": "event_booth", "support_desk": "support_seat"}
    contacts = contacts[contacts["channel"].isin(channels)]
    contacts = contacts.assign(
        resource=contacts["channel"].map(channels),
        served=contacts["server"] >= 0,
        abandoned=contacts["outcome"].isin(["abandoned", "left_queue"]),
    )
    summed = contacts.groupby(["day", "resource"])[["minutes", "served", "abandoned"]].sum()
    kept = service[service["resource"].isin(channels.values())].set_index(["day", "resource"])
    summed = summed.reindex(kept.index, fill_value=0)
    np.testing.assert_allclose(kept["busy_minutes"], summed["minutes"], rtol=1e-5, atol=1e-3)
    assert (kept["served"] == summed["served"]).all()
    assert (kept["abandoned"] == summed["abandoned"]).all()


def test_teams_at_doors_are_busy_for_their_visits_and_the_way_to_the_branch(city_bank):
    """With two whole teams and no appointments, minutes worked are those of the doors and forty minutes' ride each."""
    bank = changed(city_bank, {"scale": 0.02, "calendar.campaign_days": 14, "calendar.horizon_days": 14})
    run = run_campaign(bank, doing({"field.teams": 100}), detail="full")
    busy = frame(run, "service").set_index("day")["busy_minutes"]
    knocked = frame(run, "contacts").groupby("day")["minutes"].sum()
    ride = 2 * 2 * bank.field.travel_from_branch.value
    assert len(busy) == 10
    np.testing.assert_allclose(busy, knocked + ride, rtol=1e-5)


def test_no_more_coupons_end_than_began(books):
    """Without a programme there are none; with one never more are claimed, lapsed and withdrawn than qualified, and so on."""
    scenario, levers, run = books
    coupons = frame(run, "coupons").groupby("day").sum(numeric_only=True)
    if levers.offer.reward_programme is None:
        assert not coupons.to_numpy().any()
        return
    total = coupons.drop(columns="liability_cny").cumsum()
    assert total["redeemed"].iloc[-1] > 0
    assert (total["qualified"] >= total["claimed"] + total["lapsed"] + total["withdrawn"]).all()
    assert (total["claimed"] >= total["redeemed"] + total["expired"] + total["revoked"]).all()
    exchanged = levers.offer.reward_programme == "huaxia_luckin"
    assert coupons.loc[scenario.calendar.campaign_days :, "qualified"].sum() == 0 or exchanged
    costs = frame(run, "costs").query("item == 'reward'").groupby("day")["amount_cny"].sum()
    np.testing.assert_allclose(costs.reindex(coupons.index, fill_value=0), coupons["cost_cny"], atol=1e-6)
    shares = {part.bank_share for part in load_programme(levers.offer.reward_programme).parts.values()}
    assert shares == {None}
    rounded_off = scenario.costs.coupon_share.value * coupons["redeemed_cny"] - coupons["cost_cny"]
    assert rounded_off.between(-1e-6, 0.01 * coupons["redeemed"] + 1e-6).all()


def test_coupon_events_are_the_coupons_of_the_day(books):
    """The full ledger's events sum to the daily coupons."""
    _, _, run = books
    events, coupons = frame(run, "coupon_events"), frame(run, "coupons").groupby("day").sum(numeric_only=True)
    counted = events.groupby(["event", "day"]).size()
    for event in set(events["event"]):
        assert (counted[event].reindex(coupons.index, fill_value=0) == coupons[event]).all()
    assert len(events) == coupons[list(COUPON_COUNTS)].to_numpy().sum()


def test_who_qualifies_has_paid_often_enough_in_that_natural_week(books):
    """The weekly coupon: at most one a week and twelve claims in all, each after three payments of that week."""
    scenario, levers, run = books
    if levers.offer.reward_programme != "small_weekly_reward":
        return
    events = frame(run, "coupon_events")
    qualified = events[events["event"] == "qualified"]
    assert events[events["event"] == "claimed"].groupby("customer_id").size().max() <= 12
    monday = scenario.calendar.start.weekday()
    lost = events.loc[events["event"].isin(["withdrawn", "revoked"]), "customer_id"]
    kept = qualified[~qualified["customer_id"].isin(lost)]
    assert not kept.assign(week=(kept["day"] + monday) // 7).duplicated(["customer_id", "week"]).any()
    payments = frame(run, "payments")
    days = qualified[["customer_id", "day"]].drop_duplicates()
    paid = payments.merge(days, on="customer_id", suffixes=("", "_qualified"))
    same_week = (paid["day"] + monday) // 7 == (paid["day_qualified"] + monday) // 7
    so_far = paid[same_week & (paid["day"] <= paid["day_qualified"])]
    reached = so_far.groupby(["customer_id", "day_qualified"])["payments"].sum()
    assert len(reached) == len(days)
    assert (reached >= 3).all()


def test_the_population_table_counts_customers_once(books):
    """Holders and prospects make up the customers, and nobody but prospects opens."""
    scenario, _, run = books
    people = frame(run, "population").set_index("segment")
    assert people["customers"].sum() == scenario.customers
    assert (people["wallets_at_start"] + people["prospects"] == people["customers"]).all()
    opened = frame(run, "conversions").groupby("segment").size()
    assert (opened <= people["prospects"][opened.index]).all()

"""Users recommend the wallet to friends: who recommends, who follows, what it earns, and who only refers himself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.contacts.conversion import hazard, with_odds_ratio
from simkit.campaign.influences import Floats
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.signals import Signal
from simkit.campaign.vocabulary import Channel, CostItem, Outcome, Status
from simkit.campaign.world import World
from simkit.due_dates import DueDates

Customers = NDArray[np.integer]
NOBODY = -1
_WEEKS_PER_QUARTER = 13
_DAYS_PER_WEEK = 7
_MOST_FRIENDS = 1024  # a friend's luck is numbered by the recommendation and the place among its friends
_MOST_PRESSED = 1.5  # what mechanisms add to the log hazard counts up to here, so that most users are never looked at
_WRITING_HOUR = 20.0


class MemberReferralPlay(Mechanism):
    """Recommendations of a run. Each active user has a threshold, which the cumulative hazard of recommending passes."""

    def __init__(self, world: World, outreach: Outreach) -> None:
        facts, levers = world.scenario.member_referral, world.levers.member_referral
        if facts is None or levers is None:
            raise ValueError("users recommend only where scenario and strategy say so")
        self._world, self._facts, self._levers = world, facts, levers
        self._programme = outreach.rewards
        by_segment = world.scenario.by_segment
        to_referrer, to_friend = self._programme.referral_promise()
        to_referrer, to_friend = to_referrer + levers.reward_referrer_cny, to_friend + levers.reward_friend_cny
        ratio = np.exp(by_segment(facts.recommends_per_10_cny) * to_referrer / 10)
        asked = with_odds_ratio(by_segment(facts.recommends), ratio) * world.targeted(levers.target_segments)
        self._weekly_hazard = hazard(asked) / _WEEKS_PER_QUARTER
        most_weeks = world.campaign_days / _DAYS_PER_WEEK + 1
        self._most_patience = self._weekly_hazard * most_weeks * np.exp(_MOST_PRESSED)
        self._friends = np.rint(by_segment(facts.friends)).astype(np.int64)
        self._click = by_segment(facts.click)
        self._incentive = by_segment(world.scenario.response.incentive_per_10_cny) * to_friend / 10
        self._threshold = world.streams.decision("member_referral.recommends")
        self._whom = world.streams.decision("member_referral.friends")
        self._luck = world.streams.decision("member_referral.outcome")
        self._cheats = world.streams.decision("member_referral.self_referral")
        nobody = np.empty(0, dtype=np.int64)
        self._users, self._patience, self._times = nobody, np.empty(0), nobody
        self._new: list[Customers] = []
        self._recommend_on: DueDates[np.int64] = DueDates(np.int64)
        self._referrer: dict[int, int] = {}
        self._referred = world.marks.new()
        self._log_stopping_ratio = np.log(facts.stopping_ratio.value)
        self._rewarded = world.of_few.column(np.uint8(0))
        world.opening.add_channel(Channel.MEMBER_REFERRAL, by_segment(facts.convert))
        world.opening.influences.add("referral_reward", self._offer)
        world.stopping.add("referred", self._staying)
        world.signals.listen(Signal.ACTIVATED, self._first_payment)

    def begin_day(self, day: int) -> None:
        """Take in the users of day 0, and see each week who recommends on which day."""
        if day >= self._world.campaign_days:
            return
        if day == 0:
            self._new.append(np.flatnonzero(self._world.population.active))
        if day == 0 or self._world.calendar.weekday[day] == 0:
            self._take_in()
            self._plan_week(day)

    def end_day(self, day: int) -> None:
        """Let today's users recommend."""
        due = self._recommend_on.take(day)
        if day < self._world.campaign_days and due.shape[0]:
            self._recommend(due // _MOST_FRIENDS, due % _MOST_FRIENDS, day)

    def _offer(self, customers: Customers, channel: int) -> Floats | float:
        """Return the log-odds that the friend's reward adds to an invitation's, as a gift of that size would."""
        if channel != Channel.MEMBER_REFERRAL:
            return 0.0
        return self._incentive.take(self._world.population.segment.take(customers))

    def _staying(self, users: Customers, day: int) -> Floats:  # noqa: ARG002 - the same every day
        return np.where(self._referred[users], self._log_stopping_ratio, 0.0)

    def _take_in(self) -> None:
        """Give new users who might recommend during the campaign their threshold; the others are never looked at."""
        users, self._new = np.concatenate([self._users[:0], *self._new]), []
        users = users[~self._world.record.held_out[users]]
        patience = self._threshold.exponential(users)
        may = patience < self._most_patience.take(self._world.population.segment.take(users))
        self._users = np.concatenate([self._users, users[may]])
        self._patience = np.concatenate([self._patience, patience[may]])
        self._times = np.concatenate([self._times, np.zeros(np.count_nonzero(may), dtype=np.int64)])

    def _plan_week(self, day: int) -> None:
        """Let one week's hazard pass; who reaches the threshold recommends on a day of the week that the rest of the hazard names."""
        world, days = self._world, _DAYS_PER_WEEK - int(self._world.calendar.weekday[day])
        staying = world.wallets.status[self._users] == Status.ACTIVE.value
        users, patience, times = self._users[staying], self._patience[staying], self._times[staying]
        weekly = self._weekly_hazard.take(world.population.segment.take(users)) * self._facts.again.value**times
        if world.recommending:
            weekly = weekly * np.exp(np.minimum(world.recommending.total(users, day), _MOST_PRESSED))
        passed = weekly * days / _DAYS_PER_WEEK
        due = np.flatnonzero(patience < passed)
        when = day + (patience[due] / passed[due] * days).astype(np.int64)
        self._recommend_on.spread(users[due] * _MOST_FRIENDS + times[due], when)
        patience -= passed
        times[due] += 1
        patience[due] = self._threshold.exponential(users[due], times[due])
        self._users, self._patience, self._times = users, patience, times

    def _recommend(self, users: Customers, times: NDArray[np.int64], day: int) -> None:
        """Write to friends; who has an eye on the reward alone refers himself."""
        world = self._world
        world.ledger.tally(day, "recommendations", users)
        cheats = self._cheats.uniform(users, times) < self._facts.self_referral.value
        if not self._levers.blocks_self_referral:
            world.ledger.tally(day, "self_referrals", users[cheats])
            self._reward(users[cheats], users[cheats], day)
        self._invite(*self._friends_of(users[~cheats], times[~cheats]), day)

    def _friends_of(self, users: Customers, times: NDArray[np.int64]) -> tuple[NDArray[np.integer], Customers]:
        """Return invited customers, each once, and who invites them: neighbours, or anyone."""
        population = self._world.population
        count = self._friends.take(population.segment.take(users))
        place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        users, times = np.repeat(users, count), np.repeat(times, count)
        luck = self._whom.uniforms(users, times * _MOST_FRIENDS + place, width=2)
        home = population.community_of(users)
        first, end = (-(-edge * population.size // population.communities) for edge in (home, home + 1))
        near = luck[:, 0] < self._facts.near.value
        first, end = np.where(near, first, 0), np.where(near, end, population.size)
        friends = first + (luck[:, 1] * (end - first)).astype(np.int64)
        friends, position = np.unique(friends, return_index=True)
        return friends.astype(np.int32), users[position]

    def _invite(self, friends: NDArray[np.integer], users: Customers, day: int) -> None:
        """Let friends without a wallet click, and those able to open it; who has one already was written to in vain."""
        world = self._world
        world.ledger.tally(day, "invitations", friends)
        free = world.wallets.prospects(friends) & world.record.allowed(friends) & (friends != users)
        friends, users = friends[free], users[free]
        self._programme.code_shown(friends, users, day)
        luck = self._luck.uniforms(friends, day, width=2)
        clicks = luck[:, 0] < self._click[world.population.segment[friends]]
        chance = world.opening.probability(friends, Channel.MEMBER_REFERRAL) * clicks
        chance = chance * world.population.can_pay_by_phone[friends]
        opened = luck[:, 1] < chance
        outcome = np.where(opened, Outcome.OPENED, Outcome.DELIVERED).astype(np.uint8)
        batch = ContactBatch(friends, outcome, chance, hour=_WRITING_HOUR)
        world.ledger.contacts(day, Channel.MEMBER_REFERRAL, batch)
        world.record.note(friends, self._facts.invitation_weight.value)
        world.ledger.tally(day, "invitation_clicks", friends[clicks])
        world.ledger.tally(day, "referred_wallets", friends[opened])
        self._referrer.update(zip(friends[opened].tolist(), users[opened].tolist(), strict=True))
        self._referred[friends[opened]] = True
        world.wallets.open(friends[opened], day, Channel.MEMBER_REFERRAL)

    def _first_payment(self, customers: Customers, day: int) -> None:
        """Reward both sides of a referral while the campaign runs; the new users may recommend in their turn."""
        if day >= self._world.campaign_days:
            return
        referred = customers[self._referred[customers]]
        referrers = np.array([self._referrer[friend] for friend in referred.tolist()], dtype=np.int32)
        self._reward(referrers, referred, day)
        self._new.append(customers)

    def _reward(self, referrers: Customers, friends: Customers, day: int) -> None:
        """Pay who recommended, up to so many rewards each, and the friend."""
        if not friends.shape[0]:
            return
        levers, world = self._levers, self._world
        order = np.argsort(referrers, kind="stable")
        place = np.empty(order.shape[0], dtype=np.int64)
        place[order] = np.arange(order.shape[0]) - np.searchsorted(referrers[order], referrers[order])
        entitled = self._rewarded[referrers] + place < levers.rewards_per_user
        rewarded, times = np.unique(referrers[entitled], return_counts=True)
        self._rewarded[rewarded] += times.astype(np.uint8)
        amount = entitled * levers.reward_referrer_cny + levers.reward_friend_cny
        world.ledger.tally(day, "referral_cost", friends, amount)
        n = friends.shape[0]
        world.ledger.cost(day, CostItem.COMMISSION, Channel.MEMBER_REFERRAL, n, float(amount.sum()))

"""Key figures of a finished campaign under one set of names, from a textbook model's accounts or from our ledger."""

from __future__ import annotations

from simkit.campaign.campaign_run import CampaignRun

COUPON_STATES = ("qualified", "claimed", "lapsed", "withdrawn", "redeemed", "expired", "revoked")
COUPON_MONEY = (
    "issued_cny",
    "redeemed_cny",
    "expired_cny",
    "revoked_cny",
    "cost_cny",
    "hunter_cost_cny",
    "liability_cny",
)
FLOWS = ("opened", "activated", "went_dormant", "payments")
LEVELS = ("active", "campaign_active")


class Accounts(dict[str, float]):
    """Figures by name; what never happened is 0."""

    def __missing__(self, name: str) -> float:
        return 0.0

    def contact(self, channel: str, outcome: str) -> None:
        """Count one contact."""
        self[f"contacts: {channel}, {outcome}"] += 1

    def cost(self, item: str, amount_cny: float) -> None:
        """Add money spent."""
        self[f"cost: {item}"] += amount_cny

    def service(self, resource: str, minutes: float, *, served: int = 1) -> None:
        """Add minutes in which a resource was busy."""
        self[f"service: {resource}, served"] += served
        self[f"service: {resource}, busy minutes"] += minutes


def ledger_accounts(run: CampaignRun) -> Accounts:
    """Return the figures of one of our runs."""
    daily, outcomes, conversions, costs, service, coupons = (
        run.tables[name].to_pandas() for name in ("daily", "outcomes", "conversions", "costs", "service", "coupons")
    )
    figures: dict[str, float] = {name: daily[name].sum() for name in FLOWS}
    figures |= {f"{name} at the end": daily.loc[daily["day"] == daily["day"].max(), name].sum() for name in LEVELS}
    figures["lasting"] = conversions["lasting"].fillna(value=False).astype(bool).sum()
    figures |= {f"opened: {channel}": n for channel, n in conversions["channel"].value_counts().items()}
    for (channel, outcome), n in outcomes.groupby(["channel", "outcome"], observed=True)["contacts"].sum().items():
        figures[f"contacts: {channel}, {outcome}"] = n
    for item, amount in costs.groupby("item", observed=True)["amount_cny"].sum().items():
        figures[f"cost: {item}"] = amount
    for resource, rows in service.groupby("resource", observed=True):
        figures[f"service: {resource}, served"] = rows["served"].sum()
        figures[f"service: {resource}, busy minutes"] = rows["busy_minutes"].sum()
    figures |= {f"coupons: {state}": coupons[state].sum() for state in (*COUPON_STATES, *COUPON_MONEY)}
    return Accounts({name: float(value) for name, value in figures.items()})

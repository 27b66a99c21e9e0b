"""CSV files for `simkit replay`, and what it makes of them."""

import csv
import itertools
from dataclasses import dataclass, field
from pathlib import Path

import hypothesis.strategies as st

from simkit.rewards import load_programme
from simkit.rewards.replay import replay

CUSTOMERS = "customer_id,card_tier,new_customer,primary_card,approved_on"
EVENTS = "event_id,customer_id,at,kind,amount,ref"
GOLD = "c1,gold,true,true,2024-03-01"
PLATINUM = "c1,platinum,true,true,2024-03-01"
PROGRAMME = "params/rewards/huaxia_luckin.yaml"


def row(when, kind, amount="", ref="", *, who="c1", name=None):
    """Return one line of a log without its event id (`name` sets it); a date alone means noon in Shanghai."""
    moment = f"{when}T12:00:00+08:00" if len(when) == len("2024-03-10") else when
    return name, f"{who},{moment},{kind},{amount},{ref}"


def lines(rows):
    """Return rows with event ids e1, e2 ... where they have none."""
    numbers = itertools.count(1)
    return [f"{name or f'e{next(numbers)}'},{rest}" for name, rest in rows]


def paid(when, amount="99.00", **more):
    """Return a payment."""
    return row(when, "payment", amount, **more)


def three_payments(*days):
    """Return small payments on these days."""
    return [paid(day, "10.00") for day in days]


@dataclass
class Told:
    """What a replay wrote."""

    folder: Path
    code: int = 0
    out: str = ""
    err: str = ""
    coupons: list = field(default_factory=list)
    decisions: list = field(default_factory=list)
    stages: list = field(default_factory=list)

    def read(self):
        """Read the three files."""
        for name in ("coupons", "decisions", "stages"):
            with (self.folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                setattr(self, name, list(csv.DictReader(file)))
        return self

    @property
    def reasons(self):
        """Reasons by event, '' where it was granted."""
        return {decision["event_id"]: decision["reason"] for decision in self.decisions}

    def columns(self, *names):
        """Return some columns of all coupons."""
        return [tuple(coupon[name] for name in names) for coupon in self.coupons]


def write_files(folder, events, customers=(GOLD,)):
    """Write the two CSV files; return their paths."""
    paths = folder / "customers.csv", folder / "events.csv"
    for path, content in zip(paths, ([CUSTOMERS, *customers], [EVENTS, *lines(events)]), strict=True):
        path.write_text("".join(f"{line}\n" for line in content), encoding="utf-8")
    return paths


AT = "2024-03-10T12:00:00+08:00"
W01 = (paid("2024-03-10"), row("2024-03-12", "claim", ref="welcome"), row("2024-03-13", "redeem", ref="welcome"))
RULES = load_programme("huaxia_luckin")
FILES = ("coupons.csv", "decisions.csv", "stages.csv")
TWO = f"{CUSTOMERS}\n{GOLD}\nc2,platinum,true,true,2024-02-29\n"
CELLS = st.one_of(
    st.sampled_from(
        [
            "e1",
            "c1",
            "c2",
            AT,
            "2024-03-10 04:00Z",
            "20240310T120000+08",
            "1600-01-01T00:00Z",
            "payment",
            "refund",
            "claim",
        ]
    ),
    st.sampled_from(
        [
            "points",
            "redeem",
            "exchange",
            "code",
            "welcome",
            "c1-welcome-1",
            "99",
            " 99 ",
            "99.",
            "1e2",
            "9.900",
            "-1",
            "1e99",
        ]
    ),
    st.sampled_from(['"', '"a', 'a"', '""', '"a,b"', '"a\nb"', "\r", "\n", "\x00", "é", "", " ", "true", "\ufeff"]),
    st.text(max_size=5),
)


def replayed(folder, events, customers=f"{CUSTOMERS}\n{GOLD}\n", **options):
    """Replay two files, given as text or bytes; return what was written."""
    paths = folder / "customers.csv", folder / "events.csv"
    for path, content in zip(paths, (customers, events), strict=True):
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    replay(RULES, *paths, folder / "out", **options)
    return Told(folder / "out").read()


def text(*rows):
    """Return rows as the text of a log."""
    numbered = (f"e{number},{rest}" for number, (_, rest) in enumerate(rows, start=1))
    return "".join(f"{line}\n" for line in (EVENTS, *numbered))


def log(*lines):
    """Return lines as the text of a log."""
    return "".join(f"{line}\n" for line in (EVENTS, *lines))


def written(folder):
    """Return the bytes of the three files."""
    return {name: (folder / "out" / name).read_bytes() for name in FILES}

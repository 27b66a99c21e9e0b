"""What is written in a usual way is understood by `simkit replay`; what is wrong is told with its line and column."""

import pytest

from simkit.params import ParameterError
from tests.rewards.replay_files import AT, CUSTOMERS, EVENTS, GOLD, W01, log, replayed, row, text


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([f"e1,c1,{AT},payment,99.00,", f"e2,c1,{AT},paymnet,99.00,"], "events.csv:3: kind: 'paymnet' is unknown; allowed: attend"),
        ([f"e1,c1,{AT},paymnet,99.00,"], "did you mean 'payment'?"),
        ([f"e1,c1,{AT},,99.00,"], "events.csv:2: kind: is empty"),
        ([f"e1,c2,{AT},payment,99.00,"], "events.csv:2: customer_id: 'c2' is no customer"),
        ([f"e1,,{AT},payment,99.00,"], "events.csv:2: customer_id: is empty"),
        ([f",c1,{AT},payment,99.00,"], "events.csv:2: event_id: is empty"),
        (["e1,c1,2024-03-10,payment,99.00,"], "events.csv:2: at: '2024-03-10' lacks its offset"),
        (["e1,c1,2024-03-10T12:00:00,payment,99.00,"], "write it like 2024-03-10T12:00:00+08:00"),
        (["e1,c1,2023-02-29T12:00:00Z,payment,99.00,"], "events.csv:2: at: '2023-02-29T12:00:00Z' is no time"),
        (["e1,c1,,payment,99.00,"], "events.csv:2: at: is empty"),
        (["e1,c1,1999-12-31T15:59:59Z,payment,99.00,"], "events.csv:2: at: its day is outside 2000-01-01 to 2099-12-31"),
        (["e1,c1,2099-12-31T16:00:00Z,payment,99.00,"], "outside 2000-01-01 to 2099-12-31"),
        (["e1,c1,0001-01-01T00:00:00+14:00,payment,99.00,"], "outside 2000-01-01 to 2099-12-31"),
        ([f"e1,c1,{AT},payment,99.001,"], "events.csv:2: amount: '99.001' has more than two decimals"),
        ([f"e1,c1,{AT},payment,99 yuan,"], "events.csv:2: amount: '99 yuan' is no number"),
        ([f"e1,c1,{AT},payment,,"], "events.csv:2: amount: is empty"),
        ([f"e1,c1,{AT},payment,-0.01,"], "events.csv:2: amount: -0.01 is negative"),
        ([f"e1,c1,{AT},payment,1000000000.01,"], "is more than 1000000000.00"),
        ([f"e1,c1,{AT},payment,1e300,"], "'1e300' is too large"),
        ([f"e1,c1,{AT},points,10.5,"], "events.csv:2: amount: 10.50 points are no whole number"),
        ([f"e1,c1,{AT},claim,,welcom"], "'welcom' is no part for a row of kind claim; allowed: exchange, weekly"),
        ([f"e1,c1,{AT},claim,,"], "events.csv:2: ref: '' is no part"),
        ([f"e1,c1,{AT},exchange,,weekly"], "'weekly' is no part for a row of kind exchange; allowed: exchange"),
        ([f"e1,c1,{AT},attend,,weekly"], "'weekly' is no part for a row of kind attend"),
        ([f"e1,c1,{AT},redeem,,c2-welcome-1"], "events.csv:2: ref: 'c2-welcome-1' is no part for a row of kind redeem"),
        ([f"e1,c1,{AT},redeem,,c1-welcome-0"], "'c1-welcome-0' is no part"),
        ([f"e1,c1,{AT},refund,,e0"], "events.csv:2: ref: 'e0' is no payment before this refund"),
        ([f"e1,c1,{AT},refund,,"], "events.csv:2: ref: '' is no payment before this refund"),
        ([f"e1,c1,{AT},refund,,e2", f"e2,c1,{AT},payment,99.00,"], "events.csv:2: ref: 'e2' is no payment before this refund"),
        ([f"e1,c1,{AT},points,99,", f"e2,c1,{AT},refund,,e1"], "events.csv:3: ref: 'e1' is no payment before this refund"),
        ([f"e1,c1,{AT},payment,1,"] * 2 + [f"e2,c1,{AT},refund,,e1"], "csv:3: event_id: 'e1' is refunded, and stands at two payments"),
        ([f"e1,c1,{AT},payment,99.00,,,"], "events.csv:2: has 8 columns; the header has 6"),
        (["e1"], "events.csv:2: customer_id: is empty"),
        (["", f'"e1,\n2",c1,{AT},payment,1,', "", f"e2,c1,{AT},buy,1,"], "events.csv:6: kind: 'buy' is unknown"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("block_bytes", [1, 1 << 20])
def test_a_malformed_row_is_named_with_its_line_and_column(tmp_path, lines, told, block_bytes):
    """And what would be right; in which block it stands makes no difference."""
    with pytest.raises(ParameterError) as error:
        replayed(tmp_path, log(*lines), block_bytes=block_bytes)
    assert told in str(error.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "customers.csv: is empty; the first line must name the columns customer_id,card_tier"),
        ("customer_id,tier,new_customer,primary_card,approved_on\n", "csv:1: card_tier: the column is missing; the file has: customer"),
        (f"{CUSTOMERS},card_tier\n", "customers.csv:1: card_tier: the column stands twice"),
        (f"{CUSTOMERS}\n{GOLD}\nc2,silver,true,true,2024-03-01\n", "customers.csv:3: card_tier: 'silver' is unknown; allowed: gold,"),
        (f"{CUSTOMERS}\nc1,gold,yes,true,2024-03-01\n", "customers.csv:2: new_customer: 'yes' is not allowed; allowed: true, false"),
        (f"{CUSTOMERS}\nc1,gold,true,,2024-03-01\n", "customers.csv:2: primary_card: is empty"),
        (f"{CUSTOMERS}\nc1,gold,true,true,2024-02-30\n", "customers.csv:2: approved_on: '2024-02-30' is no date"),
        (f"{CUSTOMERS}\nc1,gold,true,true,1999-12-31\n", "customers.csv:2: approved_on: 1999-12-31 is outside 2000-01-01 to 2099-12-31"),
        (f"{CUSTOMERS}\n{GOLD}\n\n{GOLD}\n", "customers.csv:4: customer_id: 'c1' stands twice (first in line 2)"),
        (f"{CUSTOMERS}\n,gold,true,true,2024-03-01\n", "customers.csv:2: customer_id: is empty"),
        (f"{CUSTOMERS}\n".encode("utf-16"), "in UTF-8"),
        (f"{CUSTOMERS}\n{GOLD}\n\xff,gold,true,true,2024-03-01\n".encode("latin-1"), "customers.csv:3: is not UTF-8 text"),
    ],
)  # fmt: skip
def test_a_malformed_customer_is_named_with_its_line_and_column(tmp_path, content, told):
    """Before any event is played."""
    with pytest.raises(ParameterError) as error:
        replayed(tmp_path, text(*W01), content)
    assert told in str(error.value)


def test_the_first_ten_wrong_rows_are_named(tmp_path):
    """A file is mended in a few goes, and the list can be read."""
    with pytest.raises(ParameterError) as error:
        replayed(tmp_path, log(*[f"e1,c1,{AT},buy,1,"] * 50))
    assert len(error.value.findings) == 10


def test_files_without_rows_give_files_without_rows(tmp_path):
    """No customers, no events, or both."""
    for customers in (f"{CUSTOMERS}\n", CUSTOMERS, f"{CUSTOMERS}\n{GOLD}"):
        told = replayed(tmp_path, EVENTS, customers)
        assert (told.coupons, told.decisions, told.stages) == ([], [], [])


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """Return what W01 and a redemption give."""
    return replayed(tmp_path_factory.mktemp("expected"), text(*W01))


def without_last_commas(content):
    """Leave out columns that are empty at the end of a row."""
    return "\n".join(line.rstrip(",") for line in content.splitlines())


WAYS = {
    "byte order mark": lambda content: "\ufeff" + content,
    "carriage returns": lambda content: content.replace("\n", "\r\n"),
    "quotation marks": lambda content: "\n".join('"' + line.replace(",", '","') + '"' for line in content.splitlines()),
    "empty lines": lambda content: content.replace("\n", "\n\n"),
    "no last end of line": str.rstrip,
    "no last columns": without_last_commas,
    "a column more": lambda content: content.replace(",ref\n", ",ref,shop\n").replace("99.00,\n", '99.00,,"a, b"\n'),
    "blank instead of T": lambda content: content.replace("T12:", " 12:"),
    "another offset": lambda content: content.replace("T12:00:00+08:00", "T04:00Z"),
    "basic format": lambda content: content.replace("T12:00:00+08:00", "T120000+0800"),
    "more zeros": lambda content: content.replace("99.00", "099.0000"),
    "exponents": lambda content: content.replace("99.00", "+9.9e1"),
    "columns in another order": lambda content: "\n".join(",".join(line.split(",")[::-1]) for line in content.split()),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("block_bytes", [1, 100, 1 << 20])
def test_the_usual_ways_to_write_a_log_mean_the_same(tmp_path, expected, way, block_bytes):
    """Whoever exported it, and in whatever blocks it is read."""
    told = replayed(
        tmp_path, WAYS[way](text(*W01)), WAYS["byte order mark"](f"{CUSTOMERS}\r\n{GOLD}\r\n"), block_bytes=block_bytes
    )
    assert (told.coupons, told.decisions) == (expected.coupons, expected.decisions)


STRANGE = 'a,"b"\n-welcome-1'


def test_strange_ids_come_out_as_they_went_in(tmp_path):
    """With commas, quotation marks, ends of lines and hyphens; a coupon is found by an id that contains such a one."""
    quoted = '"' + STRANGE.replace('"', '""') + '"'
    coupon = quoted[:-1] + '-welcome-2"'
    lines = [
        f"{quoted},{quoted},{AT},payment,99.00,",
        f"{quoted},{quoted},{AT},claim,,welcome",
        f"é,{quoted},{AT},redeem,,{coupon}",
    ]
    told = replayed(tmp_path, log(*lines), f"{CUSTOMERS}\n{GOLD.replace('c1', quoted)}\n")
    assert [decision["event_id"] for decision in told.decisions] == [STRANGE, "é"]
    assert told.columns("coupon_id", "customer_id", "status")[1] == (f"{STRANGE}-welcome-2", STRANGE, "redeemed")


def test_a_coupon_number_that_does_not_exist_has_nothing_to_claim(tmp_path):
    """It is the customer's own part, so that the row is well formed."""
    told = replayed(tmp_path, text(*W01[:2], row("2024-03-13", "redeem", ref="c1-welcome-7")))
    assert told.reasons["e3"] == "NOTHING_TO_CLAIM"


def test_a_row_that_never_ends_is_an_error(tmp_path, monkeypatch):
    """A quotation mark that was left open must not make a whole log one row in memory."""
    monkeypatch.setattr("simkit.rewards.replay.csv_file._LONGEST_ROW_BYTES", 1000)
    content = log(f"e1,c1,{AT},payment,99,") + '"' + "x" * 5000 + "\n"
    with pytest.raises(ParameterError, match=r"events.csv:3: no row ends within"):
        replayed(tmp_path, content, block_bytes=100)

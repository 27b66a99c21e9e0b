"""What a person sees while a study runs."""

import io

from rich.console import Console

from simkit.study.progress import progress_of


def shown(total, *, stored, terminal, visible=True):
    """Return what is printed for `total` runs."""
    text = io.StringIO()
    console = Console(file=text, force_terminal=terminal, width=100)
    with progress_of(total, stored=stored, shown=visible, console=console) as advance:
        for _ in range(total):
            advance()
    return text.getvalue()


def test_a_file_gets_ten_plain_lines_that_count_stored_runs_too():
    """No moving bar, no control characters."""
    lines = shown(200, stored=40, terminal=False).splitlines()
    assert lines[0] == "40 runs are stored already"
    assert lines[1:] == [f"{40 + 20 * (index + 1)} of 240 runs" for index in range(10)]


def test_few_runs_get_a_line_each():
    """The last line is always the whole."""
    assert shown(3, stored=0, terminal=False).splitlines() == ["1 of 3 runs", "2 of 3 runs", "3 of 3 runs"]


def test_a_terminal_gets_a_bar_with_the_time_left():
    """It ends full."""
    text = shown(7, stored=3, terminal=True)
    assert "10/10" in text
    assert "left:" in text


def test_nothing_is_shown_on_request_or_when_there_is_nothing_to_do():
    """Neither on a terminal nor elsewhere."""
    assert shown(5, stored=0, terminal=True, visible=False) == ""
    assert shown(0, stored=5, terminal=True) == ""

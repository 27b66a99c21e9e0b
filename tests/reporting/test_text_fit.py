"""Texts fit where they are put, whatever they say."""

from hypothesis import given
from hypothesis import strategies as st

from simkit.reporting.documents.deck.label_places import Obstacle, places_for
from simkit.reporting.documents.deck.text_fit import fit, lines_of, shortened, width_of

TEXTS = st.text(st.sampled_from("ab cde.，。（）数字钱包 1234()—"), max_size=400)


@given(TEXTS, st.integers(1, 3), st.floats(60, 900))
def test_a_fitted_text_takes_no_more_lines_than_it_has(text, lines, width):
    """It is whole at a size that fits, or the beginning of it with an ellipsis."""
    fitted = fit(text, width, lines, (24, 20, 12))
    assert len(lines_of(fitted.text, fitted.size, width)) <= lines
    assert fitted.text == text or text.replace("\n", " ").lstrip().startswith(fitted.text[:-1])


@given(TEXTS, st.floats(60, 900))
def test_no_line_is_wider_than_its_box(text, width):
    """Words that are wider than a line are broken."""
    assert all(width_of(line, 12) <= width + 1e-6 for line in lines_of(text, 12, width))


def test_a_text_is_cut_between_words():
    """What is left of a sentence are whole words, and no comma at the end."""
    assert shortened("Omnichannel wins, at last, most users of all", 140, 1, 12) == "Omnichannel wins…"


POINTS = st.lists(st.tuples(st.floats(20, 700), st.floats(20, 260), st.floats(20, 170)), min_size=1, max_size=12)


@given(POINTS)
def test_names_of_points_hide_no_point_and_no_other_name(points):
    """Each has a place of its own inside the chart, or none is written at all."""
    obstacles = [Obstacle(x, y, x - 15, x + 15, y - 10, y + 10) for x, y, _ in points]
    places = places_for(obstacles, [width for *_, width in points], 15, (760, 280))
    boxes = []
    for (x, y, width), place in zip(points, places, strict=False):
        left = x + 8 if place.is_right else x - 8 - width
        boxes.append((left, y + place.down - 7.5, left + width, y + place.down + 7.5))
    assert len(boxes) in (0, len(points))
    for i, (left, top, right, bottom) in enumerate(boxes):
        assert left >= 0
        assert right <= 760
        assert not any(left < x < right and top < y < bottom for x, y, _ in points)
        assert not any(left < b[2] and b[0] < right and top < b[3] and b[1] < bottom for b in boxes[:i])

"""Weights and boxes with their units."""

import pytest

from playbooks.shop.measures import box_mm, weight_g


@pytest.mark.parametrize(
    ("text", "grams"),
    [("1.2 kg", 1200), ("900g", 900), ("2 lb", 907), ("8 OZ", 227), ("0.5 g", 1), (" 0 kg ", 0)],
)
def test_weights(text: str, grams: int) -> None:
    """In whole grams, rounded up from half."""
    assert weight_g(text) == grams


@pytest.mark.parametrize(
    ("text", "sides"),
    [("40 x 30 x 12 cm", (400, 300, 120)), ("1.5x10X2in", (254, 51, 38)), ("9\u00d78\u00d77 mm", (9, 8, 7))],
)
def test_boxes(text: str, sides: tuple[int, int, int]) -> None:
    """In whole millimetres, the longest side first."""
    assert box_mm(text) == sides


@pytest.mark.parametrize("text", ["", "1.2", "kg", "1,2 kg", "-1 kg", "1 stone", "1e3 g", "\u0661 kg x"])
def test_weights_that_are_none(text: str) -> None:
    """A number without a unit is not guessed at."""
    with pytest.raises(ValueError, match="give a number with its unit"):
        weight_g(text)


@pytest.mark.parametrize("text", ["", "40 x 30 cm", "40 x 30 x 12", "a x b x c cm", "1 x 2 x 3 x 4 cm"])
def test_boxes_that_are_none(text: str) -> None:
    """Nor a box without one."""
    with pytest.raises(ValueError, match="give three sides"):
        box_mm(text)

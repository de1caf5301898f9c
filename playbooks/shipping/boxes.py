"""Reads `shipping/boxes.yaml`: the boxes that the warehouse packs in, and what may travel in its own."""

from dataclasses import dataclass
from pathlib import Path

from orchestrator.core.errors import Place
from playbooks.shipping.data_file import read_file, refuse_twice, whole
from playbooks.yaml_values import YamlValue, read_yaml

DEFAULT_FILE = Path(__file__).parent / "boxes.yaml"
_SIDES = 3
_PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxSize:
    """A box; sides in mm, longest first."""

    id: str
    inner_mm: tuple[int, int, int]
    outer_mm: tuple[int, int, int]
    tare_g: int
    max_g: int

    @property
    def volume(self) -> int:
        """What is in it, in cubic millimetres."""
        length, width, height = self.inner_mm
        return length * width * height


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnBox:
    """What an article's own box may be at most; `girth_mm` is its length and twice its width and height."""

    max_g: int
    length_mm: int
    girth_mm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxes:
    """All boxes, smallest first; `fill_percent` is how much of a box articles may fill."""

    sizes: tuple[BoxSize, ...]
    fill_percent: int
    own: OwnBox


def load_boxes(path: Path = DEFAULT_FILE) -> Boxes:
    """Read a file of boxes; GuideError with place where it is wrong, InputError where it cannot be read."""
    return parse_boxes(read_file(path, what="boxes"), file=str(path))


def parse_boxes(text: str, *, file: str) -> Boxes:
    """Parse the text of a file of boxes; GuideError where it is wrong."""
    names = ("boxes", "fill_percent", "own_box")
    found = read_yaml(text, place=Place(file, 1)).mapping(known=names, required=names)
    sizes = [_size(item) for item in found["boxes"].items()]
    refuse_twice(found["boxes"].items(), [size.id for size in sizes])
    percent = whole(found["fill_percent"])
    if percent > _PERCENT:
        raise found["fill_percent"].wrong("a percentage from 1 to 100")
    own = found["own_box"].mapping(
        known=("max_g", "length_mm", "girth_mm"), required=("max_g", "length_mm", "girth_mm")
    )
    return Boxes(
        sizes=tuple(sorted(sizes, key=lambda size: (size.volume, size.max_g, size.id))),
        fill_percent=percent,
        own=OwnBox(**{name: whole(value) for name, value in own.items()}),
    )


def _size(value: YamlValue) -> BoxSize:
    names = ("id", "inner_mm", "outer_mm", "tare_g", "max_g")
    found = value.mapping(known=names, required=names)
    size = BoxSize(
        id=found["id"].text(),
        inner_mm=_sides(found["inner_mm"]),
        outer_mm=_sides(found["outer_mm"]),
        tare_g=whole(found["tare_g"], least=0),
        max_g=whole(found["max_g"]),
    )
    if any(inner > outer for inner, outer in zip(size.inner_mm, size.outer_mm, strict=True)):
        raise found["outer_mm"].error(f"the box {size.id!r} is larger inside than outside; swap inner_mm and outer_mm")
    return size


def _sides(value: YamlValue) -> tuple[int, int, int]:
    sides = sorted((whole(item) for item in value.items()), reverse=True)
    if len(sides) != _SIDES:
        raise value.error(f"{len(sides)} sides; give three, in millimetres")
    return sides[0], sides[1], sides[2]

"""Reads `shipping/services.yaml`: which services of carriers go by ground and which by air."""

from dataclasses import dataclass
from pathlib import Path

from orchestrator.core.errors import Place
from playbooks.shipping.data_file import read_file
from playbooks.yaml_values import YamlValue, read_yaml

DEFAULT_FILE = Path(__file__).parent / "services.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceWays:
    """Pairs of a carrier's and a service's code; what is in neither set is not known."""

    ground: frozenset[tuple[str, str]]
    air: frozenset[tuple[str, str]]

    def by_ground(self, carrier: str, service: str) -> bool | None:
        """Whether a service stays on the ground; None where that is not known."""
        if (carrier, service) in self.ground:
            return True
        return False if (carrier, service) in self.air else None


def load_service_ways(path: Path = DEFAULT_FILE) -> ServiceWays:
    """Read the file; GuideError with its place where it is wrong, InputError where it cannot be read."""
    return parse_service_ways(read_file(path, what="ways of services"), file=str(path))


def parse_service_ways(text: str, *, file: str) -> ServiceWays:
    """Parse the text of the file; GuideError where it is wrong, also where a service goes both ways."""
    root = read_yaml(text, place=Place(file, 1))
    found = root.mapping(known=("ground", "air"), required=("ground", "air"))
    ways = ServiceWays(ground=_services(found["ground"]), air=_services(found["air"]))
    for carrier, service in sorted(ways.ground & ways.air):
        raise found["air"].error(f"{service!r} of {carrier!r} stands under both; leave it under one")
    return ways


def _services(value: YamlValue) -> frozenset[tuple[str, str]]:
    found = set()
    for item in value.items():
        entry = item.mapping(known=("carrier", "services"), required=("carrier", "services"))
        found |= {(entry["carrier"].text(), service) for service in entry["services"].texts()}
    return frozenset(found)

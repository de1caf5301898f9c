"""Reads mapping files: YAML that says from where in a foreign payload each field of an alert is taken.

```yaml
records: data.items                 # where the list of alerts is; without it the payload is one alert
title: headline                     # a path
condition:
  path: state
  values: {down: fired, up: resolved}
severity: {path: level, values: {P1: 0, P2: 1}, default: 2}
rule: {constant: uptime check}
severities: {gold: 0, silver: 2}    # the sender's own scale; this alone is a mapping for known formats
```
"""

from pathlib import Path

from orchestrator.core.alerts.mapping import REQUIRED, TARGETS, AlertMapping, Source
from orchestrator.core.errors import GuideError, InputError, Place
from playbooks.yaml_values import Scalar, YamlValue, nearest_names, read_yaml

_KEYS = ("path", "constant", "values", "default")
_BESIDE = ("records", "severities")
_CONDITIONS = ("fired", "resolved", "acknowledged")
_SEVERITIES = range(5)


def load_mapping(path: Path) -> AlertMapping:
    """Read a mapping file; GuideError with file, line and field where it is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"the mapping {str(path)!r} cannot be read: {error.strerror}; name an existing file"
        ) from error
    except UnicodeDecodeError as error:
        raise GuideError(f"byte {error.start} is not UTF-8; save the file as UTF-8", place=Place(str(path))) from error
    return parse_mapping(text, file=str(path))


def parse_mapping(text: str, *, file: str) -> AlertMapping:
    """Parse a mapping's text; GuideError where it is wrong."""
    root = read_yaml(text, place=Place(file, 1))
    entries = root.mapping(known=(*_BESIDE, *TARGETS))
    if set(entries) != {"severities"}:
        root.mapping(required=REQUIRED)
    fields = {name: _source(name, value) for name, value in entries.items() if name not in _BESIDE}
    return AlertMapping(
        fields=fields,
        records=_path(entries["records"]) if "records" in entries else (),
        severities=_scale(entries["severities"]) if "severities" in entries else {},
    )


def _scale(value: YamlValue) -> dict[str, int]:
    """Words and their numbers."""
    found = {}
    for word, item in value.mapping().items():
        number = item.value
        if isinstance(number, bool) or not isinstance(number, int) or number not in _SEVERITIES:
            raise item.wrong("a severity from 0, the worst, to 4")
        found[word] = number
    return found


def _source(name: str, value: YamlValue) -> Source:
    if not isinstance(value.value, dict):
        return Source(path=_path(value))
    given = value.mapping(known=_KEYS)
    if ("path" in given) == ("constant" in given):
        raise value.error(f"{name!r} needs either a path or a constant; write `path: a.b` or `constant: text`")
    values = {key: _word(name, item) for key, item in given["values"].mapping().items()} if "values" in given else {}
    return Source(
        path=_path(given["path"]) if "path" in given else (),
        constant=_word(name, given["constant"]) if "constant" in given else None,
        values=values,
        default=_word(name, given["default"]) if "default" in given else None,
    )


def _word(name: str, value: YamlValue) -> Scalar:
    """A value that the field can take."""
    found = value.value
    if isinstance(found, dict | tuple):
        raise value.wrong("one text or number")
    if name == "condition" and found not in _CONDITIONS:
        raise value.error(f"{found!r} is no condition{nearest_names(str(found), _CONDITIONS)}")
    if name == "severity" and isinstance(found, int) and found not in _SEVERITIES:
        raise value.error(f"{found!r} is no severity: 0 is the worst, 4 the mildest")
    return found


def _path(value: YamlValue) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in value.text().replace("[", ".").replace("]", "").split("."))
    if not all(parts):
        raise value.error(f"{value.text()!r} is no path; write names with dots between them, such as alert.title")
    return parts

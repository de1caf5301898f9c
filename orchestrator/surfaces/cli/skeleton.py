"""The guide that `guides new` writes: it parses, and each part says what to put there."""

import re
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from orchestrator.core.errors import InputError

_ID = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_SKELETON = """---
id: {id}
title: {title}
owner: your-team
reviewed: {today}
applies_to:
  alerts: []
  services: []
  symptoms: ["requests fail"]
tables:
  AppRequests:
    TimeGenerated: datetime
    AppRoleName: string
    Success: bool
    ItemCount: int
parameters:
  - name: p_service
    type: string
    from:
      - message: {{values_of: AppRequests.AppRoleName}}
      - session
  - name: p_from
    type: datetime
    from:
      - message: time
      - default: now-1h
  - name: p_to
    type: datetime
    from:
      - default: now
---

# {title}

Say in a sentence or two when this guide is the right one.

## Do requests fail? {{#failures}}

Say what the reader should understand from this step.

```kql
AppRequests
| where AppRoleName == p_service and TimeGenerated between (p_from .. p_to)
| summarize n = sum(ItemCount), failed = sumif(ItemCount, not(Success))
| extend share = todouble(failed) / n
| where n > 0
```

```yaml step
branches:
  - when: "size(rows) == 0"
    unknown: "no requests of {{p_service}} in the window"
  - when: "row.share > 0.05"
    conclude:
      cause: requests_fail
      object: "{{p_service}}"
      summary: "{{row.share:.1%}} of {{row.n:,d}} requests of {{p_service}} fail"
      confidence: low
  - otherwise: true
    healthy: "{{row.share:.1%}} of {{row.n:,d}} requests of {{p_service}} fail"
```
"""


def write_skeleton(guide_id: str, *, folder: Path, today: date) -> Path:
    """Write `folder/ID.md`; InputError for a bad id, and for a file that is there already."""
    if not _ID.fullmatch(guide_id):
        better = re.sub(r"[^a-z0-9]+", "_", guide_id.lower()).strip("_")
        near = f", such as {better!r}" if _ID.fullmatch(better) else ""
        raise InputError(f"the id {guide_id!r} is not snake_case: use small letters, digits and underscores{near}")
    path = folder / f"{guide_id}.md"
    text = _SKELETON.format(id=guide_id, title=guide_id.replace("_", " ").capitalize(), today=today.isoformat())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as out:
            out.write(text)
    except FileExistsError:
        raise InputError(f"{str(path)!r} is there already and stays as it is: choose another id or folder") from None
    except OSError as error:
        raise InputError(
            f"{str(path)!r} cannot be written: {error.strerror}; choose another --guides folder"
        ) from error
    return path


def nearest(name: str, known: list[str]) -> str:
    """What to say about a name that is not known."""
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    return f"did you mean {', '.join(map(repr, near))}?" if near else f"known are {', '.join(known[:10]) or 'none'}"

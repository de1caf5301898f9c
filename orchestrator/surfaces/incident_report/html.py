"""The report as one file that needs nothing else: no script, no request, every text of the record escaped."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from importlib.resources import files

from orchestrator.surfaces.terminal.cleaning import clean, clean_lines
from orchestrator.surfaces.terminal.fields import Fields, entries, fields, items, text, words

ROWS = 5  # of an evidence; the query gives them all again
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_TONES = {"open": "bad", "acknowledged": "warn", "resolved": "good", "merged": ""}
_SEVERITIES = ("bad", "bad", "warn")


def report_html(report: Fields) -> str:
    """The page of a document that `incidents report --json` prints."""
    numbers = {text(item, "id"): int(str(item.get("number"))) for item in entries(report, "receipts")}
    body = "\n".join([*_head(report), _menu(report), *_sections(report, numbers), _appendix(report), _footer(report)])
    style = files(__package__).joinpath("report.css").read_text(encoding="utf-8")
    title = f"{_safe(report, 'incident')}: {_safe(report, 'title')}"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="referrer" content="no-referrer">\n<title>{title}</title>\n<style>\n{style}</style>\n</head>\n'
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _head(report: Fields) -> Iterator[str]:
    if report.get("sample") is True:
        yield '<p class="sample">SAMPLE DATA: a made-up environment</p>'
    yield f'<header>\n<p class="over">Post-incident report · {_safe(report, "incident")}</p>'
    yield f"<h1>{_safe(report, 'title')}</h1>"
    status, severity = text(report, "status"), report.get("severity")
    worst = _SEVERITIES[severity] if isinstance(severity, int) and 0 <= severity < len(_SEVERITIES) else ""
    pills = [(_TONES.get(status, ""), status), (worst, f"severity {severity}")]
    pills += [("", f"{len(items(report, 'timeline'))} entries"), ("", f"{len(items(report, 'receipts'))} receipts")]
    listed = "".join(f'<li class="{tone}">{escape(clean(word))}</li>' for tone, word in pills)
    yield f'<ul class="pills">{listed}</ul>\n</header>'


def _menu(report: Fields) -> str:
    names = [(text(section, "key"), text(section, "heading")) for section in _ordered(report)]
    names.append(("receipts", "Receipts"))
    listed = "".join(f'<li><a href="#{escape(key)}">{escape(heading)}</a></li>' for key, heading in names)
    return f'<nav aria-label="Contents"><ul>{listed}</ul></nav>'


def _ordered(report: Fields) -> list[Fields]:
    """The sections with the timeline behind the impact, or behind the summary."""
    found = entries(report, "sections")
    after = max((place for place, item in enumerate(found) if text(item, "key") in {"summary", "impact"}), default=-1)
    return [*found[: after + 1], {"key": "timeline", "heading": "Timeline"}, *found[after + 1 :]]


def _sections(report: Fields, numbers: Mapping[str, int]) -> Iterator[str]:
    for section in _ordered(report):
        key, heading = text(section, "key"), escape(text(section, "heading"))
        inner = _timeline(report, numbers) if key == "timeline" else _said(section, numbers)
        look = {"summary": "lead", "cause": "cause"}.get(key, "")
        yield f'<section id="{escape(key)}" class="{look}">\n<h2>{heading}</h2>\n{inner}\n</section>'


def _said(section: Fields, numbers: Mapping[str, int]) -> str:
    lines = [f"<li>{_safe(item, 'text')}{_cited(item, numbers)}</li>" for item in entries(section, "sentences")]
    return '<ul class="said">\n' + "\n".join(lines) + "\n</ul>"


def _cited(item: Fields, numbers: Mapping[str, int]) -> str:
    """The numbers of a sentence's receipts, each a link to the appendix."""
    known = [numbers[name] for name in words(item, "receipts") if name in numbers]
    return f'<span class="cite">{"".join(f"<a href=#r{n}>{n}</a>" for n in known)}</span>' if known else ""


def _timeline(report: Fields, numbers: Mapping[str, int]) -> str:
    lines: list[str] = []
    day = ""
    for entry in entries(report, "timeline"):
        at, kind = _moment(entry.get("at")), text(entry, "kind")
        if at is not None and f"{at:%Y-%m-%d}" != day:
            day = f"{at:%Y-%m-%d}"
            lines.append(f'<li class="day">{at:%A, %d %B %Y} (UTC)</li>')
        clock = f'<time datetime="{_safe(entry, "at")}">{at:%H:%M}</time>' if at else "<time></time>"
        said = f'<p><span class="kind">{escape(kind)}</span>{_safe(entry, "text")}{_cited(entry, numbers)}</p>'
        lines.append(f'<li class="entry k-{escape(kind)}">{clock}<span class="dot"></span>{said}</li>')
    return '<ol class="time">\n' + "\n".join(lines) + "\n</ol>"


def _appendix(report: Fields) -> str:
    cards = "\n".join(map(_receipt, entries(report, "receipts")))
    return f'<section id="receipts">\n<h2>Receipts</h2>\n<ol class="receipts">\n{cards}\n</ol>\n</section>'


def _receipt(item: Fields) -> str:
    number = int(str(item.get("number")))
    parts = [f"<h3>{_safe(item, 'title')}</h3>", f'<p class="id">{_safe(item, "id")} · {_safe(item, "at")}</p>']
    facts = "".join(
        f"<dt>{escape(clean(name))}</dt><dd>{escape(clean(value))}</dd>"
        for name, value in fields(item, "facts").items()
    )
    parts += [f"<dl>{facts}</dl>"] if facts else []
    if item.get("query"):
        parts.append(f"<pre>{escape(clean_lines(item['query']).strip())}</pre>")
    parts.append(_rows(words(item, "columns"), items(item, "rows")))
    if link := _address(item.get("link")):
        parts.append(f'<p><a href="{escape(link)}" rel="noreferrer noopener">Open where it was asked</a></p>')
    inner = "".join(part for part in parts if part)
    return f'<li class="receipt" id="r{number}"><span class="number">{number}</span><div>{inner}</div></li>'


def _rows(columns: Sequence[str], rows: Sequence[object]) -> str:
    if not columns or not rows:
        return ""
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    shown = [row for row in rows[:ROWS] if isinstance(row, list | tuple)]
    body = "".join("<tr>" + "".join(f"<td>{escape(clean(value))}</td>" for value in row) + "</tr>" for row in shown)
    more = f'<p class="id">and {len(rows) - ROWS} more</p>' if len(rows) > ROWS else ""
    return f'<div class="rows"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{more}'


def _footer(report: Fields) -> str:
    at = _moment(report.get("written_at"))
    when = f"{at:%Y-%m-%d %H:%M} UTC" if at else _safe(report, "written_at")
    return (
        f"<footer>Written by Switchboard from its record at {when}. Every sentence carries the numbers of what it "
        "rests on; what nothing shows is not said.</footer>"
    )


def _safe(document: Fields, key: str) -> str:
    return escape(text(document, key))


def _address(value: object) -> str:
    found = clean(value or "")
    return found if found.lower().startswith(("https://", "http://")) else ""


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return None

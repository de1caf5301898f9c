"""Tests of cutting Markdown into sections."""

from plugins.search.sections import Section, excerpt, searchable, sections


def test_sections_follow_headings():
    """Each heading begins a section; its anchor is not part of it."""
    assert sections("intro\n\n# One {#one}\n\ntext\n## Two ##\nmore") == (
        Section("", "intro"),
        Section("One", "text"),
        Section("Two", "more"),
    )


def test_comments_in_code_are_no_headings():
    """A `#` in a fenced block stays text."""
    found = sections("# A\n```sh\n# not a heading\n```\n# B\nend")
    assert [section.heading for section in found] == ["A", "B"]


def test_empty_text_has_one_empty_section():
    """There is always a section to take a passage from."""
    assert sections("") == (Section("", ""),)


def test_link_targets_are_not_searched():
    """Addresses are about other pages; the words of a link stay."""
    assert searchable("see [the page](https://x.test/other) or https://y.test/z now").split() == [
        "see",
        "[the",
        "page]",
        "or",
        "now",
    ]


def test_excerpt_is_cut_at_a_word():
    """A long section ends with an ellipsis after a whole word."""
    cut = excerpt(Section("Head", "word " * 200))
    assert cut.startswith("Head: word")
    assert cut.endswith("word …")

"""Tests of scoring candidates."""

from plugins.search.query import query_terms, terms
from plugins.search.ranking import Candidate, Statistics, inverse_frequency, rank

STATISTICS = Statistics(documents=100, mean_length=20, mean_section=10, frequency={"disk": 5, "full": 10, "nod": 40})


def candidate(key: int, *names: str, text: str = "") -> Candidate:
    """A candidate with one section."""
    return Candidate(key=key, names=tuple(tuple(terms(name)) for name in names), sections=(tuple(terms(text)),))


def test_a_title_that_is_wholly_said_wins():
    """The document whose title is covered comes before the one that only mentions the words."""
    ranked = rank(
        query_terms("disk full on node"),
        [candidate(1, "Capacity planning for all clusters", text="disk full"), candidate(2, "Disk full")],
        STATISTICS,
    )
    assert [found.key for found in ranked] == [2, 1]


def test_the_best_of_several_names_counts():
    """Further names of a document do not lower its score."""
    one, two = (
        rank(query_terms("disk full"), [candidate(1, *names)], STATISTICS)[0].score
        for names in (("Disk full",), ("Something else", "Disk full"))
    )
    assert one == two


def test_neighbouring_words_count_more():
    """The words of the query side by side beat the same words apart."""
    ranked = rank(
        query_terms("disk full"),
        [candidate(1, text="full of many words about a disk"), candidate(2, text="many words about a disk full")],
        STATISTICS,
    )
    assert ranked[0].key == 2


def test_scores_are_shares():
    """A score lies between 0 and 1, and is 0 where nothing is met."""
    ranked = rank(
        query_terms("disk full"), [candidate(1, "Disk full", text="disk full"), candidate(2, "x")], STATISTICS
    )
    assert 0 < ranked[0].score < 1
    assert ranked[1].score == 0


def test_the_best_section_is_told():
    """The section where the query stands is the passage."""
    found = rank(
        query_terms("disk full"),
        [Candidate(key=1, names=(), sections=(("network",), ("disk", "full"), ("disk",)))],
        STATISTICS,
    )
    assert found[0].section == 1


def test_rare_words_tell_more():
    """Inverse frequency falls with the number of documents and is never negative."""
    values = [inverse_frequency(number, 100) for number in (0, 1, 50, 100, 120)]
    assert values == sorted(values, reverse=True)
    assert values[-1] >= 0


def test_equal_documents_keep_their_order():
    """Ties do not depend on anything but the order given."""
    ranked = rank(query_terms("disk"), [candidate(7, text="disk"), candidate(3, text="disk")], STATISTICS)
    assert [found.key for found in ranked] == [7, 3]

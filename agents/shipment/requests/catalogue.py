"""What the shop's own data lets a customer say: names of products, options and values, and how values are ordered."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property, lru_cache

from agents.shipment.requests.tokens import Sentence, joined_form, tokens_of
from orchestrator.core.orders.order import Product
from playbooks.shipping.words import Words

_LONGEST = 5
_LETTERS = 3
_SHORTEST = 3
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)\s*(.*)")
_YES, _NO, _NONE = "yes", "no", "none"
_LITERS_IN_ML = {"l": Decimal(1000), "ml": Decimal(1)}


@lru_cache(maxsize=8192)
def words_of(text: str) -> tuple[str, ...]:
    """The normalised words of a short text."""
    return tuple(token.text for token in tokens_of(text))


class Catalogue:
    """Names, options and values of a shop's products, in the forms in which they are said."""

    def __init__(self, products: Mapping[str, Product], words: Words) -> None:
        self.products = products
        self.words = words
        self._options: dict[str, OptionForms] = {}

    @cached_property
    def _names(self) -> Mapping[str, frozenset[str]]:
        """Forms of names and the ids of the products that they may mean."""
        found: dict[str, set[str]] = {}
        by_name: dict[str, set[str]] = {}
        for product in self.products.values():
            words = words_of(product.name)
            by_name.setdefault(joined_form(words), set()).add(product.id)
            for start in range(len(words)):
                if start == 0 or len(words[-1]) > 2:  # noqa: PLR2004  # a shorter head says nothing
                    found.setdefault(joined_form(words[start:]), set()).add(product.id)
        for alias, names in self.words.names.items():
            ids = [one for name in names for one in by_name.get(joined_form(words_of(name)), ())]
            if ids:
                found.setdefault(joined_form(words_of(alias)), set()).update(ids)
        return {form: frozenset(ids) for form, ids in found.items()}

    def product_at(self, sentence: Sentence, position: int) -> tuple[int, frozenset[str]] | None:
        """The longest name of a product that starts there: the position after it, and the products' ids."""
        for end in range(min(len(sentence), position + _LONGEST), position, -1):
            ids = self._names.get(joined_form([token.text for token in sentence.tokens[position:end]]))
            if ids:
                return end, ids
        return None

    def options_of(self, product_id: str) -> "OptionForms":
        """The options of a product in the forms in which they are said."""
        if product_id not in self._options:
            self._options[product_id] = OptionForms(self.products[product_id], self.words)
        return self._options[product_id]

    def values_at(
        self, sentence: Sentence, position: int, product_ids: Iterable[str]
    ) -> Iterator[tuple[int, frozenset[tuple[str, str]]]]:
        """Values of those products that are said from there, longest first: position after, (option, value) pairs."""
        forms = [self.options_of(one) for one in product_ids if one in self.products]
        for end in range(min(len(sentence), position + _LONGEST), position, -1):
            words = [token.text for token in sentence.tokens[position:end]]
            pairs = frozenset(pair for one in forms for pair in one.values.get(joined_form(words), ()))
            if pairs:
                yield end, pairs

    def option_at(
        self, sentence: Sentence, position: int, product_ids: Iterable[str]
    ) -> tuple[int, frozenset[str]] | None:
        """The name of an option of those products that stands there: position after, options."""
        forms = [self.options_of(one) for one in product_ids if one in self.products]
        for end in range(min(len(sentence), position + 3), position, -1):
            words = [token.text for token in sentence.tokens[position:end]]
            found = frozenset(option for one in forms for option in one.names.get(joined_form(words), ()))
            if found:
                return end, found
        return None


class OptionForms:
    """One product's options: forms of their names, and forms of their values."""

    def __init__(self, product: Product, words: Words) -> None:
        self._words = words
        self.all: dict[str, tuple[str, ...]] = {}
        for variant in product.variants:
            for option, value in variant.options.items():
                self.all[option] = tuple(dict.fromkeys((*self.all.get(option, ()), value)))
        self.names = self._name_forms()
        self.values = self._value_forms()

    def _name_forms(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        counts = Counter(joined_form([word]) for option in self.all for word in set(words_of(option)))
        for option in self.all:
            words = words_of(option)
            phrases = [words, *(words_of(one) for one in self._words.options.get(option.lower(), ()))]
            long = [word for word in words if word.isalpha() and len(word) >= _SHORTEST]
            single = [(word,) for word in long if counts[joined_form([word])] == 1]
            for phrase in (*phrases, *single):
                found.setdefault(joined_form(phrase), set()).add(option)
        if "color" in found:
            found["colour"] = found["color"]
        return {form: frozenset(options) for form, options in found.items()}

    def _value_forms(self) -> Mapping[str, frozenset[tuple[str, str]]]:
        found: dict[str, set[tuple[str, str]]] = {}
        whole: dict[str, set[tuple[str, str]]] = {}
        for option, values in self.all.items():
            for value in values:
                for phrase in self._phrases(option, value):
                    whole.setdefault(joined_form(phrase), set()).add((option, value))
        counts = Counter(
            word
            for option, values in self.all.items()
            for value in values
            for word in {*map(joined_form, _split(value))}
        )
        for option, values in self.all.items():
            for value in values:
                for word in _split(value):
                    form = joined_form(word)
                    if counts[form] == 1 and len(form) > 2 and form.isalpha() and form not in whole:  # noqa: PLR2004
                        found.setdefault(form, set()).add((option, value))
        for form, pairs in self._short_forms().items():
            found.setdefault(form, set()).update(pairs if form not in whole else ())
        merged = {**found, **whole}
        return {form: frozenset(_as_written(form, pairs)) for form, pairs in merged.items()}

    def _short_forms(self) -> Mapping[str, set[tuple[str, str]]]:
        """`1TB` for `1TB SSD`: the measures of values that say more, where no other value has the same."""
        found: dict[str, set[tuple[str, str]]] = {}
        for option, values in self.all.items():
            for value in values:
                words = words_of(value)
                if words[0].replace(".", "").isdigit():
                    for form in {
                        joined_form(phrase) for phrase in ([*words[:2]], *([*one][:2] for one in self._measured(words)))
                    }:
                        found.setdefault(form, set()).add((option, value))
        return {form: pairs for form, pairs in found.items() if len(pairs) == 1}

    def _phrases(self, option: str, value: str) -> Iterator[Sequence[str]]:
        """Every way to say a value that is whole: written out, by synonym, with another unit, by its option's name."""
        lower = value.lower()
        names = [words_of(option), *(words_of(one) for one in self._words.options.get(option.lower(), ()))]
        if lower in {_YES, _NO}:
            for name in names:
                yield from (
                    (name,) if lower == _YES else (("not", *name), ("non", *name), ("no", *name), ("without", *name))
                )
        elif lower == _NONE:
            for name in names:
                yield from (
                    ("no", *name),
                    ("without", *name),
                    ("without", "a", *name),
                    ("no", name[-1]),
                    (name[0], "less"),
                )
        else:
            words = words_of(value)
            yield words
            yield from self._measured(words)
        if lower not in {_YES, _NO, _NONE}:
            for phrase in self._words.values.get(" ".join(words_of(value)), ()):
                yield words_of(phrase)
        for phrase in self._words.values.get(f"{option.lower()}={lower}", ()):
            yield words_of(phrase)

    def _measured(self, words: Sequence[str]) -> Iterator[Sequence[str]]:
        """The same measure with each word for its unit; litres as millilitres and back."""
        if len(words) < 2 or not words[0].replace(".", "").isdigit():  # noqa: PLR2004
            return
        unit = next((name for name, said in self._words.units.items() if words[1] in said), None)
        if unit is None:
            return
        for said in self._words.units[unit]:
            yield (words[0], said, *words[2:])
        if unit in _LITERS_IN_ML:
            amount = Decimal(words[0]) * _LITERS_IN_ML[unit]
            for other, share in _LITERS_IN_ML.items():
                if other != unit:
                    for said in self._words.units[other]:
                        yield (format((amount / share).normalize(), "f"), said)

    def scale(self, option: str) -> tuple[str, ...]:
        """The values of an option from little to much; empty where the catalogue and the scales do not order them."""
        values = self.all.get(option, ())
        for scale in self._words.scales:
            if all(value.lower() in scale for value in values):
                return tuple(sorted(values, key=lambda value: scale.index(value.lower())))
        measured = [(_QUANTITY.match(value), value) for value in values]
        if not all(found for found, _ in measured):
            return ()
        amounts = {value: quantity(value, self._words) for _, value in measured}
        units = {unit for _, unit in amounts.values()}
        return tuple(sorted(values, key=lambda value: amounts[value][0])) if len(units) == 1 else ()


def _as_written(form: str, pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The values of a form; of a size's letters only those that are written so: `M` is not a medium speed."""
    exact = {pair for pair in pairs if joined_form(words_of(pair[1])) == form} if len(form) <= _LETTERS else set()
    return exact or pairs


def quantity(value: str, words: Words) -> tuple[Decimal, str]:
    """A measure's number and unit, litres as millilitres; zero and the value itself where it is no measure."""
    found = _QUANTITY.match(value)
    if not found:
        return Decimal(0), value
    said = found.group(2).strip().strip("-").strip().lower()
    head = said.split(" ")[0] if said else ""
    unit = next((name for name, forms in words.units.items() if head in forms), said)
    if unit in _LITERS_IN_ML:
        return Decimal(found.group(1)) * _LITERS_IN_ML[unit], "ml"
    return Decimal(found.group(1)), unit


def _split(value: str) -> list[tuple[str]]:
    words = words_of(value)
    return [(word,) for word in words] if len(words) > 1 else []

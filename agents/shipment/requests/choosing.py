"""Chooses the one article that a wish describes, from what can be had; nothing is guessed."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from agents.shipment.requests.catalogue import Catalogue, OptionForms
from agents.shipment.requests.phrases import Pair, Wish
from agents.shipment.requests.verdicts import Impossible, Unclear
from orchestrator.core.orders.order import OrderItem, Product, Variant


def choose(wish: Wish, item: OrderItem, catalogue: Catalogue, *, like: OrderItem | None = None) -> Variant:
    """The article that replaces the item; Impossible where none can be had, Unclear where several can."""
    product = catalogue.products.get(item.product_id)
    if product is None:
        raise Unclear("items", f"the product of {item.name} is not in the catalogue")
    if wish.other_product:
        raise Impossible(f"{item.name} can only be replaced by another {item.name}")
    if wish.item_id:
        return _by_number(wish, item, product)
    try:
        return _described(wish, item, product, catalogue, like=like)
    except Impossible:
        if wish.instead is None:
            raise
        merged = _merged(wish, wish.instead, catalogue.options_of(product.id))
        return _described(merged, item, product, catalogue, like=like)


def _by_number(wish: Wish, item: OrderItem, product: Product) -> Variant:
    variant = product.variant(wish.item_id)
    if variant is None:
        raise Impossible(f"{wish.item_id} is no {item.name}")
    if not variant.available or variant.item_id == item.item_id:
        raise Impossible(f"{wish.item_id} cannot be had in place of {item.item_id}")
    if any(not _has(variant, pairs) for pairs in wish.pairs):
        raise Unclear("option", f"{wish.item_id} is not what is described")
    return variant


def _merged(wish: Wish, instead: Wish, forms: OptionForms) -> Wish:
    """The wish with another's values in place of its own for the same options."""
    named = {option for pairs in instead.pairs for option, _ in _own(pairs, forms)}
    kept = tuple(pairs for pairs in wish.pairs if not {option for option, _ in _own(pairs, forms)} & named)
    if instead.like is not None and wish.like is None:
        raise Unclear("option", "what is wanted otherwise is not clear")
    if wish.like is not None:
        instead = replace(instead, same=frozenset())
    return replace(
        wish,
        pairs=(*kept, *instead.pairs),
        same=(wish.same | instead.same) - named,
        free=wish.free | instead.free,
        steps=wish.steps or instead.steps,
        extremes=wish.extremes or instead.extremes,
        preferred=(*wish.preferred, *instead.preferred),
        like=instead.like or wish.like,
        instead=None,
    )


def _described(
    wish: Wish, item: OrderItem, product: Product, catalogue: Catalogue, *, like: OrderItem | None
) -> Variant:
    forms = catalogue.options_of(product.id)
    model = dict(item.options)
    if like is not None:
        model |= {option: value for option, value in like.options.items() if not wish.same or option in wish.same}
    named, checks = _checks(wish, item, product, forms, model=model)
    available = [one for one in product.variants if one.available and one.item_id != item.item_id]
    fitting = [one for one in available if all(check(one) for check in checks)]
    if like is None and not (named or wish.steps or wish.extremes or wish.preferred or wish.barred):
        raise Unclear("option", f"which other {item.name} is wanted is not said")
    if not fitting:
        raise Impossible(f"no {item.name} as described can be had")
    if wish.is_same and like is None:
        fitting = [one for one in fitting if _keeps(one, item, named | _decided(wish) | wish.free)]
        if not fitting:
            raise Impossible(f"no {item.name} keeps everything else as it is")
    fitting = _best(wish, fitting, item, forms)
    fitting = _preferred(wish, fitting)
    return _nearest(wish, fitting, item, options=model, named=named)


def _checks(
    wish: Wish, item: OrderItem, product: Product, forms: OptionForms, *, model: Mapping[str, str]
) -> tuple[set[str], list[Callable[[Variant], bool]]]:
    """The options that are spoken of, and what an article must fulfil."""
    named: set[str] = set()
    checks: list[Callable[[Variant], bool]] = []
    by_option: dict[str, list[frozenset[Pair]]] = {}
    for pairs in wish.pairs:
        own = _own(pairs, forms)
        said_of = {option for option, _ in own}
        if len(said_of) != 1:
            raise Unclear("option", f"{_said(pairs)} is said of {item.name}, whose options are {', '.join(forms.all)}")
        by_option.setdefault(said_of.pop(), []).append(own)
    for option, wanted in by_option.items():
        both = frozenset.intersection(*wanted)
        if not both:
            raise Unclear("option", f"more than one {option} of {item.name} is wanted")
        named.add(option)
        checks.append(_fits(both))
    for pairs in wish.barred:
        own = _own(pairs, forms)
        checks.append(_lacks(own))
        named |= set() if not own else {option for option, _ in own}
    checks.extend(_equals(option, model.get(option)) for option in sorted(wish.same) if option in forms.all)
    if wish.is_no_dearer:
        checks.append(lambda one: one.price <= item.price)
    for options, is_up, by_one in wish.steps:
        named |= set(options) - {"price"}
        checks.append(_stepped(options, item, product, forms, is_up=is_up, by_one=by_one))
    for options, _ in wish.extremes:
        named |= set(options) - {"price"}
    return named, checks


def _equals(option: str, value: str | None) -> Callable[[Variant], bool]:
    return lambda one: one.options.get(option) == value


def _fits(pairs: frozenset[Pair]) -> Callable[[Variant], bool]:
    return lambda one: _has(one, pairs)


def _lacks(pairs: frozenset[Pair]) -> Callable[[Variant], bool]:
    return lambda one: not _has(one, pairs)


def _own(pairs: frozenset[Pair], forms: OptionForms) -> frozenset[Pair]:
    return frozenset(pair for pair in pairs if pair[1] in forms.all.get(pair[0], ()))


def _said(pairs: frozenset[Pair]) -> str:
    return " or ".join(sorted({value for _, value in pairs}))


def _has(variant: Variant | OrderItem, pairs: frozenset[Pair]) -> bool:
    return any(variant.options.get(option) == value for option, value in pairs)


def _stepped(
    options: Sequence[str], item: OrderItem, product: Product, forms: OptionForms, *, is_up: bool, by_one: bool
) -> Callable[[Variant], bool]:
    if "price" in options:
        paid = item.price
        return lambda one: one.price > paid if is_up else one.price < paid
    option = next((one for one in options if one in forms.all), None)
    scale = forms.scale(option) if option else ()
    if option is None or item.options.get(option) not in scale:
        raise Unclear("option", f"{product.name} has no scale for {', '.join(options)}")
    place = scale.index(item.options[option])
    allowed = scale[place + 1 :] if is_up else scale[:place]
    if by_one:
        allowed = allowed[:1] if is_up else allowed[-1:]
    return lambda one: one.options.get(option) in allowed


def _best(wish: Wish, fitting: list[Variant], item: OrderItem, forms: OptionForms) -> list[Variant]:
    """The articles that are most, or least, of what is named, one measure after another."""
    for options, is_up in wish.extremes:
        if "price" in options:
            wanted = (max if is_up else min)(one.price for one in fitting)
            fitting = [one for one in fitting if one.price == wanted]
            if not is_up and item.price <= wanted and len(wish.extremes) == 1 and not wish.pairs:
                raise Impossible(f"no other {item.name} is cheaper")
            continue
        option = next((one for one in options if one in forms.all), None)
        scale = forms.scale(option) if option else ()
        if option is None or not scale:
            raise Unclear("option", f"{item.name} has no scale for {', '.join(options)}")
        places = [scale.index(one.options[option]) for one in fitting]
        wanted_place = (max if is_up else min)(places)
        fitting = [one for one, place in zip(fitting, places, strict=True) if place == wanted_place]
    return fitting


def _preferred(wish: Wish, fitting: list[Variant]) -> list[Variant]:
    for ranked in wish.preferred:
        for pairs in ranked:
            kept = [one for one in fitting if _has(one, pairs)]
            if kept:
                fitting = kept
                break
    return fitting


def _decided(wish: Wish) -> set[str]:
    """Options that a preference decides."""
    return {option for ranked in wish.preferred for pairs in ranked for option, _ in pairs}


def _keeps(variant: Variant, item: OrderItem, spoken_of: AbstractSet[str]) -> bool:
    return all(variant.options.get(name) == value for name, value in item.options.items() if name not in spoken_of)


def _nearest(
    wish: Wish, fitting: list[Variant], item: OrderItem, *, options: Mapping[str, str], named: set[str]
) -> Variant:
    """The one article that keeps every option that is not spoken of, or the only one there is."""
    if len(fitting) == 1 and any("price" in names for names, _ in wish.extremes):
        return fitting[0]
    open_options = set(options) - named - _decided(wish) - wish.free
    kept = [one for one in fitting if all(one.options.get(name) == options[name] for name in open_options)]
    freely = [
        one for one in kept if all(one.options.get(name) == options[name] for name in wish.free if name in options)
    ]
    for found in (freely, kept):
        if len(found) == 1:
            return found[0]
    if kept and len(freely) != 1:
        raise Unclear("option", f"{len(kept)} articles of {item.name} fit", choices=tuple(one.item_id for one in kept))
    if wish.is_same:
        raise Impossible(f"no {item.name} keeps everything else as it is")
    if wish.instead is not None:
        raise Impossible(f"no {item.name} is just so")
    if len(fitting) == 1 and not wish.is_strict:
        return fitting[0]
    raise Unclear(
        "option", f"{len(fitting)} articles of {item.name} fit", choices=tuple(one.item_id for one in fitting)
    )

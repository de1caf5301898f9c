"""Pieces of an order: which of its lines a list of articles means, and what each becomes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from orchestrator.core.orders.order import Order, OrderItem, Variant
from orchestrator.core.workflows import NotPossibleError


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """A piece of an order's line, counted from 0, and the article that it becomes."""

    line: int
    item: OrderItem
    article: Variant


def pieces_of(order: Order) -> Counter[str]:
    """How many pieces of each article an order has."""
    counted: Counter[str] = Counter()
    for item in order.items:
        counted[item.item_id] += item.quantity
    return counted


def chosen_pieces(order: Order, item_ids: Sequence[str]) -> tuple[tuple[int, OrderItem], ...]:
    """The pieces that a list of articles means, an article repeated for several; each with its line."""
    left = [item.quantity for item in order.items]
    found = []
    for item_id in item_ids:
        line = next((n for n, item in enumerate(order.items) if item.item_id == item_id and left[n]), None)
        if line is None:
            has, asked = sum(one.quantity for one in order.items if one.item_id == item_id), item_ids.count(item_id)
            raise NotPossibleError(
                "ItemNotFound", f"Order {order.id} has {has} of the article {item_id!r}, and {asked} are meant."
            )
        left[line] -= 1
        found.append((line, order.items[line]))
    return tuple(found)


def swaps_of(
    order: Order, item_ids: Sequence[str], new_item_ids: Sequence[str], *, articles: Mapping[str, Variant]
) -> tuple[Swap, ...]:
    """What each piece becomes: an article of the same product, of which enough are to be had.

    Args:
        order: The order.
        item_ids: The pieces.
        new_item_ids: What each becomes, in the same order.
        articles: The new articles that there are, by id, with the pieces that are free for this order.
    """
    if len(item_ids) != len(new_item_ids):
        raise NotPossibleError(
            "ItemCountDiffers", f"{len(item_ids)} pieces cannot become {len(new_item_ids)}: name one for each."
        )
    swaps = []
    for (line, item), new_id in zip(chosen_pieces(order, item_ids), new_item_ids, strict=True):
        article = articles.get(new_id)
        if article is None or article.product_id != item.product_id:
            raise NotPossibleError(
                "ItemNotFound", f"There is no article {new_id!r} of the product {item.name!r} ({item.product_id})."
            )
        swaps.append(Swap(line=line, item=item, article=article))
    _check_stock(swaps)
    return tuple(swaps)


def swapped_items(items: Sequence[OrderItem], swaps: Sequence[Swap]) -> tuple[OrderItem, ...]:
    """The lines after pieces were exchanged: each new article stands after what is left of the old one."""
    found: list[OrderItem] = []
    for line, item in enumerate(items):
        ours = [swap.article for swap in swaps if swap.line == line]
        if len(ours) < item.quantity:
            found.append(replace(item, quantity=item.quantity - len(ours)))
        counts = Counter(article.item_id for article in ours)
        for item_id, count in counts.items():
            article = next(one for one in ours if one.item_id == item_id)
            found.append(
                replace(
                    item,
                    item_id=item_id,
                    options=article.options,
                    price=article.price,
                    goods=article.goods,
                    quantity=count,
                )
            )
    return tuple(found)


def _check_stock(swaps: Sequence[Swap]) -> None:
    wanted = Counter(swap.article.item_id for swap in swaps)
    for article in {swap.article.item_id: swap.article for swap in swaps}.values():
        count = wanted[article.item_id]
        if not article.available or (article.stock is not None and article.stock < count):
            raise NotPossibleError("NoStock", f"The article {article.item_id!r} cannot be had {count} times now.")

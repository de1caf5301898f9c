"""Generated conversations for measurements of speed: realistic in length and form, not in what is said.

Nobody wrote them: no figure about quality may be taken from them. The same seed gives the same bytes.
"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

_CUSTOMER = (
    "My order {order} still has not arrived and the tracking page has not moved since last Tuesday.",
    "This is the third time I am writing about the same problem and nobody has called me back yet.",
    "I was charged twice for the {thing} and I would like one of the two payments to be refunded please.",
    "The {thing} that came is the wrong size, and the colour does not look like the picture at all.",
    "Could you tell me whether the {thing} is going to be back in stock before the end of the month?",
    "Thanks, that is really helpful, I did not expect it to be sorted out so quickly.",
    "I am not happy with this, you promised that it would be here by Friday and it is Monday now.",
    "Yes, you can reach me at {mail} or on {phone} at any time after five.",
    "The code that you sent does not work, it says that it is no longer valid.",
    "How do I send the {thing} back, and who pays for the label?",
    "Honestly this is ridiculous, if it is not solved today I am going to cancel my account.",
    "I have changed the address in my account, but the parcel still goes to the old one.",
    "No, that did not help, the page only shows an error when I try to pay with my card {card}.",
    "Okay, thank you, I will wait for the mail and get back to you if it does not come.",
    "Sure, one moment, the number on the invoice is {order} and the date is the third of May.",
)
_AGENT = (
    "Thank you for contacting us, my name is Alex, how may I help you with your order today?",
    "I am very sorry to hear that, let me have a look at what happened with order {order}.",
    "May I place you on a brief hold while I check this with the warehouse?",
    "Thank you for waiting, the parcel was held up in the sorting centre and leaves there tonight.",
    "I have refunded the second payment now, it takes three to five working days to show up.",
    "For your safety, could you confirm the mail address and the postcode of the account, please?",
    "I understand how frustrating that must be, and I will make sure that somebody calls you back today.",
    "You can send the {thing} back within thirty days, and we pay for the label in this case.",
    "Unfortunately the {thing} is sold out, but I can let you know as soon as it is there again.",
    "I have sent the label to {mail}, it should be with you in a couple of minutes.",
    "Is there anything else that I can do for you today?",
    "I will transfer you to a colleague of the payments team, who can see the whole transaction.",
    "Your new delivery date is Thursday between nine and twelve, and you will get a message before.",
    "Great, have a wonderful day, and thank you for shopping with us.",
)
_OTHER = {
    "de": (
        "Meine Bestellung {order} ist immer noch nicht angekommen und niemand meldet sich bei mir.",
        "Vielen Dank für Ihre Geduld, ich sehe sofort nach, was mit dem Paket passiert ist.",
        "Das Gerät ist leider defekt und ich möchte mein Geld zurück, bitte.",
    ),
    "fr": (
        "Ma commande {order} n'est toujours pas arrivée et le suivi ne bouge plus depuis mardi.",
        "Merci de votre patience, je regarde tout de suite ce qui s'est passé avec le colis.",
        "Je voudrais un remboursement, la taille n'est pas la bonne.",
    ),
    "es": (
        "Mi pedido {order} todavía no ha llegado y nadie me contesta desde la semana pasada.",
        "Gracias por su paciencia, voy a comprobar ahora mismo qué ha pasado con el paquete.",
        "Quiero devolver el producto porque no es la talla que pedí.",
    ),
}
_THINGS = ("blue jacket", "coffee machine", "running shoes", "desk lamp", "phone case", "winter coat", "backpack")
_QUEUES = ("orders", "payments", "returns", "account")
_CHANNELS = ("chat", "email", "voice")
_START = datetime(2026, 3, 1, tzinfo=UTC)
_OTHER_SHARE = 0.04


def conversations(turns: int, *, seed: int) -> Iterator[tuple[str, int]]:
    """Lines of JSON with so many turns altogether, 8 to 14 in each but the last; each with its number of turns."""
    rng = random.Random(seed)  # noqa: S311  # a seed to repeat by
    left, number = turns, 0
    while left > 0:
        count = min(rng.randint(8, 14), left)
        yield json.dumps(_conversation(rng, number, count), ensure_ascii=False), count
        left -= count
        number += 1


def _conversation(rng: random.Random, number: int, count: int) -> dict[str, object]:
    language = rng.choice(tuple(_OTHER)) if rng.random() < _OTHER_SHARE else ""
    at = _START + timedelta(seconds=number * 37)
    turns = []
    for place in range(count):
        pool = _OTHER[language] if language else _AGENT if place % 2 else _CUSTOMER
        turns.append(
            {
                "speaker": "agent" if place % 2 else "customer",
                "text": _text(rng, pool),
                "at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            }
        )
        at += timedelta(seconds=rng.randint(5, 180))
    return {
        "id": f"generated-{number:08d}",
        "channel": rng.choice(_CHANNELS),
        "queue": rng.choice(_QUEUES),
        "agent_id": f"agent-{rng.randrange(60)}",
        "customer_id": f"customer-{rng.randrange(100_000)}",
        "turns": turns,
        "metadata": {"generated": True},
    }


def _text(rng: random.Random, pool: tuple[str, ...]) -> str:
    text = rng.choice(pool)
    if "{" not in text:
        return text
    return text.format(
        order=f"W{rng.randrange(10_000_000):07d}",
        thing=rng.choice(_THINGS),
        mail=f"name{rng.randrange(10_000)}@example.com",
        phone=f"+1 202 555 {rng.randrange(10_000):04d}",
        card="4111 1111 1111 1111",
    )


def write_conversations(path: Path, turns: int, *, seed: int = 1) -> tuple[int, int]:
    """Write a file of them: how many conversations, and how many words."""
    count = words = 0
    with path.open("w", encoding="utf-8") as out:
        for line, _ in conversations(turns, seed=seed):
            out.write(f"{line}\n")
            count += 1
            words += sum(len(turn["text"].split()) for turn in json.loads(line)["turns"]) if count <= 1000 else 0
    return count, round(words / min(count, 1000) * count) if count else 0

"""Generated conversations for measurements of speed: realistic in length and form, not in what is said.

Nobody wrote them: no figure about quality may be taken from them. The same seed gives the same bytes. A turn is put
together from parts, so that few of a million are alike, and has 15 words on average; 4 of 100 conversations are not
English, and about one turn in eight holds personal data, all made up.
"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

_Parts = tuple[str, ...]
_CUSTOMER_LEADS: _Parts = (
    "Hi,",
    "Hello there,",
    "Listen,",
    "Honestly,",
    "Well,",
    "Okay, but",
    "As I said before,",
    "No,",
    "Yes, and",
    "Sorry,",
    "I have to say that",
    "Just to be clear,",
)
_CUSTOMER: _Parts = (
    "my order {order} still has not arrived",
    "this is the third time I am writing about {thing}",
    "I was charged twice for the {thing}",
    "the {thing} that came is the wrong size",
    "is the {thing} going to be back in stock before the end of {month}?",
    "that is really helpful, I did not expect it so quickly",
    "you promised that the {thing} would be here by {day}",
    "you can reach me at {mail} or on {phone}",
    "the code for {percent} percent off does not work",
    "how do I send the {thing} back, and who pays for the label?",
    "if it is not solved by {day} I am going to cancel my account",
    "I changed my address to {number} {street}, but the parcel goes to the old one",
    "the page shows an error when I pay with my card {card}",
    "I will wait for the mail until {day}",
    "the number on the invoice is {order}",
    "nobody has called me back on {phone} yet",
    "the {thing} broke after {number} days of normal use",
    "my refund of {number} dollars for the {thing} is still missing",
    "the courier left the {thing} outside in the rain on {day}",
    "I never ordered a {thing}, so why is it on my bill for {month}?",
    "the agent I talked to on {day} was rude and hung up on me",
    "can you change the {thing} to a larger one before it ships?",
    "I cannot log in, the reset mail to {mail} never comes",
    "the {thing} is lovely, my daughter likes it a lot",
)
_CUSTOMER_TAILS: _Parts = (
    "and the tracking page has not moved since {day}.",
    "and I would like my money back, please.",
    "and nobody seems to care about it.",
    "which is not what the picture on your page shows.",
    "so what are you going to do about it?",
    "thanks for looking into it anyway.",
    "and I need it for a birthday on {day}.",
    "I am really disappointed by now.",
    "but it is not that urgent.",
    "this is ridiculous!!",
    "can you check that for me?",
)
_AGENT_LEADS: _Parts = (
    "Thank you for waiting,",
    "I am very sorry to hear that,",
    "I understand how frustrating that must be,",
    "Of course,",
    "Let me see,",
    "Good news:",
    "Thank you for contacting us, my name is {name},",
    "One moment please,",
    "Unfortunately",
    "All right,",
)
_AGENT: _Parts = (
    "I am looking at what happened with order {order}",
    "the parcel was held up in the sorting centre until {day}",
    "I have refunded the {number} dollars for the {thing} now",
    "could you confirm the mail address and the postcode of the account?",
    "I will make sure that somebody calls you back on {phone}",
    "you can send the {thing} back within thirty days",
    "the {thing} is sold out until {month}",
    "I have sent the label to {mail}",
    "I will transfer you to a colleague of the payments team",
    "your new delivery date is {day} between nine and twelve",
    "may I place you on a brief hold while I check this with the warehouse?",
    "a replacement for the {thing} leaves our warehouse on {day}",
    "we cannot change the address of {order} once it has been packed",
    "I have added {percent} percent off to your account for the trouble",
    "I need the last digits of the card that you paid the {thing} with",
    "I have reset your password and sent you a link",
)
_AGENT_TAILS: _Parts = (
    "and it takes three to five working days to show up.",
    "and you will get a message before.",
    "is there anything else that I can do for you today?",
    "and we pay for the label in this case.",
    "so that this does not happen again.",
    "and I will keep an eye on it for you.",
    "thank you for your patience.",
    "have a wonderful {day}.",
    "there is nothing more that I can do, I am afraid.",
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
_THINGS: _Parts = (
    "linen shirt", "desk lamp", "trail backpack", "enamel mug", "headset", "power bank", "wool blanket", "blue jacket",
    "coffee machine", "pair of running shoes", "phone case", "winter coat",
    "kettle", "yoga mat", "garden chair", "bookshelf", "summer dress", "frying pan", "toy train", "mattress",
)  # fmt: skip
_STREETS: _Parts = ("Oak Street", "Mill Lane", "Station Road", "Harbour View", "Church Street", "Park Avenue")
_DAYS: _Parts = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_MONTHS: _Parts = ("January", "March", "May", "July", "September", "November")
_NAMES: _Parts = ("Alex", "Sam", "Priya", "Jonas", "Maria", "Wei", "Fatima", "Tom")
_CARDS: _Parts = ("4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005")
_QUEUES: _Parts = ("orders", "payments", "returns", "account")
_CHANNELS: _Parts = ("chat", "email", "voice")
_START = datetime(2026, 3, 1, tzinfo=UTC)
_OTHER_SHARE = 0.04
_CARELESS = 0.1
_LED = 0.42
_ANSWERED = 0.2


def conversations(turns: int, *, seed: int, lengths: tuple[int, int] = (8, 14)) -> Iterator[tuple[str, int]]:
    """Lines of JSON with so many turns altogether; each with its number of turns.

    Args:
        turns: Of all conversations.
        seed: To repeat by.
        lengths: Turns of each conversation, the least and the most; the last one may have fewer.
    """
    rng = random.Random(seed)  # noqa: S311  # a seed to repeat by
    left, number = turns, 0
    while left > 0:
        count = min(rng.randint(*lengths), left)
        yield json.dumps(_conversation(rng, number, count), ensure_ascii=False), count
        left -= count
        number += 1


def _conversation(rng: random.Random, number: int, count: int) -> dict[str, object]:
    language = rng.choice(tuple(_OTHER)) if rng.random() < _OTHER_SHARE else ""
    at = _START + timedelta(seconds=number * 37)
    turns = []
    for place in range(count):
        said = _other(rng, language) if language else _agent(rng) if place % 2 else _customer(rng)
        turns.append({"speaker": "agent" if place % 2 else "customer", "text": said, "at": f"{at:%Y-%m-%dT%H:%M:%SZ}"})
        at += timedelta(seconds=rng.randint(5, 180))
    return {
        "id": f"generated-{number:08d}",
        "channel": rng.choice(_CHANNELS),
        "queue": rng.choice(_QUEUES),
        "agent_id": f"agent-{rng.randrange(60)}",
        "customer_id": f"customer-{rng.randrange(100_000)}",
        **({"survey_csat": rng.randint(1, 5)} if rng.random() < _ANSWERED else {}),
        "turns": turns,
        "metadata": {"generated": True},
    }


def _customer(rng: random.Random) -> str:
    text = _filled(rng, _joined(rng, _CUSTOMER_LEADS, _CUSTOMER, _CUSTOMER_TAILS))
    # as people write
    return text.lower() if rng.random() < _CARELESS else text


def _agent(rng: random.Random) -> str:
    return _filled(rng, _joined(rng, _AGENT_LEADS, _AGENT, _AGENT_TAILS))


def _joined(rng: random.Random, leads: _Parts, cores: _Parts, tails: _Parts) -> str:
    """A core, with a lead and a tail each in some of the turns."""
    lead = rng.choice(leads) if rng.random() < _LED else ""
    tail = rng.choice(tails) if rng.random() < _LED else ""
    return f"{lead} {rng.choice(cores)} {tail}"


def _other(rng: random.Random, language: str) -> str:
    return _filled(rng, rng.choice(_OTHER[language]))


def _filled(rng: random.Random, text: str) -> str:
    text = text.strip()
    text = text[:1].upper() + text[1:]
    if "{" not in text:
        return text
    return text.format(
        order=f"W{rng.randrange(10_000_000):07d}",
        thing=rng.choice(_THINGS),
        street=rng.choice(_STREETS),
        day=rng.choice(_DAYS),
        month=rng.choice(_MONTHS),
        name=rng.choice(_NAMES),
        number=rng.randrange(2, 300),
        percent=rng.randrange(1, 10) * 5,
        mail=f"name{rng.randrange(10_000)}@example.com",
        phone=f"+1 202 555 {rng.randrange(10_000):04d}",
        card=rng.choice(_CARDS),
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

"""How far the buying of a shipment is."""

from enum import StrEnum


class ShipmentStage(StrEnum):
    """How far the buying of a shipment is."""

    REQUESTED = "requested"
    """Nothing was bought: it waits for a yes, or the policy forbids it."""
    BUYING = "buying"
    """Somebody said yes; it is about to be bought, or is being bought."""
    PARKED = "parked"
    """Nobody knows whether it was bought, or whether it was given back: a person has it."""
    REFUSED = "refused"
    """It was not bought: the shop or the carrier said no."""
    CANCELLED = "cancelled"
    """It was not bought: nobody wants it any more."""
    BOUGHT = "bought"
    """There is a label; where the parcel is, the status tells."""
    VOIDING = "voiding"
    """It is being given back."""
    VOIDED = "voided"
    """It was given back."""

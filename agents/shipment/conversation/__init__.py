"""A conversation about orders: who asks, what they have, what they want, and what is proposed to them."""

"""The accounts that the shop has had for long; the seed and the load must know the same ones."""

from __future__ import annotations

import random
from dataclasses import dataclass

ACCOUNTS = 5_000
SAME_MINUTE = 4_000
"""Further sign-ups, of one minute some weeks ago; none of them was ever seen again."""
OLD_COST = 2
"""scrypt's N for the seeded passwords: those accounts came over from the old shop as they were."""

_FIRST = (
    "Ada", "Bela", "Carla", "Dario", "Edda", "Femi", "Greta", "Hiro", "Ilse", "Jonas", "Kofi", "Lena",
    "Mara", "Nils", "Olga", "Pavel", "Quinn", "Rosa", "Sven",
    "Tara", "Uma", "Viktor", "Wanda", "Xenia", "Yusuf", "Zoe",
)  # fmt: skip
_LAST = (
    "Adler", "Brandt", "Costa", "Dietz", "Ekström", "Farkas", "Gruber", "Haas", "Ito", "Jensen", "Keller",
    "Lang", "Moreau", "Novak", "Okafor", "Peters", "Rossi", "Sato", "Turner", "Urban", "Vogel", "Weber",
)  # fmt: skip
_MAIL = ("post.example", "mail.example", "home.example")


@dataclass(frozen=True)
class Person:
    """A customer and how they log in."""

    number: int
    name: str
    email: str
    password: str


def person(number: int) -> Person:
    """The customer with that number; the same number is the same person."""
    draw = random.Random(f"person:{number}")
    first, last = draw.choice(_FIRST), draw.choice(_LAST)
    email = f"{first}.{last}{number}@{draw.choice(_MAIL)}".lower().replace("ö", "oe")
    return Person(number, f"{first} {last}", email, f"{last.lower()}-{draw.randrange(10**6):06}")

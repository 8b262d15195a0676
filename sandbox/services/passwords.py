"""Passwords and session tokens, kept only as digests. Costs are low: nobody's money is at stake."""

from __future__ import annotations

import hashlib
import hmac
import secrets

COST = 1024
"""scrypt's N for new passwords; each hash carries its own."""


def hashed(password: str, *, cost: int = COST, salt: bytes | None = None) -> str:
    """`scrypt$N$salt$digest`, in hex."""
    salt = secrets.token_bytes(16) if salt is None else salt
    digest = hashlib.scrypt(password.encode(), salt=salt, n=cost, r=8, p=1, dklen=32)
    return f"scrypt${cost}${salt.hex()}${digest.hex()}"


def matches(password: str, stored: str) -> bool:
    """Whether a password belongs to a stored hash; a hash that can't be read belongs to none."""
    try:
        kind, cost, salt, _ = stored.split("$")
        again = hashed(password, cost=int(cost), salt=bytes.fromhex(salt))
    except ValueError:
        return False
    return kind == "scrypt" and hmac.compare_digest(again, stored)


def new_token() -> str:
    return secrets.token_urlsafe(24)


def token_digest(token: str) -> str:
    """Under which a session is kept; whoever reads the table can't be the customer."""
    return hashlib.sha256(token.encode()).hexdigest()

"""Who works at Lumen: the engineers whose names are in the repository, and the one on call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DOMAIN = "lumen.example"


@dataclass(frozen=True)
class Engineer:
    """One person, as git knows them."""

    key: str
    """As in the Compose file's `owner`, and before the @ of the mail address."""
    name: str
    does: str

    @property
    def mail(self) -> str:
        return f"{self.key}@{DOMAIN}"

    @property
    def ident(self) -> str:
        """`Name <mail>`."""
        return f"{self.name} <{self.mail}>"


CAST: Mapping[str, Engineer] = {
    each.key: each
    for each in (
        Engineer("noor", "Noor Haddad", "leads the shop team: front door, pages, what customers see"),
        Engineer("ines", "Inês Duarte", "vision and its cache; trained the captioning model"),
        Engineer("marta", "Marta Kowalska", "platform: database, metrics, bastion, the deployer"),
        Engineer("tomas", "Tomáš Novák", "orders and money: checkout, payments, the bank's interface"),
        Engineer("yuki", "Yuki Arai", "data: products, reports, right-sizing; three days a week"),
        Engineer("sam", "Sam Okafor", "joined in spring; works through the list of small things"),
        Engineer("lea", "Lea Brandt", "release manager; also writes most runbooks"),
    )
}
"""Everybody, by key."""

ON_CALL = Engineer("oncall", "On Call", "whoever carries the pager")


def is_ours(owner: str) -> bool:
    """Whether a part belongs to the company, not to its customers or to somebody else."""
    return owner in CAST

"""Pages and API for browser and app: asks the other services and puts their answers together."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from prometheus_client import Counter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .kit.bodies import given, refusal
from .kit.cache import Cache
from .kit.calls import Peers, Unanswered
from .kit.database import Database, Server
from .kit.serving import Probe, Service

UPLOADS = Counter("storefront_uploads_total", "Photos taken in, by the age of the account.", ["account_age"])
VISITS = Counter(
    "storefront_session_requests_total",
    "Requests of somebody with a session, by the age of the account, whatever became of them.",
    ["what", "account_age"],
)

_TRY_AGAIN_AFTER_S = 0.3


@dataclass(frozen=True)
class Flags:
    """Features that the shop can do without for a while."""

    captions: bool
    """Photos are captioned when they are uploaded; without it they are kept as they are."""
    greeting: bool
    """The first page knows who is there; without it everybody is a stranger."""
    signups: bool
    """New customers are taken in."""


@dataclass(frozen=True)
class StorefrontConfig:
    """`config/storefront.yaml`."""

    database: Server
    database_pool: int
    accounts_timeout_s: float
    catalog_timeout_s: float
    vision_timeout_s: float
    vision_tries: int
    """How often a photo is handed to vision before the customer hears that it failed."""
    checkout_timeout_s: float
    uploads_per_minute: int
    """Of one account; more are refused. 0 is no limit."""
    flags: Flags


def age_band(age_days: float) -> str:
    """Accounts of an age, as a label."""
    return next(
        (name for name, days in (("day", 1), ("month", 30), ("year", 365)) if age_days < days), "older"
    )


class Storefront(Service[StorefrontConfig]):
    """The HTTP side. It keeps customers' photos itself and asks for everything else."""

    name = "storefront"
    settings = StorefrontConfig

    def __init__(self) -> None:
        super().__init__()
        self.db = Database(self.config.value.database, self.spans, self.log)
        self.cache = Cache(os.environ["CACHE_URL"], self.log)
        self.peers = Peers(self.spans, os.environ["GATEWAY_URL"])

    def routes(self) -> Sequence[Route]:
        return [
            Route("/", self.home),
            Route("/products/{product:int}", self.product),
            Route("/signup", self.sign_up, methods=["POST"]),
            Route("/login", self.log_in, methods=["POST"]),
            Route("/upload", self.upload, methods=["POST"]),
            Route("/cart", self.cart),
            Route("/cart", self.put_in, methods=["POST"]),
            Route("/orders", self.order, methods=["POST"]),
            Route("/orders/{order:int}", self.look),
        ]

    def probes(self) -> Mapping[str, Probe]:
        return {"database": lambda: self.db.value("SELECT 1")}

    async def _ask(self, peer: str, method: str, path: str, **more: Any) -> httpx.Response:
        """Another service's answer; what it can't answer is ours to excuse.

        Raises:
            HTTPException: 504 if there was no answer, 503 if it failed.
        """
        timeout_s = float(getattr(self.config.value, f"{peer}_timeout_s"))
        try:
            answer = await self.peers.call(peer, method, f"/{peer}{path}", timeout_s=timeout_s, **more)
        except Unanswered as error:
            self.log.error(f"{peer} did not answer", extra={"fields": {"error": str(error)}})
            raise HTTPException(504, "try again later") from error
        if answer.status_code >= 500:
            self.log.error(f"{peer} refused", extra={"fields": {"status": answer.status_code}})
            raise HTTPException(503, "try again later")
        return answer

    async def _customer(self, request: Request) -> dict[str, Any]:
        """Whose session this is.

        Raises:
            HTTPException: 401 without a session, 403 for a blocked account, 5xx if nobody can tell.
        """
        token = request.headers.get("authorization", "")
        answer = await self._ask("accounts", "GET", "/sessions/current", headers={"authorization": token})
        if answer.status_code != httpx.codes.OK:
            raise HTTPException(answer.status_code, "log in, please")
        customer: dict[str, Any] = answer.json()
        VISITS.labels(request.scope["endpoint"].__name__, age_band(customer["age_days"])).inc()
        return customer

    async def home(self, request: Request) -> Response:
        """The shelf, and a greeting; whoever can't be recognised is a stranger and sees the shelf too."""
        name = None
        if "authorization" in request.headers and self.config.value.flags.greeting:
            with contextlib.suppress(HTTPException):
                name = (await self._customer(request))["name"]
        shelf = await self._ask("catalog", "GET", "/products")
        return JSONResponse({"hello": name, "products": shelf.json()})

    async def product(self, request: Request) -> Response:
        return _pass_on(await self._ask("catalog", "GET", f"/products/{request.path_params['product']}"))

    async def sign_up(self, request: Request) -> Response:
        if not self.config.value.flags.signups:
            return refusal(503, "we take no new customers just now")
        fields = await given(request, email=str, name=str, password=str)
        return _pass_on(await self._ask("accounts", "POST", "/accounts", body=fields))

    async def log_in(self, request: Request) -> Response:
        fields = await given(request, email=str, password=str)
        return _pass_on(await self._ask("accounts", "POST", "/sessions", body=fields))

    async def upload(self, request: Request) -> Response:
        """Have the photo captioned and remember it for the customer."""
        customer = await self._customer(request)
        if await self._too_many(request, customer["account"]):
            return refusal(429, "too many photos at once, try again in a minute")
        image = await request.body()
        caption = ""
        if self.config.value.flags.captions:
            answer = await self._caption(image)
            if answer.status_code != httpx.codes.OK:
                return refusal(answer.status_code, "this is no photo that we can print")
            caption = answer.json()["caption"]
        photo = await self.db.value(
            "INSERT INTO photos (account_id, caption, bytes) VALUES ($1, $2, $3) RETURNING id",
            customer["account"], caption, len(image),
        )  # fmt: skip
        UPLOADS.labels(age_band(customer["age_days"])).inc()
        fields = {
            "account": customer["account"],
            "account_created": customer["created_at"],
            "bytes": len(image),
        }
        self.log.info("photo taken", extra={"fields": fields})
        return JSONResponse({"photo": photo, "caption": caption}, status_code=201)

    async def _caption(self, image: bytes) -> httpx.Response:
        """Vision's words about a photo, after as many tries as the config allows."""
        for _ in range(self.config.value.vision_tries - 1):
            with contextlib.suppress(HTTPException):
                return await self._ask("vision", "POST", "/caption", body=image)
            await asyncio.sleep(_TRY_AGAIN_AFTER_S)
        return await self._ask("vision", "POST", "/caption", body=image)

    async def _too_many(self, request: Request, account: int) -> bool:
        """Whether an account has had its share of uploads for now, failed ones included."""
        most = self.config.value.uploads_per_minute
        if request.headers.get("x-envoy-attempt-count", "1") != "1":
            # The edge's own second try isn't the customer's second photo.
            return False
        return most > 0 and await self.cache.count(f"uploads:{account}", 60) > most

    async def cart(self, request: Request) -> Response:
        customer = await self._customer(request)
        return _pass_on(await self._ask("checkout", "GET", f"/carts/{customer['account']}"))

    async def put_in(self, request: Request) -> Response:
        customer = await self._customer(request)
        fields = await given(request, product=int, quantity=int)
        path = f"/carts/{customer['account']}/items"
        return _pass_on(await self._ask("checkout", "POST", path, body=fields))

    async def order(self, request: Request) -> Response:
        """Order what is in the cart. The customer's app may send a key, so that it can ask again."""
        customer = await self._customer(request)
        fields = await given(request, card=str)
        key = request.headers.get("idempotency-key") or secrets.token_hex(16)
        body = {"account": customer["account"], "card": fields["card"]}
        headers = {"idempotency-key": f"{customer['account']}:{key}"}
        return _pass_on(await self._ask("checkout", "POST", "/orders", body=body, headers=headers))

    async def look(self, request: Request) -> Response:
        customer = await self._customer(request)
        answer = await self._ask("checkout", "GET", f"/orders/{request.path_params['order']}")
        if answer.status_code == httpx.codes.OK and answer.json()["account"] != customer["account"]:
            return refusal(404, "there is no such order")
        return _pass_on(answer)

    async def reconfigured(self) -> None:
        await self.db.follow(self.config.value.database, self.config.value.database_pool)

    @contextlib.asynccontextmanager
    async def resources(self) -> AsyncIterator[None]:
        await self.db.open(self.config.value.database_pool)
        yield
        await self.peers.close()
        await self.cache.close()
        await self.db.close()


def _pass_on(answer: httpx.Response) -> Response:
    return Response(answer.content, status_code=answer.status_code, media_type="application/json")


if __name__ == "__main__":
    Storefront().run()

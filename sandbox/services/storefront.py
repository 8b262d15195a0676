"""Pages and API for browser and app: shows products, takes photos, takes orders."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import kit


@dataclass(frozen=True)
class StorefrontConfig:
    """`config/storefront.yaml`."""

    vision_timeout_s: float
    database_pool: int

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> StorefrontConfig:
        return cls(float(document["vision_timeout_s"]), int(document["database_pool"]))


class Storefront:
    """The HTTP side, its database pool and its client for the inner gateway."""

    pool: asyncpg.Pool
    gateway: httpx.AsyncClient

    def __init__(self) -> None:
        self.log = kit.logger("storefront")
        self.config = kit.Config(kit.etc("storefront.yaml"), StorefrontConfig.parse, self.log)

    async def browse(self, _: Request) -> Response:
        rows = await self.pool.fetch("SELECT id, name, price_cents FROM products ORDER BY id LIMIT 24")
        return JSONResponse([dict(row) for row in rows])

    async def upload(self, request: Request) -> Response:
        """Have the photo captioned and remember it for the customer."""
        customer = int(request.query_params.get("customer", "1"))
        image = await request.body()
        try:
            answer = await self.gateway.post(
                "/vision/caption", content=image, headers=kit.outgoing_headers(),
                timeout=self.config.value.vision_timeout_s,
            )  # fmt: skip
        except httpx.HTTPError as error:
            self.log.error("vision did not answer", extra={"fields": {"error": type(error).__name__}})
            return JSONResponse({"error": "try again later"}, status_code=504)
        if answer.status_code != 200:
            status = 503 if answer.status_code >= 500 else answer.status_code
            self.log.error("vision refused", extra={"fields": {"status": answer.status_code}})
            return JSONResponse({"error": "try again later"}, status_code=status)
        caption = json.loads(answer.content)["caption"]
        photo = await self.pool.fetchval(
            "INSERT INTO photos (customer_id, caption, bytes) VALUES ($1, $2, $3) RETURNING id",
            customer, caption, len(image),
        )  # fmt: skip
        return JSONResponse({"photo": photo, "caption": caption}, status_code=201)

    async def order(self, request: Request) -> Response:
        """Take an order in one transaction: stock down, order in."""
        body = await request.json()
        customer, product = int(body["customer"]), int(body["product"])
        async with self.pool.acquire() as connection, connection.transaction():
            price = await connection.fetchval(
                "UPDATE products SET stock = stock - 1 WHERE id = $1 AND stock > 0 RETURNING price_cents",
                product,
            )
            if price is None:
                return JSONResponse({"error": "sold out"}, status_code=409)
            order = await connection.fetchval(
                "INSERT INTO orders (customer_id, product_id, price_cents) VALUES ($1, $2, $3) RETURNING id",
                customer, product, price,
            )  # fmt: skip
        return JSONResponse({"order": order, "price_cents": price}, status_code=201)

    async def healthy(self, _: Request) -> Response:
        await self.pool.fetchval("SELECT 1")
        return JSONResponse({"status": "ok"})

    @contextlib.asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self.pool = await asyncpg.create_pool(
            os.environ["DATABASE_URL"], min_size=1, max_size=self.config.value.database_pool
        )
        limits = httpx.Limits(max_connections=1000, max_keepalive_connections=100)
        self.gateway = httpx.AsyncClient(base_url=os.environ["GATEWAY_URL"], limits=limits)
        follower = asyncio.create_task(self.config.follow())
        yield
        follower.cancel()
        await self.gateway.aclose()
        await self.pool.close()

    def run(self) -> None:
        routes = [
            Route("/", self.browse),
            Route("/upload", self.upload, methods=["POST"]),
            Route("/orders", self.order, methods=["POST"]),
            *kit.common_routes(self.healthy),
        ]
        app = Starlette(routes=routes, lifespan=self.lifespan)
        kit.serve(kit.instrumented(app, self.log, frozenset({"/", "/upload", "/orders"})), self.log)


if __name__ == "__main__":
    Storefront().run()

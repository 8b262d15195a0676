"""Carts and orders: reserves stock in a transaction, has payments charge, hands the order to the queue."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import redis.asyncio as redis
from prometheus_client import Counter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .deliveries import STREAM
from .kit.bodies import given, refusal
from .kit.calls import Peers, Unanswered
from .kit.database import Database, Server
from .kit.serving import Probe, Service
from .kit.tracing import SpanKind, carrier

ORDERS = Counter("checkout_orders_total", "Orders by how they ended here.", ["result"])

_REPUBLISH_EVERY_S = 5.0
_OVERDUE_S = 10.0


class NotPossible(Exception):
    """The order can't be taken; the text says why."""


@dataclass(frozen=True)
class CheckoutConfig:
    """`config/checkout.yaml`."""

    database: Server
    database_pool: int
    payments_timeout_s: float
    max_quantity: int


@dataclass(frozen=True)
class Order:
    """An order as the table has it."""

    id: int
    account: int
    status: str
    total_cents: int


class Checkout(Service[CheckoutConfig]):
    """The HTTP side, its tables and its stream."""

    name = "checkout"
    settings = CheckoutConfig

    def __init__(self) -> None:
        super().__init__()
        self.db = Database(self.config.value.database, self.spans, self.log)
        self.queue = redis.Redis.from_url(
            os.environ["QUEUE_URL"], socket_timeout=1.0, socket_connect_timeout=1.0
        )
        self.peers = Peers(self.spans, os.environ["GATEWAY_URL"])

    def routes(self) -> Sequence[Route]:
        return [
            Route("/carts/{account:int}", self.cart),
            Route("/carts/{account:int}/items", self.put_in, methods=["POST"]),
            Route("/orders", self.order, methods=["POST"]),
            Route("/orders/{order:int}", self.look),
        ]

    def probes(self) -> Mapping[str, Probe]:
        return {"database": lambda: self.db.value("SELECT 1"), "queue": self.queue.ping}

    async def cart(self, request: Request) -> Response:
        items = await self.db.rows(
            """SELECT product_id AS product, name, quantity, price_cents
               FROM cart_items JOIN products ON products.id = product_id WHERE account_id = $1""",
            request.path_params["account"],
        )
        return JSONResponse(
            {"items": items, "total_cents": sum(i["quantity"] * i["price_cents"] for i in items)}
        )

    async def put_in(self, request: Request) -> Response:
        fields = await given(request, product=int, quantity=int)
        if not 1 <= fields["quantity"] <= self.config.value.max_quantity:
            return refusal(422, f"at most {self.config.value.max_quantity} at once")
        try:
            await self.db.value(
                """INSERT INTO cart_items (account_id, product_id, quantity) VALUES ($1, $2, $3)
                   ON CONFLICT (account_id, product_id) DO UPDATE SET quantity = excluded.quantity""",
                request.path_params["account"], fields["product"], fields["quantity"],
            )  # fmt: skip
        except asyncpg.ForeignKeyViolationError:
            return refusal(404, "there is no such product")
        return JSONResponse({"product": fields["product"], "quantity": fields["quantity"]}, status_code=201)

    async def look(self, request: Request) -> Response:
        order = await self.db.row(
            "SELECT id AS order, account_id AS account, status, total_cents FROM orders WHERE id = $1",
            request.path_params["order"],
        )
        return JSONResponse(order) if order else refusal(404, "there is no such order")

    async def order(self, request: Request) -> Response:
        """Order what is in the cart; the same idempotency key is the same order."""
        key = request.headers.get("idempotency-key", "")
        if not key:
            return refusal(400, "an idempotency key is needed")
        fields = await given(request, account=int, card=str)
        order = await self._known(key)
        if order is None:
            try:
                order = await self._reserve(key, fields["account"])
            except (NotPossible, asyncpg.UniqueViolationError) as error:
                # Two that came at once: the other one has emptied the cart into the same order.
                order = await self._known(key)
                if order is None:
                    ORDERS.labels("refused").inc()
                    return refusal(409, str(error))
        if order.status == "pending":
            order = await self._pay(order, fields["card"])
        ORDERS.labels(order.status).inc()
        status = {"paid": 201, "fulfilled": 201, "declined": 402}.get(order.status, 503)
        return JSONResponse(
            {"order": order.id, "status": order.status, "total_cents": order.total_cents}, status_code=status
        )

    async def _known(self, key: str) -> Order | None:
        row = await self.db.row(
            "SELECT id, account_id AS account, status, total_cents FROM orders WHERE idempotency_key = $1",
            key,
        )
        return Order(**row) if row else None

    async def _reserve(self, key: str, account: int) -> Order:
        """Empty the cart into an order and take the stock, all or nothing.

        Raises:
            NotPossible: the cart is empty, or something is sold out.
        """
        async with self.db.connection() as connection, connection.transaction():
            cart = await connection.fetch(
                "DELETE FROM cart_items WHERE account_id = $1 RETURNING product_id, quantity", account
            )
            if not cart:
                raise NotPossible("the cart is empty")
            items = []
            # In one order, so that two customers never wait for each other.
            for product, quantity in sorted((row["product_id"], row["quantity"]) for row in cart):
                price = await connection.fetchval(
                    """UPDATE products SET stock = stock - $2 WHERE id = $1 AND stock >= $2
                       RETURNING price_cents""",
                    product, quantity,
                )  # fmt: skip
                if price is None:
                    raise NotPossible("sold out")
                items.append((product, quantity, price))
            total = sum(quantity * price for _, quantity, price in items)
            number = await connection.fetchval(
                """INSERT INTO orders (account_id, total_cents, idempotency_key) VALUES ($1, $2, $3)
                   RETURNING id""",
                account, total, key,
            )  # fmt: skip
            await connection.executemany(
                "INSERT INTO order_items (order_id, product_id, quantity, price_cents)"
                " VALUES ($1, $2, $3, $4)",
                [(number, *item) for item in items],
            )
        return Order(number, account, "pending", total)

    async def _pay(self, order: Order, card: str) -> Order:
        try:
            answer = await self.peers.call(
                "payments", "POST", "/payments/charges", timeout_s=self.config.value.payments_timeout_s,
                headers={"idempotency-key": f"order-{order.id}"},
                body={"order": order.id, "amount_cents": order.total_cents, "card": card},
            )  # fmt: skip
            status = {200: "paid", 402: "declined"}.get(answer.status_code, "pending")
            why = str(answer.status_code)
        except Unanswered as error:
            status, why = "pending", str(error)
        fields = {"order": order.id, "account": order.account, "total_cents": order.total_cents}
        if status == "pending":
            self.log.error("order not paid", extra={"fields": {**fields, "why": why}})
            return order
        await self._settle(order, status)
        self.log.info(f"order {status}", extra={"fields": fields})
        if status == "paid":
            await self._publish(order)
        return Order(order.id, order.account, status, order.total_cents)

    async def _settle(self, order: Order, status: str) -> None:
        async with self.db.connection() as connection, connection.transaction():
            await connection.execute(
                "UPDATE orders SET status = $2, paid_at = CASE WHEN $2 = 'paid' THEN now() END WHERE id = $1",
                order.id, status,
            )  # fmt: skip
            if status == "declined":
                await connection.execute(
                    """UPDATE products SET stock = stock + quantity FROM order_items
                       WHERE order_id = $1 AND product_id = products.id""",
                    order.id,
                )

    async def _publish(self, order: Order) -> bool:
        """Hand a paid order to the worker; if that fails, it is tried again later."""
        with self.spans.span("publish orders", SpanKind.PRODUCER):
            message: dict[Any, Any] = {"order": order.id, "account": order.account, **carrier()}
            try:
                await self.queue.xadd(STREAM, message)
            except redis.RedisError as error:
                fields = {"order": order.id, "error": str(error)}
                self.log.error("order not published", extra={"fields": fields})
                return False
            await self.db.value("UPDATE orders SET published_at = now() WHERE id = $1", order.id)
            return True

    async def _republish(self) -> None:
        """Hand over what was paid but never reached the queue."""
        while True:
            await asyncio.sleep(_REPUBLISH_EVERY_S)
            try:
                overdue = await self.db.rows(
                    """SELECT id, account_id AS account, status, total_cents FROM orders
                       WHERE status = 'paid' AND published_at IS NULL
                         AND paid_at < now() - make_interval(secs => $1) ORDER BY id LIMIT 50""",
                    _OVERDUE_S,
                )
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                self.log.warning("overdue orders not read", extra={"fields": {"error": str(error)}})
                continue
            for row in overdue:
                if not await self._publish(Order(**row)):
                    break

    async def reconfigured(self) -> None:
        await self.db.follow(self.config.value.database, self.config.value.database_pool)

    @contextlib.asynccontextmanager
    async def resources(self) -> AsyncIterator[None]:
        await self.db.open(self.config.value.database_pool)
        self.background(self._republish())
        yield
        await self.peers.close()
        await self.queue.aclose()
        await self.db.close()


if __name__ == "__main__":
    Checkout().run()

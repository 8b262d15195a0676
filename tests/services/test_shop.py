"""The whole shop, through its front door: what customers can do, and what engineers can rely on.

Tests leave the shop as they found it, since their order is random.
"""

from __future__ import annotations

import json
import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml

from sandbox.services import photos
from sandbox.stack.prometheus import SCRAPED
from tests.services.conftest import Customer, Shop
from tests.waiting import wait_until

pytestmark = [pytest.mark.process, pytest.mark.timeout(240)]


def test_a_customer_gets_what_they_came_for(shop: Shop) -> None:
    """Sign up, log in, browse, upload, put in the cart, buy; then the order is fulfilled."""
    customer = shop.customer()
    assert customer.log_in().status_code == 201
    home = customer.get("/").json()
    assert home["hello"] == "Test"
    assert len(home["products"]) == 12
    assert customer.get("/products/5").json()["name"] == "Mug"
    photo = customer.upload()
    assert photo.status_code == 201
    assert photo.json()["caption"]
    customer.fill_cart(product=5, quantity=2)
    assert customer.get("/cart").json()["total_cents"] == 2580
    bought = customer.order()
    assert bought.status_code == 201, bought.text
    assert customer.get("/cart").json()["items"] == []
    wait_until(lambda: customer.status_of(bought.json()["order"]) == "fulfilled", 15)


def test_the_same_key_charges_once(shop: Shop, customer: Customer) -> None:
    """Asking again with the same key gives the same order, and the bank is asked once."""
    customer.fill_cart()
    key = secrets.token_hex(8)
    first, again = customer.order(key=key), customer.order(key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["order"] == again.json()["order"]
    assert shop.sql(f"SELECT count(*) FROM orders WHERE account_id = {customer.account}") == "1"
    assert shop.sql(f"SELECT count(*) FROM charges WHERE order_id = {first.json()['order']}") == "1"


def test_two_orders_at_once_with_the_same_key_charge_once(shop: Shop, customer: Customer) -> None:
    """An impatient customer's second tap is the same order; it may be told to wait, and never pays."""
    customer.fill_cart()
    key = secrets.token_hex(8)
    with ThreadPoolExecutor(4) as pool:
        answers = [each.result() for each in [pool.submit(customer.order, key=key) for _ in range(4)]]
    assert {answer.status_code for answer in answers} <= {201, 503}
    order = customer.order(key=key)
    assert order.status_code == 201
    assert shop.sql(f"SELECT count(*) FROM orders WHERE account_id = {customer.account}") == "1"
    number = order.json()["order"]
    assert shop.sql(f"SELECT count(*) FROM charges WHERE order_id = {number}") == "1"


def test_a_declined_card_buys_nothing(shop: Shop, customer: Customer) -> None:
    """The stock goes back on the shelf, and nothing reaches the queue."""
    customer.fill_cart()
    declined = customer.order(card="4000000000000002")
    assert declined.status_code == 402
    order = declined.json()["order"]
    published = shop.sql(f"SELECT published_at IS NULL FROM orders WHERE id = {order}")
    assert (customer.status_of(order), published) == ("declined", "t")


def test_only_people_with_a_session_are_served(shop: Shop, customer: Customer) -> None:
    """A page is for everybody, a photo and an order are not; nobody sees another's order."""
    customer.fill_cart()
    order = customer.order().json()["order"]
    other = shop.customer()
    assert other.upload().status_code == 401
    assert other.get("/").status_code == 200
    assert other.log_in().status_code == 201
    assert other.get(f"/orders/{order}").status_code == 404
    wrong = shop.edge.post("/login", json={"email": customer.email, "password": "guess"})
    assert wrong.status_code == 401
    assert other.post("/cart", json={"product": "many"}).status_code == 400


def test_a_lost_session_is_found_in_the_database(shop: Shop, customer: Customer) -> None:
    """A cache that forgets costs a look-up, not a login."""
    for key in shop.redis("cache", "--scan", "--pattern", "session:*").split():
        shop.redis("cache", "DEL", key)
    assert customer.get("/").json()["hello"] == "Test"
    assert customer.upload().status_code == 201


def test_a_blocked_account_is_out_soon(shop: Shop, customer: Customer) -> None:
    """The session is refused once the cache has forgotten it, and so is a login."""
    assert customer.get("/cart").status_code == 200
    shop.sql(f"UPDATE accounts SET blocked = true WHERE id = {customer.account}")
    wait_until(lambda: customer.get("/cart").status_code == 403, 20, every_s=0.5)
    assert customer.log_in().status_code == 403


@pytest.mark.parametrize("text", ["session_hours: [", "just words", "session_hours: 12\n"])
def test_a_bad_config_keeps_serving(shop: Shop, text: str) -> None:
    """The last good one stays in force, an error says so, and the next good one is taken."""
    good = shop.config("accounts")
    shop.configure("accounts", text)
    rejected = [line for line in shop.lines("accounts") if "rejected" in line.get("msg", "")]
    assert rejected[-1]["level"] == "error"
    assert shop.customer().log_in().status_code == 201
    shop.configure("accounts", good)
    assert shop.lines("accounts")
    assert shop.customer().log_in().status_code == 201


def test_a_trace_can_be_followed_through_the_logs(shop: Shop, customer: Customer) -> None:
    """One order's spans and lines lead through six services, the queue among them, as one tree."""
    customer.fill_cart()
    trace = secrets.token_hex(16)
    headers = {"traceparent": f"00-{trace}-{secrets.token_hex(8)}-01"}
    assert customer.order(headers=headers).status_code == 201

    def spans() -> dict[str, dict[str, str]]:
        found = (line for line in shop.lines() if "span" in line and line["trace_id"] == trace)
        return {line["span"]["span_id"]: {**line["span"], "service": line["service"]} for line in found}

    wait_until(lambda: any(span["service"] == "worker" for span in spans().values()), 15)
    whole = spans()
    assert {span["service"] for span in whole.values()} == {
        "storefront", "accounts", "checkout", "payments", "worker",
    }  # fmt: skip
    roots = [span for span in whole.values() if span["parent_id"] not in whole]
    assert [(root["service"], root["name"]) for root in roots] == [("storefront", "POST /orders")]

    def spoke() -> set[str]:
        return {line["service"] for line in shop.lines() if line.get("trace_id") == trace and "msg" in line}

    assert spoke() == {"storefront", "accounts", "checkout", "payments", "worker"}
    wait_until(lambda: any(line["path"] == "/orders" for line in shop.lines("edge") if trace in str(line)), 5)


def test_the_edge_gives_every_request_a_trace(shop: Shop, customer: Customer) -> None:
    """Whoever sends none gets one, and the line at the edge has it like those behind it."""
    path = "/products/7"
    customer.get(path)

    def joined() -> bool:
        lines = [line for line in shop.lines() if line.get("path") in (path, f"/catalog{path}")]
        edge = {line["trace_id"] for line in lines if line["service"] == "edge"}
        behind = {line["trace_id"] for line in lines if line["service"] == "catalog"}
        return bool(edge & behind) and all(len(each) == 32 for each in edge)

    wait_until(joined, 15, every_s=0.3)


def test_the_replica_has_the_order(shop: Shop, customer: Customer) -> None:
    """What is written to db soon shows on db-replica, which takes no writes."""
    customer.fill_cart()
    order = customer.order().json()["order"]
    count = f"SELECT count(*) FROM orders WHERE id = {order}"
    wait_until(lambda: shop.sql(count, host="db-replica") == "1", 10)
    assert shop.sql("SELECT pg_is_in_recovery()", host="db-replica") == "t"
    wait_until(lambda: shop.value("db_replicas") == 1, 10)


def test_products_can_be_read_from_the_replica(shop: Shop) -> None:
    """One line of config moves reads over, while it runs."""
    good = shop.config("catalog")
    shop.configure("catalog", good.replace("read_from_replica: false", "read_from_replica: true"))
    shop.redis("cache", "DEL", "catalog:products")
    try:
        wait_until(lambda: shop.value('db_pool_open{job="catalog",database="db-replica"}') > 0, 10)
        assert shop.edge.get("/").status_code == 200
    finally:
        shop.configure("catalog", good)


def test_payments_fail_over_to_the_other_provider(shop: Shop, customer: Customer) -> None:
    """With the primary down nobody can buy; the secondary is one line of config away."""
    bank, payments = shop.config("bank"), shop.config("payments")
    broken = yaml.safe_load(bank)
    broken["primary"]["failure_rate"] = 1
    shop.configure("bank", yaml.safe_dump(broken))
    try:
        customer.fill_cart()
        assert customer.order().status_code == 503
        shop.configure("payments", payments.replace("provider: primary", "provider: secondary"))
        customer.fill_cart()
        bought = customer.order()
        assert bought.status_code == 201
        order = bought.json()["order"]
        assert shop.sql(f"SELECT provider FROM charges WHERE order_id = {order}") == "secondary"
    finally:
        shop.configure("bank", bank)
        shop.configure("payments", payments)


def test_a_lock_for_each_order_keeps_its_connection(shop: Shop, customer: Customer) -> None:
    """The company's weak spot: a charge that succeeds leaves one behind, until the lock is switched off."""
    payments = shop.config("payments")
    held = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'payments'"
    shop.configure("payments", payments.replace("lock_orders: false", "lock_orders: true"))
    try:
        for _ in range(8):
            customer.fill_cart()
            assert customer.order().status_code == 201
        assert int(shop.sql(held)) >= 8
        wait_until(lambda: shop.value('db_client_connections{client="payments"}') >= 8, 10)
    finally:
        shop.configure("payments", payments)
    wait_until(lambda: int(shop.sql(held)) <= 4, 10)


def test_tries_of_the_storefront_and_of_the_edge_multiply(shop: Shop, customer: Customer) -> None:
    """Three of the one for each of the three of the other, if the config says so."""
    vision, storefront = shop.config("vision"), shop.config("storefront")
    trace = secrets.token_hex(16)
    shop.configure("vision", vision.replace("max_queue: 16", "max_queue: 0"))
    shop.configure("storefront", storefront.replace("vision_tries: 1", "vision_tries: 3"))
    try:
        answer = customer.post(
            "/upload", content=photos.photo(900_000, 77),
            headers={"traceparent": f"00-{trace}-{trace[:16]}-01"},
        )  # fmt: skip
        assert answer.status_code == 503
        lines = [each for each in shop.lines("vision") if each.get("trace_id") == trace]
        assert sum(each.get("status") == 503 for each in lines) == 9
    finally:
        shop.configure("vision", vision)
        shop.configure("storefront", storefront)


def test_what_can_not_be_fulfilled_is_buried(shop: Shop) -> None:
    """A message that nobody can read is tried, then moved to the dead letters; the others go on."""
    good = shop.config("worker")
    quick = good.replace("retry_after_s: 3", "retry_after_s: 0.5").replace("deliveries: 5", "deliveries: 2")
    shop.configure("worker", quick)
    poison = secrets.token_hex(4)
    try:
        shop.redis("queue", "XADD", "orders", "*", "order", poison)
        wait_until(lambda: poison in shop.redis("queue", "XRANGE", "orders-dead", "-", "+"), 20)
        wait_until(lambda: shop.value("queue_dead_letters") >= 1, 10)
        assert poison not in shop.redis("queue", "XRANGE", "orders", "-", "+")
    finally:
        shop.configure("worker", good)
        shop.redis("queue", "DEL", "orders-dead")


def test_a_worker_that_is_stopped_finishes_what_it_began(shop: Shop, customer: Customer) -> None:
    """SIGTERM is no loss: the order is fulfilled by whoever comes next, and nothing stays pending."""
    customer.fill_cart()
    order = customer.order().json()["order"]
    shop.runtime.restart("worker")
    wait_until(lambda: customer.status_of(order) == "fulfilled", 20)
    assert any(line.get("msg") == "stopped" for line in shop.lines("worker"))


def test_everything_is_scraped_and_no_rule_is_broken(shop: Shop) -> None:
    """Each service that has metrics shows them, and Prometheus can evaluate each alert."""

    def all_up() -> bool:
        series = shop.prometheus("query", query="sum by (job) (up) == count by (job) (up)")["result"]
        return {each["metric"]["job"] for each in series} == set(SCRAPED)

    wait_until(all_up, 15)
    rules = [rule for group in shop.prometheus("rules")["groups"] for rule in group["rules"]]
    assert {rule["health"] for rule in rules} <= {"ok", "unknown"}
    names = {rule["name"] for rule in rules if rule["type"] == "alerting"}
    for journey in ("Upload", "Buy", "Browse"):
        assert {f"{journey}ErrorBudgetBurn", f"{journey}ErrorBudgetSlowBurn"} <= names


def test_customers_do_all_three_journeys(shop: Shop) -> None:
    """The feed counts good ones of each, and no bots."""

    def good(journey: str) -> int:
        seconds = (json.loads(line.text) for line in shop.runtime.logs("customers") if '"sli"' in line.text)
        return sum(each["customers"].get(journey, {}).get("good", 0) for each in seconds)

    for journey in ("browse", "upload", "buy"):
        wait_until(lambda journey=journey: good(journey) >= 3, 30, every_s=0.5)  # type: ignore[misc]


def test_bots_come_and_are_counted_apart(shop: Shop) -> None:
    """Two accounts upload three photos each as soon as the file says so."""
    password = secrets.token_hex(6)
    for number in (1, 2):
        body = {"email": f"b{number}@bots.example", "name": "b", "password": password}
        assert shop.edge.post("/signup", json=body).status_code == 201
    good = shop.runtime.read_out("customers", "/etc/lumen/load.yaml").decode()
    document = yaml.safe_load(good)
    document["bots"] = [
        {
            "name": "a", "kind": "uploads", "accounts": 2, "requests_each": 3,
            "email": "b{n}@bots.example", "password": password,
        }
    ]  # fmt: skip

    def uploads() -> int:
        seconds = (json.loads(line.text) for line in shop.runtime.logs("customers") if '"sli"' in line.text)
        return sum(each["bots"].get("upload", {}).get("count", 0) for each in seconds)

    try:
        shop.runtime.copy_in("customers", "/etc/lumen/load.yaml", yaml.safe_dump(document).encode())
        wait_until(lambda: uploads() == 6, 30, every_s=0.5)
    finally:
        shop.runtime.copy_in("customers", "/etc/lumen/load.yaml", good.encode())

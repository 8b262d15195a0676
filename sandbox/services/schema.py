"""The shop's tables, and who else works with them."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (
    id serial PRIMARY KEY, email text NOT NULL UNIQUE, name text NOT NULL, password text NOT NULL,
    blocked boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(), last_seen_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX IF NOT EXISTS accounts_created_at ON accounts (created_at);

CREATE TABLE IF NOT EXISTS sessions (
    digest text PRIMARY KEY, account_id int NOT NULL REFERENCES accounts,
    created_at timestamptz NOT NULL DEFAULT now(), expires_at timestamptz NOT NULL);

CREATE TABLE IF NOT EXISTS products (
    id int PRIMARY KEY, name text NOT NULL, price_cents int NOT NULL, stock int NOT NULL);

CREATE TABLE IF NOT EXISTS photos (
    id bigserial PRIMARY KEY, account_id int NOT NULL REFERENCES accounts, caption text NOT NULL,
    bytes int NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX IF NOT EXISTS photos_account_id ON photos (account_id, created_at);

CREATE TABLE IF NOT EXISTS cart_items (
    account_id int NOT NULL REFERENCES accounts, product_id int NOT NULL REFERENCES products,
    quantity int NOT NULL, added_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (account_id, product_id));

CREATE TABLE IF NOT EXISTS orders (
    id serial PRIMARY KEY, account_id int NOT NULL REFERENCES accounts, total_cents int NOT NULL,
    status text NOT NULL DEFAULT 'pending'
        CHECK (status IN ('pending', 'paid', 'declined', 'fulfilled')),
    idempotency_key text NOT NULL UNIQUE, created_at timestamptz NOT NULL DEFAULT now(),
    paid_at timestamptz, published_at timestamptz, fulfilled_at timestamptz);
CREATE INDEX IF NOT EXISTS orders_account_id ON orders (account_id);
CREATE INDEX IF NOT EXISTS orders_unpublished ON orders (paid_at)
    WHERE status = 'paid' AND published_at IS NULL;

CREATE TABLE IF NOT EXISTS order_items (
    order_id int NOT NULL REFERENCES orders, product_id int NOT NULL REFERENCES products,
    quantity int NOT NULL, price_cents int NOT NULL, PRIMARY KEY (order_id, product_id));

CREATE TABLE IF NOT EXISTS charges (
    idempotency_key text PRIMARY KEY, order_id int NOT NULL, amount_cents int NOT NULL,
    card_last4 text NOT NULL, provider text NOT NULL,
    status text NOT NULL DEFAULT 'started'
        CHECK (status IN ('started', 'approved', 'declined', 'failed')),
    reference text, created_at timestamptz NOT NULL DEFAULT now(),
    attempted_at timestamptz NOT NULL DEFAULT now(), settled_at timestamptz);
"""

ROLES = """
CREATE ROLE reports LOGIN;
GRANT pg_read_all_data TO reports;
CREATE ROLE migrations LOGIN IN ROLE shop;
"""

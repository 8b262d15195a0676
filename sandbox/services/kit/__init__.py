"""What every service of the company shares.

Import from the modules themselves: a program that only needs logs and config doesn't pay for a web
server. `config` follows a YAML file, `logs` writes JSON lines, `tracing` spans, `metrics` counts, `calls`
reaches other services, `database` and `cache` hold connections, `serving` puts a service together.
"""

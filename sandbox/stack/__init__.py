"""What runs: the Compose file, the image, the edge's and Prometheus's configs, the alert rules."""

from pathlib import Path

PACKAGE_ROOT = Path(__file__).resolve().parent.parent
"""The `sandbox` package: the company's code lies in `services` and `load` under it."""

CONFIG_FOLDER = Path(__file__).with_name("config")
"""The company's config as it is before anything happens."""

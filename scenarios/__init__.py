"""The library of scenarios: what a pack is, where packs are found, and how they are read."""

from pathlib import Path

LIBRARY = Path(__file__).with_name("library")
"""The folder of the packs that come with Gameday."""

"""Gameday: a practice ground for the people who carry the pager."""

__version__ = "0.1.0"

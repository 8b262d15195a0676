"""Proves on a real company that a pack is what it says: it bites, the right fixes heal it, nothing else does.

This is the only part of the library that touches a sandbox.
"""

"""The library of scenarios: what a pack is, where packs are found, and how they are read."""

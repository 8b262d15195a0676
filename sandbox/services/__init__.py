"""Lumen's own programs, one file each over the small shared kit."""

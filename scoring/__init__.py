"""From what happened in a drill to what it says: pure functions, no I/O, no clock, none of ours imported."""

"""The company that gets broken. It knows nothing of drills, scores or screens."""

"""What leads read: comparison, currency, what to practise next.

Each page is computed once into a frozen dataclass, and drawn from it: in a terminal here, as JSON, or by
whoever else wants to show the same figures.
"""

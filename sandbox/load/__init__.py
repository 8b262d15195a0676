"""The customers, as Locust plays them, and the SLI that is measured at their side."""

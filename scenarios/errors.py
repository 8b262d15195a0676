"""What can be wrong with a scenario pack."""


class ScenarioError(Exception):
    """A pack is missing or not valid; the text names the file, the place and what is wrong there."""

    exit_code = 2

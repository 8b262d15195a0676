"""The parts that the screens are made of; each draws one slice of what the room shows."""

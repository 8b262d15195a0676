"""The war room: a view of one drill's events in a terminal. It draws events and sends commands, no more."""

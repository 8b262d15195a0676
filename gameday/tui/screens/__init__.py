"""What fills the terminal: the start, the war room, its forms and questions, the debrief."""

"""How the store's tables came to be what they are; one module for each step."""

"""The spiders; there is one, for all outlets."""

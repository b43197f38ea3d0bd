"""Questions to the store, by subject; each public method is one transaction."""

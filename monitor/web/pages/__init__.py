"""The pages, one file each: what a page shows, found in the store, and the acts that it offers."""

"""The revisions that bring a database to today's tables, run by `storage.upgrade`."""

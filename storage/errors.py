"""The store's error: everything about the database that a person can mend."""


class StoreError(Exception):
    """The database cannot be used; the message says which one, why and what to do, in one line."""

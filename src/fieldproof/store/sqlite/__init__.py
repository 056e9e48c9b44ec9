"""The store in one SQLite file: WAL, synchronous=FULL, one writer thread, group commit."""

from fieldproof.store.sqlite.store import SqliteStore, open_store

__all__ = ["SqliteStore", "open_store"]

"""Tables of the SQLite store. A change of any of them is a new `SCHEMA_VERSION` and a migration."""

SCHEMA_VERSION = 1

APPLICATION_ID = 0x46505331
"""Stands in the file's header ("FPS1"), so that no other program's database is taken for ours."""

TABLES = """
CREATE TABLE packets (
    network_id BLOB NOT NULL, window INTEGER NOT NULL, device_number INTEGER NOT NULL,
    first_index INTEGER NOT NULL, count INTEGER NOT NULL,
    first_time_ms INTEGER NOT NULL, last_time_ms INTEGER NOT NULL,
    payload_hash BLOB NOT NULL, received_ms INTEGER NOT NULL,
    raw BLOB NOT NULL, receipt BLOB NOT NULL, checksum INTEGER NOT NULL,
    UNIQUE (network_id, window, device_number, first_index)
);
CREATE TABLE seals (
    network_id BLOB NOT NULL, window INTEGER NOT NULL, device_number INTEGER NOT NULL,
    gateway INTEGER NOT NULL, count INTEGER NOT NULL, digest BLOB NOT NULL,
    payload_hash BLOB NOT NULL, received_ms INTEGER NOT NULL,
    raw BLOB NOT NULL, receipt BLOB NOT NULL, checksum INTEGER NOT NULL,
    UNIQUE (network_id, window, device_number)
);
CREATE TABLE windows (
    network_id BLOB NOT NULL, window INTEGER NOT NULL,
    opened_ms INTEGER NOT NULL, closed_ms INTEGER,
    PRIMARY KEY (network_id, window)
) WITHOUT ROWID;
CREATE TABLE closed (
    network_id BLOB PRIMARY KEY, closed_until INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE devices (
    network_id BLOB NOT NULL, device_number INTEGER NOT NULL,
    did TEXT NOT NULL, owner BLOB NOT NULL, seal_key BLOB NOT NULL, attributes BLOB NOT NULL,
    active_from INTEGER NOT NULL, active_until INTEGER, is_proven INTEGER NOT NULL,
    PRIMARY KEY (network_id, device_number)
) WITHOUT ROWID;
CREATE TABLE registry_positions (
    network_id BLOB PRIMARY KEY, block_number INTEGER NOT NULL, block_hash BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE verdicts (
    id INTEGER PRIMARY KEY, class INTEGER NOT NULL,
    network_id BLOB, device_number INTEGER, window INTEGER,
    reason TEXT NOT NULL, detail TEXT NOT NULL, recorded_ms INTEGER NOT NULL,
    is_signed INTEGER NOT NULL, evidence BLOB NOT NULL
);
CREATE INDEX verdicts_by_device ON verdicts (network_id, device_number, class, window);
CREATE INDEX verdicts_by_class ON verdicts (class, id);
CREATE TABLE verdict_counts (
    network_id BLOB NOT NULL, reason TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (network_id, reason)
) WITHOUT ROWID;
CREATE TABLE voids (
    network_id BLOB NOT NULL, window INTEGER NOT NULL, device_number INTEGER NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (network_id, window, device_number)
) WITHOUT ROWID;
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY,
    network_id BLOB NOT NULL, window INTEGER NOT NULL, cohort INTEGER NOT NULL,
    state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    not_before_ms INTEGER NOT NULL DEFAULT 0,
    worker TEXT, lease_until_ms INTEGER, last_error TEXT NOT NULL DEFAULT '',
    UNIQUE (network_id, window, cohort)
);
CREATE INDEX jobs_by_state ON jobs (state, not_before_ms);
CREATE TABLE artefacts (
    network_id BLOB NOT NULL, window INTEGER NOT NULL, cohort INTEGER NOT NULL,
    proof BLOB NOT NULL, public_inputs BLOB NOT NULL, stored_ms INTEGER NOT NULL, checksum INTEGER NOT NULL,
    PRIMARY KEY (network_id, window, cohort)
);
CREATE TABLE outbox (
    key TEXT PRIMARY KEY, chain_id INTEGER NOT NULL, sender BLOB NOT NULL, nonce INTEGER NOT NULL,
    state TEXT NOT NULL, entry BLOB NOT NULL, checksum INTEGER NOT NULL,
    UNIQUE (chain_id, sender, nonce)
);
CREATE TABLE probe (id INTEGER PRIMARY KEY, filler BLOB NOT NULL);
"""

"""Signed readings from physical devices in, proven rewards on any EVM chain out."""

__version__ = "0.1.0"

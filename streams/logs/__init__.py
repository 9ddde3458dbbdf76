"""Kafka's records as files: JSON Lines, plain, gzip or Zstandard. (What the worker itself says is `streams.log`.)"""

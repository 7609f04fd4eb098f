"""Glance's v2."""

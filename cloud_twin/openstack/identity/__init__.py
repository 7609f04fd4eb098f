"""Keystone's v3."""

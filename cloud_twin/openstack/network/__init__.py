"""Neutron's v2.0."""

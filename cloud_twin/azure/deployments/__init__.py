"""Microsoft.Resources/deployments: resources made of a template, in the order of their dependencies."""

from __future__ import annotations

from .deployments import Deployments

__all__ = ["Deployments"]

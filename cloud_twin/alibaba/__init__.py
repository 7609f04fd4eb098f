"""Alibaba Cloud's ECS and VPC, emulated on the wire: what `api.OPERATIONS` lists, for one account."""

from __future__ import annotations

from .facade import Alibaba

__all__ = ["Alibaba"]

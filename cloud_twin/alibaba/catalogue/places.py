"""Regions and their zones.

Source: "Regions and zones" of the ECS guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    id: str
    name: str
    letters: str

    @property
    def zones(self) -> tuple[str, ...]:
        """In China with a dash before the letter, elsewhere without."""
        dash = "-" if self.id.startswith("cn-") else ""
        return tuple(f"{self.id}{dash}{letter}" for letter in self.letters)


_ALL = (
    Region("cn-qingdao", "China (Qingdao)", "bc"),
    Region("cn-beijing", "China (Beijing)", "abcdefghijkl"),
    Region("cn-zhangjiakou", "China (Zhangjiakou)", "abc"),
    Region("cn-huhehaote", "China (Hohhot)", "ab"),
    Region("cn-wulanchabu", "China (Ulanqab)", "abc"),
    Region("cn-hangzhou", "China (Hangzhou)", "bfghijk"),
    Region("cn-shanghai", "China (Shanghai)", "abefglmn"),
    Region("cn-nanjing", "China (Nanjing - Local Region)", "a"),
    Region("cn-fuzhou", "China (Fuzhou - Local Region)", "a"),
    Region("cn-wuhan-lr", "China (Wuhan - Local Region)", "a"),
    Region("cn-shenzhen", "China (Shenzhen)", "abcdef"),
    Region("cn-heyuan", "China (Heyuan)", "ab"),
    Region("cn-guangzhou", "China (Guangzhou)", "ab"),
    Region("cn-chengdu", "China (Chengdu)", "ab"),
    Region("cn-hongkong", "China (Hong Kong)", "bcd"),
    Region("ap-northeast-1", "Japan (Tokyo)", "abc"),
    Region("ap-northeast-2", "South Korea (Seoul)", "ab"),
    Region("ap-southeast-1", "Singapore", "abc"),
    Region("ap-southeast-3", "Malaysia (Kuala Lumpur)", "abc"),
    Region("ap-southeast-5", "Indonesia (Jakarta)", "abc"),
    Region("ap-southeast-6", "Philippines (Manila)", "ab"),
    Region("ap-southeast-7", "Thailand (Bangkok)", "ab"),
    Region("us-east-1", "US (Virginia)", "ab"),
    Region("us-west-1", "US (Silicon Valley)", "ab"),
    Region("na-south-1", "Mexico", "a"),
    Region("eu-west-1", "UK (London)", "ab"),
    Region("eu-central-1", "Germany (Frankfurt)", "abc"),
    Region("me-east-1", "UAE (Dubai)", "a"),
    Region("me-central-1", "SAU (Riyadh - Partner Region)", "ab"),
)
REGIONS: Mapping[str, Region] = {one.id: one for one in _ALL}
DEFAULT_REGION = "cn-hangzhou"

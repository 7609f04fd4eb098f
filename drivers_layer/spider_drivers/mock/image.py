"""Images: mock-vmimage-01 and on."""

from __future__ import annotations

from ..contract import Architecture, Iid, Image, ImageHandler, ImageStatus, Platform, Ref, handling
from .connection import Client
from .memory import Row


class MockImages(ImageHandler):
    def __init__(self, client: Client) -> None:
        self._client = client

    def list(self) -> list[Image]:
        return [_image(row) for row in self._client.all("describe_images")]

    def get(self, ref: Ref) -> Image:
        return _image(self._client.one("describe_images", ref))

    def any(self) -> Image:
        """One call."""
        page = self._client.call("describe_images")["items"]
        return _image(handling.first("image", page))


def _image(row: Row) -> Image:
    return Image(
        iid=Iid(row["id"], row["id"]),
        architecture=Architecture.X86_64,
        platform=Platform.LINUX,
        distribution=row["os"],
        disk_type="SSD",
        disk_gib=row["disk_gib"],
        status=ImageStatus.AVAILABLE,
        details=dict(row["details"]),
    )

"""A Chalice application that does nothing."""

from __future__ import annotations

from chalice import Chalice

app = Chalice(app_name="empty")


@app.route("/")
def nothing() -> dict[str, str]:
    return {}

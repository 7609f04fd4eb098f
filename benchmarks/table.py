"""A small table on standard output, as docs/performance.md has it."""

from __future__ import annotations

from collections.abc import Sequence


def show(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """In Markdown, columns as wide as they need be."""
    cells = [list(heads), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    lines = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in cells]
    for line in [lines[0], ["-" * width for width in widths], *lines[1:]]:
        print(f"| {' | '.join(line)} |")
    print(flush=True)

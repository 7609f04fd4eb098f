"""Lists are complete over all pages and cost few calls."""

from __future__ import annotations

import math
from typing import ClassVar

from .bench import RULES, Bench
from .case import Cases

# Where the driver's tests do not say how long a page is.
_PAGE = 5
# What each of the bench's resources holds that the cloud may list on pages of its own: subnets, rules.
_MEMBERS = {"vpc": 2, "security_group": len(RULES), "key_pair": 0}


class PagingCases(Cases):
    kind: ClassVar[str]

    def test_list_is_complete_and_its_cost_grows_by_pages(self, bench: Bench) -> None:
        """For n = 0, 1, page, page + 1 and 3 pages, and each n around a page's end that the cloud itself sees."""
        page = bench.cloud.page_size or _PAGE
        bench.request(self.kind)
        before = bench.ids(self.kind)
        at_first = self._cost(bench)
        wanted = {0, 1, page - 1, page, page + 1, 2 * page, 3 * page, 3 * page + 1}
        wanted |= {n for n in range(3 * page + 1) if (n + len(before)) % page in (0, 1)}
        made: set[str] = set()
        for n in range(3 * page + 2):
            if n in wanted:
                assert bench.ids(self.kind) == before | made, f"the list is wrong at {n} more than {len(before)}"
                self._assert_cheap(bench, n, page, self._cost(bench) - at_first)
            made.add(bench.create(self.kind).iid.id)
        if bench.marks(self.kind):
            told = [one.id for one in bench.marked() if one.kind == self.kind and not one.part]
            assert made <= set(told), f"{len(made)} were made, of which {len(made & set(told))} are told to be marked"

    def _cost(self, bench: Bench) -> int:
        return bench.cost(lambda: bench.list(self.kind))

    def _assert_cheap(self, bench: Bench, n: int, page: int, more: int) -> None:
        if self.kind == "vm":
            assert more <= math.ceil(n / page), f"{n} more VMs cost {more} more calls, with {page} on a page"
        else:
            most = math.ceil(n / page) + math.ceil(n * _MEMBERS[self.kind] / page) + 1
            assert more <= most, f"{n} more cost {more} more calls, with {page} on a page"

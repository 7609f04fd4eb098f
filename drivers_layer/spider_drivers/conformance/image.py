"""Images."""

from __future__ import annotations

import pytest

from ..contract import Image, ImageRequest, NotFound, Ref
from .bench import Bench
from .case import Cases
from .runner import acting
from .well_formed import assert_well_formed


class ImageCases(Cases):
    def test_list_holds_the_images_of_the_cloud(self, bench: Bench) -> None:
        assert bench.ids("image") >= {bench.cloud.image, *bench.cloud.images}

    def test_get_and_list_agree(self, bench: Bench) -> None:
        name = bench.cloud.image
        (listed,) = [image for image in bench.list("image") if image.iid.id == name]
        got = bench.get("image", Ref(name, name))
        assert_well_formed(got)
        assert got.iid.id == listed.iid.id

    def test_any_image_is_a_listed_one_at_no_more_calls(self, bench: Bench) -> None:
        ids: set[str] = set()
        of_all = bench.cost(lambda: ids.update(bench.ids("image")))
        found: list[Image] = []
        assert bench.cost(lambda: found.append(_any(bench))) <= of_all
        assert_well_formed(found[0])
        assert found[0].iid.id in ids

    def test_creating_an_image_that_is_there_answers_it(self, bench: Bench) -> None:
        operation, request = bench.operation(), ImageRequest(bench.cloud.image)
        made = operation.run(bench.creating("image", request))
        assert made.iid.id == bench.cloud.image

    def test_unknown_image_is_not_found(self, bench: Bench) -> None:
        with pytest.raises(NotFound):
            bench.get("image", Ref("spider-no-such-image", "spider-no-such-image"))


def _any(bench: Bench) -> Image:
    with acting(bench.cloud):
        image: Image = bench.read("image").any()
    return image

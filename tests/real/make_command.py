"""`make deploy` and `make destroy` towards an AWS that ministack emulates: make DEPLOY STAGE=… ARGS=…

Two things differ there. Functions run on ministack's own Python, so the archives are built for that. And the emulated
IAM knows no encryption contexts, so it would refuse what is allowed for one.
"""

from __future__ import annotations

import functools
import shlex
import sys
from pathlib import Path

import dev
from deployment import archives, deploy, package, target, template, zips
from deployment.chalice_part import Json, Packaged


def main(folder: str, task: str, *words: str) -> int:
    given = dict(word.split("=", 1) for word in words)
    found = dev.probe(str(dev.MINISTACK / "bin" / "python"))
    assert found
    interpreter, build = found, template.build

    def without_conditions(packaged: Packaged, layer_key: str, function_key: str) -> Json:
        built = build(packaged, layer_key, function_key)
        for one in built["Resources"].values():
            for policy in one["Properties"].get("Policies", []):
                for statement in policy["PolicyDocument"]["Statement"]:
                    statement.pop("Condition", None)
        return built

    def built_once(folder: Path) -> tuple[archives.Archive, archives.Archive]:
        trees = [folder / name for name in ("layer", "function")]
        found = [(tree.with_suffix(".zip"), tree) for tree in trees if tree.with_suffix(".zip").exists()]
        made = [archives.Archive(path, tree, zips.digest(path), archives.sizes(tree)) for path, tree in found]
        return (made[0], made[1]) if len(made) == len(trees) else archives.build(folder)

    target.PYTHON = interpreter.version  # type: ignore[misc]  # it is Final to all others
    target.interpreter = functools.cache(lambda: interpreter.path)
    template.build = without_conditions
    package.build_archives = built_once
    package.build = functools.partial(package.build, folder=Path(folder))
    destroy = ["--destroy"] if task == "destroy" else []
    return deploy.main([given["STAGE"], *shlex.split(given.get("ARGS", "")), *destroy])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""What pyproject.toml cannot say: a wheel holds the modules of now, not those of an older build, and the
sources of the formal proof, which lie among the notes."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

PROOF = Path("proofs_notes") / "formal"


class FreshBuild(build_py):
    """Begin with an empty folder: `pip install .` leaves `build/lib` behind, and the next one adds to it. End
    with the sources of the proof, and nothing that was compiled from them."""

    def run(self) -> None:
        if not self.editable_mode:
            shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()
        if not self.editable_mode:
            place = Path(self.build_lib) / "duality_checks" / "reports" / "explaining" / "formal" / "coq"
            place.mkdir(parents=True)
            for source in [*PROOF.glob("*.v"), PROOF / "_CoqProject"]:
                shutil.copy(source, place)


setup(cmdclass={"build_py": FreshBuild})

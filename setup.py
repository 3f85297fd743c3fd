"""What pyproject.toml cannot say: a wheel holds the modules of now, not those of an older build."""

from __future__ import annotations

import shutil

from setuptools import setup
from setuptools.command.build_py import build_py


class FreshBuild(build_py):
    """Begin with an empty folder: `pip install .` leaves `build/lib` behind, and the next one adds to it."""

    def run(self) -> None:
        if not self.editable_mode:
            shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()


setup(cmdclass={"build_py": FreshBuild})

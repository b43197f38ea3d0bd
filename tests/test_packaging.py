"""What is packed into a wheel: every file of our rooms that is kept, templates and catalogues among them."""

import subprocess

from hatchling.builders.wheel import WheelBuilder

from tests.source_tree import ROOT

ROOMS = ("seeds", "storage", "crawler", "monitor")
NEEDED = {
    "monitor/web/templates/base.html", "monitor/web/static/style.css", "monitor/web/static/htmx.min.js",
    "monitor/web/catalogues/ko.po", "seeds/outlines/outlines.json", "seeds/explanations.vi.yml",
}


def test_a_wheel_holds_every_file_that_is_kept() -> None:
    packed = {file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}
    listed = subprocess.run(["git", "ls-files", "-z", *ROOMS], cwd=ROOT, capture_output=True, check=True, text=True)
    kept = {name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()}

    assert kept >= NEEDED
    assert not sorted(kept - packed)

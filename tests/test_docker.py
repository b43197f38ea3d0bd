"""The image's files agree with the project: what they copy exists, and every setting they name is one."""

import re
from pathlib import Path

import yaml

from seeds.settings import Settings, load_settings

ROOT = Path(__file__).parents[1]
DOCKER = ROOT / "docker"


def find_settings(text: str) -> set[str]:
    return set(re.findall(r"\bTWINWATCH_[A-Z_]+\b", text))


def is_setting(variable: str) -> bool:
    head, _, tail = variable.removeprefix("TWINWATCH_").lower().partition("__")
    field = Settings.model_fields.get(head)
    return field is not None and (not tail or tail in type(field.default).model_fields)


def test_everything_that_the_image_copies_is_in_the_repository() -> None:
    lines = re.findall(r"^COPY (.+)$", (DOCKER / "Dockerfile").read_text(), re.M)

    sources = [source for line in lines for source in line.split()[:-1]]

    assert {"seeds", "storage", "crawler", "monitor"} <= set(sources)
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_every_setting_that_the_files_name_exists() -> None:
    named = {name for path in DOCKER.iterdir() for name in find_settings(path.read_text())}

    assert "TWINWATCH_DATA_DIR" in named
    assert sorted(name for name in named if not is_setting(name)) == []


def test_the_compose_file_builds_from_the_root_and_keeps_its_data() -> None:
    service = yaml.safe_load((DOCKER / "compose.yml").read_text())["services"]["twinwatch"]

    assert (DOCKER / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
    assert "data:/data" in service["volumes"]
    assert load_settings(data_dir=Path("/data")).database_address == "sqlite:////data/twinwatch.db"

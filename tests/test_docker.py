"""The image's files agree with the project: what they copy exists, and every setting they name is one."""

import configparser
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr

from monitor.commands.main import make_app
from monitor.logging_lines import find_passwords
from monitor.web.access import Access
from seeds.settings import Settings, load_settings

PASSWORD = "TWINWATCH_WEB__PASSWORD"
ROOT = Path(__file__).parents[1]
DOCKER = ROOT / "docker"
SINGLE = yaml.safe_load((DOCKER / "compose.yml").read_text())["services"]["twinwatch"]
SCALE = yaml.safe_load((DOCKER / "compose.scale.yml").read_text())["services"]


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


def find_secrets() -> set[str]:
    """The variables of all settings that are secret."""
    return {
        f"TWINWATCH_{section}__{name}".upper() for section, field in Settings.model_fields.items()
        for name, one in getattr(type(field.default), "model_fields", {}).items() if one.annotation is SecretStr}


@pytest.mark.parametrize("service", [SINGLE, SCALE["service"]])
def test_every_secret_may_stand_in_the_file_of_secrets(service: dict[str, dict[str, str]]) -> None:
    secrets = find_secrets()

    assert {PASSWORD, "TWINWATCH_EMAIL__PASSWORD", "TWINWATCH_WEB__TOKEN"} <= secrets
    assert {name: service["environment"].get(name) for name in secrets} == {name: f"${{{name}:-}}" for name in secrets}


# Of https://github.com/compose-spec/compose-spec, what our files use: a word that is none of it is a slip.
KEYS = {
    "build", "cap_drop", "command", "depends_on", "environment", "healthcheck", "image", "init", "ports", "read_only",
    "restart", "security_opt", "stop_grace_period", "tmpfs", "volumes",
}
HEALTH_KEYS = {"interval", "retries", "start_period", "test", "timeout"}


def test_no_word_of_the_compose_files_is_a_slip() -> None:
    for service in (SINGLE, *SCALE.values()):
        assert service.keys() <= KEYS and service.get("healthcheck", {}).keys() <= HEALTH_KEYS
        assert service.get("build", {}).keys() <= {"context", "dockerfile"}
        assert {each["condition"] for each in service.get("depends_on", {}).values()} <= {
            "service_healthy", "service_completed_successfully"}
        volumes = {volume.partition(":")[0] for volume in service["volumes"]}
        assert volumes <= {"data", "database"}


def test_the_compose_file_builds_from_the_root_and_keeps_its_data() -> None:
    assert (DOCKER / SINGLE["build"]["context"] / SINGLE["build"]["dockerfile"]).is_file()
    assert "data:/data" in SINGLE["volumes"]
    assert load_settings(data_dir=Path("/data")).database_address == "sqlite:////data/twinwatch.db"


@pytest.mark.parametrize("file", ["compose.yml", "compose.scale.yml"])
def test_the_project_has_a_name_of_its_own_as_others_too_have_a_folder_docker(file: str) -> None:
    assert yaml.safe_load((DOCKER / file).read_text())["name"] == "twinwatch"


def test_scrapy_finds_the_spiders_wherever_it_is_started_in_the_image() -> None:
    (variables,) = re.findall(r"^ENV (.+)$", (DOCKER / "Dockerfile").read_text(), re.M)
    config = configparser.ConfigParser()
    config.read(ROOT / "scrapy.cfg")

    assert f"SCRAPY_SETTINGS_MODULE={config['settings']['default']}" in variables.split()


def test_a_folder_of_ones_own_outlets_is_mounted_as_the_readme_says() -> None:
    pieces = re.findall(r"(?ms)^```yaml\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"))
    [mine] = [yaml.safe_load(piece)["services"] for piece in pieces if piece.startswith("services:")]

    assert set(mine) == {"twinwatch"}
    [(_, folder, how)] = [mount.split(":") for mount in mine["twinwatch"]["volumes"]]
    assert mine["twinwatch"]["environment"] == {"TWINWATCH_SEEDS_DIR": folder} and how == "ro"


def test_on_several_machines_all_share_one_database_and_wait_until_its_tables_are_made() -> None:
    ours = {name: service for name, service in SCALE.items() if "build" in service}

    assert {name: service["command"] for name, service in ours.items()} == {
        "upgrade": ["db", "upgrade"], "service": ["run"], "worker": ["worker"],
    }
    assert len({service["environment"]["TWINWATCH_DATABASE_URL"] for service in ours.values()}) == 1
    assert {service["environment"]["TWINWATCH_CRAWL__QUEUE"] for service in ours.values()} == {"true"}
    for name in ("service", "worker"):
        assert ours[name]["depends_on"] == {"upgrade": {"condition": "service_completed_successfully"}}


def test_the_password_of_the_database_may_hold_any_sign_as_it_is_part_of_no_address() -> None:
    ours = [service["environment"] for service in SCALE.values() if "build" in service]

    assert all(find_passwords(environment["TWINWATCH_DATABASE_URL"]) == set() for environment in ours)
    asked = SCALE["database"]["environment"]["POSTGRES_PASSWORD"]
    assert {environment["PGPASSWORD"] for environment in ours} == {asked}


@pytest.mark.parametrize(("password", "host"), [("", "127.0.0.1"), ("correct-horse", "0.0.0.0")])
def test_the_dashboard_opens_to_the_machine_only_with_a_password(
    password: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for service in (SINGLE, SCALE["service"]):
        environment = service["environment"]
        assert environment[PASSWORD] == f"${{{PASSWORD}:-}}"
        assert environment["TWINWATCH_WEB__HOST"] == f"${{{PASSWORD}:+0.0.0.0}}"
        monkeypatch.setenv(PASSWORD, password)
        monkeypatch.setenv("TWINWATCH_WEB__HOST", password and "0.0.0.0")
        settings = load_settings(data_dir=Path("/data")).web

        Access(settings).check()
        assert settings.host == host
        assert service["ports"] == [f"127.0.0.1:{settings.port}:{settings.port}"]


def test_the_containers_have_no_rights_that_they_do_not_need() -> None:
    for service in (SINGLE, *SCALE.values()):
        if "build" in service:
            assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
            assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.search(r"^USER twinwatch$", (DOCKER / "Dockerfile").read_text(), re.M)


def test_the_service_is_asked_for_a_sign_of_life_where_it_listens_without_a_password() -> None:
    web = load_settings(data_dir=Path("/data")).web

    for service in (SINGLE, SCALE["service"]):
        command = service["healthcheck"]["test"]
        assert f"http://{web.host}:{web.port}/healthz" in command[-1] and command[:3] == ["CMD", "python", "-c"]
        compile(command[-1], "healthcheck", "exec")


def test_the_database_is_asked_by_its_address_as_on_its_socket_it_answers_before_it_is_ready() -> None:
    assert "pg_isready -h 127.0.0.1 " in SCALE["database"]["healthcheck"]["test"][1]


def test_every_service_that_the_readme_names_for_compose_exists() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    section = text[text.index("**In a container**"):text.index("## Every day")]

    named = set(re.findall(r"\b(?:exec|run(?: --[a-z]+(?: cat| tee)?| -T)*) (\w+)", section))

    assert {"twinwatch", "database", "upgrade"} <= named <= {"twinwatch", "database", "upgrade", "service"}
    assert named - {"twinwatch"} <= SCALE.keys()


def test_every_command_that_a_file_starts_exists() -> None:
    unit = (DOCKER / "twinwatch.service").read_text()
    started = [*(service["command"][0] for service in SCALE.values() if "build" in service)]
    started += re.findall(r"^ExecStart=\S+/twinwatch (\S+)", unit, re.M)
    started += json.loads(re.findall(r"^CMD (.+)$", (DOCKER / "Dockerfile").read_text(), re.M)[0])

    app = make_app()
    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    known |= {group.name for group in app.registered_groups}

    assert len(started) == 5 and set(started) <= known


@pytest.mark.parametrize("tool", [
    ("docker", "compose", "-f", "compose.yml", "config", "-q"),
    ("docker", "compose", "-f", "compose.scale.yml", "config", "-q"),
    ("systemd-analyze", "verify", "--man=no", "twinwatch.service"),
])
def test_the_tools_themselves_take_the_files(tool: tuple[str, ...]) -> None:
    probe = [tool[0], "compose", "version"] if tool[0] == "docker" else [tool[0], "--version"]
    if shutil.which(tool[0]) is None or subprocess.run(probe, capture_output=True).returncode:
        pytest.skip(f"no {' '.join(probe[:-1])} here")
    values = {"POSTGRES_PASSWORD": "x", "TWINWATCH_CRAWL__CONTACT": "x"}

    done = subprocess.run(tool, cwd=DOCKER, capture_output=True, text=True, env={**os.environ, **values})

    # The unit names the folder where it will be installed; that it is not here is no fault of the file.
    complaints = [line for line in done.stderr.splitlines() if "is not executable" not in line]
    assert complaints == [] or done.returncode == 0, done.stderr


def test_what_is_kept_is_for_the_service_alone() -> None:
    unit = (DOCKER / "twinwatch.service").read_text().splitlines()
    image = (DOCKER / "Dockerfile").read_text()

    assert {"StateDirectoryMode=0700", "UMask=0077"} <= set(unit)
    # A new volume takes owner and mode of the folder that the image has in its place.
    assert re.search(r"useradd .*--uid 10001 twinwatch && install -d -m 0700 -o twinwatch /data$", image, re.M)

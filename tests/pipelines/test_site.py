"""Which site file is in force, and what a stranger may write into one."""

import re
from pathlib import Path

import pytest
import yaml

from pipelines.campus import SITE_VARIABLE, site_path
from pipelines.errors import Misconfigured
from pipelines.paths import ROOT
from pipelines.site import Site, contracts
from tests.assets.small_site import small_site


@pytest.fixture
def own_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("pipelines.paths.ROOT", tmp_path)
    monkeypatch.delenv(SITE_VARIABLE, raising=False)
    return tmp_path


def test_the_site_file_is_the_named_one_then_one_s_own_then_the_demo_campus_s(own_root, monkeypatch) -> None:
    assert site_path() == own_root / "campus.example.yml"
    (own_root / "campus.yml").touch()
    assert site_path() == own_root / "campus.yml"
    monkeypatch.setenv(SITE_VARIABLE, "elsewhere/library.yml")
    assert site_path() == Path("elsewhere/library.yml")


def test_a_missing_site_file_is_one_line_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as caught:
        _ = Site(file=str(tmp_path / "library.yml")).campus
    message = str(caught.value)
    assert "\n" not in message
    assert "library.yml: there is no such site file — copy campus.example.yml" in message
    assert caught.value.exit_code == 2


def test_the_demo_campus_names_its_site_file_s_neighbour_as_data() -> None:
    campus = Site(file=str(ROOT / "campus.example.yml")).campus
    assert campus.data == ROOT / "data"
    assert campus.landing == ROOT / "data" / "landing"


def sources_in_the_readme() -> dict[str, dict]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```yaml\n(sources:.*?)^```", text, re.DOTALL | re.MULTILINE)
    return yaml.safe_load(block)["sources"]


def test_the_gate_that_the_readme_describes_is_accepted_as_it_stands(tmp_path: Path) -> None:
    site = small_site(tmp_path, sources_in_the_readme())
    (source,) = site.sources("gate_event")
    assert list(source.files) == ["north/*.csv"]
    assert set(source.columns) == {"patron_key", "building", "gate", "direction", "passed_at"}
    assert site.sources("loan") == []


def test_a_slip_in_those_lines_is_refused(tmp_path: Path) -> None:
    """The negative control: the same lines with one word misspelt, and with one column left out."""
    misspelt = sources_in_the_readme()
    misspelt["north_door"]["columns"]["direction"]["mapp"] = misspelt["north_door"]["columns"]["direction"].pop("map")
    with pytest.raises(Misconfigured, match=r"mapp.*map"):
        small_site(tmp_path, misspelt)
    (tmp_path / "short").mkdir()
    short = sources_in_the_readme()
    del short["north_door"]["columns"]["passed_at"]
    with pytest.raises(Misconfigured, match="passed_at"):
        small_site(tmp_path / "short", short).sources("gate_event")


def test_a_contract_asks_only_for_what_an_export_can_hold() -> None:
    columns = {column.name: column for column in contracts()["gate_event"].columns}
    assert set(columns) == {"patron_key", "building", "gate", "direction", "passed_at"}
    assert columns["patron_key"].is_pseudonym
    assert columns["passed_at"].required

"""91,221 lines of real proxy logs, and six universities' own log formats, through the door by presets alone.

The oracle counts a line as a document wherever it says pdf at all.  Ours needs a sign that a document was
asked for, so the lines between the two are told one by one, by a plain reading made here.
"""

import csv
import gzip
import json
import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.keeping.vault import Vault
from pipelines.receiving.reader import Read
from pipelines.receiving.receive import Received
from tests.drawn import drawn, shown
from tests.pipelines.landing import site
from tests.real.conftest import REAL

FOLDER = REAL / "inist_proxy_logs"
FORMATS = REAL / "vendor_formats"
LOGS = [
    "cairn.2013-03-12.log.gz",
    "edp.2013-01-23.log",
    "npg.2012-11-30.log.gz",
    "npg.2013-03-12.log.gz",
    "sd.2012-11-30.300.log",
    "sd.2012-11-30.log.gz",
]

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the real proxy logs are not on this machine")
needs_formats = pytest.mark.skipif(not FORMATS.is_dir(), reason="the vendors' formats are not on this machine")


Take = Callable[[str], Received]


@pytest.fixture(scope="module")
def take(tmp_path_factory: pytest.TempPathFactory, read: Read) -> Take:
    """One log through the door, and no log twice."""

    @cache
    def taken(name: str) -> Received:
        campus = site(tmp_path_factory.mktemp("proxy"), "ncsa_proxy_log", timezone="Europe/Paris")
        return campus.receive(name, (FOLDER / name).read_bytes(), read)

    return taken


@cache
def oracle() -> dict[str, dict[str, Any]]:
    known: dict[str, dict[str, Any]] = json.loads((FOLDER / "ORACLE.json").read_text(encoding="utf-8"))
    return known


def rows_of(received: Received) -> pl.DataFrame:
    return pl.read_parquet(received.rows_file)


def lines(name: str) -> list[str]:
    opened = gzip.open if name.endswith(".gz") else open
    with opened(FOLDER / name, "rt", encoding="utf-8", newline="\n") as file:
        return list(file)


def asked(line: str) -> str:
    """The address that was asked for, in small letters."""
    return line.split('"')[1].split(" ")[1].lower()


def plain_kind(address: str) -> str:
    """What an address asks for that says pdf somewhere, without a pattern of the preset's kind."""
    path, _, query = address.partition("?")
    if path.endswith(("/login", "/connect")):
        return "login"
    if path.endswith((".swf", ".js", ".css", ".gif", ".png", ".jpg")):
        return "asset"
    named = "pdf" in re.split(r"[^a-z0-9]+", path) or re.search(r"[./=_-]pdf(?!\w)", query)
    return "document" if named else "page"


@pytest.mark.parametrize("name", LOGS)
def test_every_line_becomes_a_row(name: str, take: Take) -> None:
    received, known = take(name), oracle()[name]
    assert received.records == received.loaded == received.rows == known["lines"] == known["strict_parse"]
    assert received.duplicates == received.rejected == 0


@pytest.mark.parametrize("name", LOGS)
def test_rows_say_what_was_counted_apart(name: str, take: Take) -> None:
    rows, known = rows_of(take(name)), oracle()[name]
    assert rows["patron_key"].drop_nulls().n_unique() == known["users"]
    assert rows["patron_key"].null_count() == known["anonymous"]
    assert {str(status): count for status, count in rows["status"].value_counts().iter_rows()} == known["status"]
    # The oracle's first time is the first in the order of letters.
    assert rows["accessed_at"].dt.strftime("%d/%b/%Y:%H:%M:%S +0100").min() == known["first"]


@pytest.mark.parametrize("name", LOGS)
def test_names_that_were_damaged_are_kept_and_noted(name: str, take: Take) -> None:
    rows = rows_of(take(name))
    noted = rows.filter(pl.col("notes") == "patron_key:damaged_text")
    assert noted.height == oracle()[name]["non_ascii"]
    assert noted["patron_key"].null_count() == 0
    assert rows["notes"].null_count() == rows.height - noted.height


def test_391_names_were_damaged() -> None:
    damaged = {name: known["non_ascii"] for name, known in oracle().items() if known["non_ascii"]}
    assert damaged == {"npg.2012-11-30.log.gz": 309, "sd.2012-11-30.log.gz": 82}


@pytest.mark.parametrize("name", LOGS)
def test_documents_are_the_oracle_s_but_for_those_told_apart(name: str, take: Take) -> None:
    answered = rows_of(take(name)).filter(pl.col("status") == 200)
    every = lines(name)
    kinds = [(asked(every[record - 1]), kind) for record, kind in answered.select("source_record", "kind").iter_rows()]
    says_pdf = [(address, kind) for address, kind in kinds if "pdf" in address]
    assert len(says_pdf) == oracle()[name]["pdf_200"]
    assert [kind for _, kind in says_pdf] == [plain_kind(address) for address, _ in says_pdf]
    assert not [address for address, kind in kinds if kind == "document" and "pdf" not in address]


def test_what_says_pdf_and_is_no_document(take: Take) -> None:
    """Signing in on the way to one, a viewer, a search for words with pdf in them, a list that may hold PDF_DDM_MAX."""
    found = {}
    for name in LOGS:
        every = lines(name)
        answered = rows_of(take(name)).filter(pl.col("status") == 200).select("source_record", "kind")
        found[name] = Counter(kind for record, kind in answered.iter_rows() if "pdf" in asked(every[record - 1]))
    assert found == {
        "cairn.2013-03-12.log.gz": {"document": 283, "asset": 3},
        "edp.2013-01-23.log": {"document": 21},
        "npg.2012-11-30.log.gz": {"document": 818, "login": 20, "page": 3},
        "npg.2013-03-12.log.gz": {"document": 700, "login": 13, "page": 1},
        "sd.2012-11-30.300.log": {},
        "sd.2012-11-30.log.gz": {"document": 181, "login": 2, "page": 35},
    }


def test_only_the_host_leaves_an_address(take: Take) -> None:
    for name in LOGS:
        hosts = rows_of(take(name))["host"]
        assert hosts.null_count() == 0
        assert hosts.str.contains(r"^[A-Za-z0-9.-]+$").all()


def test_the_same_lines_as_a_table_give_the_same_rows(tmp_path: Path, read: Read) -> None:
    columns = ["patron_key", "accessed_at", "host", "status", "bytes", "kind"]
    found = []
    for preset, name in (("ncsa_proxy_log", "sd.2012-11-30.300.log"), ("proxy_csv", "sd.2012-11-30.300.csv")):
        campus = site(tmp_path, preset, timezone="Europe/Paris")
        received = campus.receive(name, (FOLDER / name).read_bytes(), read)
        assert received.records == received.loaded == 283
        found.append(rows_of(received).select(columns))
    with (FOLDER / "sd.2012-11-30.300.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file, delimiter=";"))
    assert found[0].equals(found[1])
    assert found[1]["bytes"].sum() == sum(int(line["size"]) for line in table)
    assert found[1]["patron_key"].n_unique() == len({line["login"] for line in table}) == 12


# Two of the proxies keep winter time in summer; the campus does not.
SIX = [
    (
        "ezproxy_ul",
        "ezproxy_groups",
        '%h %u %l %t "%r" %s %b %{ezproxy-groups}i',
        """
        patron_key      | patron_group | accessed_at                | host                  | status | bytes   | kind
        GKD4AHFJ7RDHEJA | Default+inpl | 2012-03-05 00:07:21.000000 | pdn.sciencedirect.com | 200    | 1293589 | document""",
    ),
    (
        "ezproxy_univ_limoges",
        "ezproxy_minimal",
        "%t %{ezproxy-spuaccess}i %U",
        """
        patron_key | patron_group | accessed_at                | host                  | status | bytes | kind
                   |              | 2012-12-12 18:14:36.000000 | pdn.sciencedirect.com |        |       | document""",
    ),
    (
        "ezproxy_univ_lyon",
        "ncsa_proxy_log",
        '%h %l %u %t "%r" %s %b',
        """
        patron_key      | patron_group | accessed_at                | host                  | status | bytes  | kind
        OBZRSTKEVAEUDEA |              | 2011-11-20 17:45:50.000000 | www.sciencedirect.com | 200    | 162009 | document""",
    ),
    (
        "ezproxy_univ_rennes1",
        "ezproxy_groups",
        '%h %{ezproxy-session}i %u %t "%r" %s %b %{ezproxy-groups}i',
        """
        patron_key      | patron_group    | accessed_at                | host         | status | bytes | kind
        BX8Q8CE9AWOCR6J | Default+930+etu | 2013-06-26 15:10:18.000000 | bu.dalloz.fr | 200    | 473   | page
        9SLPFEVQ7FEVGL7 | Default+933+etu | 2013-06-26 15:10:29.000000 | bu.dalloz.fr | 200    | 490   | page
        V5CYDCLM9WYW5IQ | Default+930+etu | 2013-06-26 15:10:41.000000 | bu.dalloz.fr | 200    | 506   | page""",
    ),
    (
        "ezproxy_univ_strasbourg",
        "ezproxy_session_urls",
        "%t %h %h %u %U %b %{ezproxy-session}i",
        """
        patron_key | patron_group | accessed_at                | host              | status | bytes  | kind
        5MPCYAN6   |              | 2012-11-18 00:00:24.000000 | link.springer.com |        | 68903  | page
        5MPCYAN6   |              | 2012-11-18 00:00:34.000000 | link.springer.com |        | 116636 | page""",
    ),
    (
        "ezproxy_upmc",
        "ezproxy_email",
        '%h %{ezproxy-session}i %u %t "%r" %s %b $RCSfile: sciencedirect.ezp,v $',
        """
        patron_key                  | patron_group | accessed_at                | host                  | status | bytes | kind
        I.AM.ANONYMOUS@NO-IDENTITY.FR | P          | 2012-03-31 21:52:51.000000 | pdn.sciencedirect.com | 200    | 440   | document""",
    ),
]


@needs_formats
@pytest.mark.parametrize(("name", "preset", "form", "table"), SIX, ids=[one[0] for one in SIX])
def test_a_university_s_own_form_is_one_line(
    name: str, preset: str, form: str, table: str, tmp_path: Path, read: Read
) -> None:
    campus = site(tmp_path, preset, {"log": form}, timezone="Europe/Paris")
    received = campus.receive("a.log", (FORMATS / f"{name}.ezproxy.log").read_bytes(), read)
    rows, vault = rows_of(received), Vault.of(campus.campus, campus.keyring)
    people = {key: vault.lookup(key)[0].identifier for key in rows["patron_key"].drop_nulls()}
    expected = drawn(table)
    assert shown(rows.with_columns(pl.col("patron_key").replace(people)), *expected.columns) == set(
        expected.iter_rows()
    )
    assert received.loaded == expected.height == received.records - received.rejected
    # Limoges's log ends in a line with nothing but a blank.
    assert received.reasons == ({"unparsed_line": 1} if name == "ezproxy_univ_limoges" else {})


@needs_formats
def test_a_line_of_another_form_is_told_and_never_guessed(tmp_path: Path, read: Read) -> None:
    campus = site(tmp_path, "ezproxy_email", timezone="Europe/Paris")
    received = campus.receive("a.log", (FORMATS / "ezproxy_upmc.ezproxy.log").read_bytes(), read)
    assert (received.records, received.loaded, received.reasons) == (1, 0, {"unparsed_line": 1})

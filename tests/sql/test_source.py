"""What came of each feed, told of all readers together and of nobody who was erased."""

FILES = """
feed       | source_file | status | records | loaded | duplicates | rejected
gate_event | one         | loaded | 100     | 60     | 5          | 35
gate_event | two         | loaded | 40      | 40     | 0          | 0
loan       | one         | loaded | 9       | 8      | 0          | 1
"""
REJECTS = """
feed       | source_file | record | reason
gate_event | one         | 1      | erased
gate_event | one         | 2      | erased
gate_event | one         | 3      | erased
gate_event | one         | 4      | denied
loan       | one         | 1      | not_a_person
"""
FEEDS = "feed | position | label_zh | label_en | is_expected\ngate | 1 | 门禁 | gates | true"


def told(build, rejects: str) -> dict[str, tuple[int, ...]]:
    table = build("report.source", ref__feed=FEEDS, ledger__file=FILES, ledger__reject=rejects)
    return {row[0]: row[1:] for row in table.select("feed", "records", "loaded", "duplicates", "rejected").iter_rows()}


def test_how_often_an_erased_reader_came_does_not_follow_from_what_was_turned_away(build) -> None:
    assert told(build, "")["gate"] == (140, 100, 5, 35), "the control: three of the 35 are all that one reader did"
    assert told(build, REJECTS)["gate"] == (137, 100, 5, 32)

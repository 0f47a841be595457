"""Which surveys a college is told of: of waves of one survey the one that was answered last, and every other survey."""

import pytest

from tests.conftest import Build


def told(build: Build, *answered: tuple[str, str]) -> list[str]:
    """The surveys that are reported, of these names and days of their last answer."""
    heading = "survey | response_key | item | college | answer_value | submitted_at\n"
    rows = "".join(
        f"{name} | {number} | Q1 | Law | 4 | {day} 10:00:00\n" for number, (name, day) in enumerate(answered)
    )
    found = build("report.survey", clean__answer=heading + rows)
    return sorted(found["survey"].unique())


@pytest.mark.parametrize(
    "names",
    [
        ("满意度2025", "培训反馈2024", "自习空间问卷"),
        ("288888", "299999"),
        ("2024", "2025"),
        ("问卷1", "问卷2"),
        ("Q1", "Q2", "Q10"),
        ("Library_Exit_2025", "Library_Services_2025"),
    ],
)
def test_surveys_of_different_names_are_all_told(build: Build, names: tuple[str, ...]) -> None:
    assert told(build, *((name, f"2025-11-0{number}") for number, name in enumerate(names, 1))) == sorted(names)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("wjx_2024", "wjx_2025"),
        ("满意度2025年5月", "满意度2025年11月"),
        ("满意度2023春", "满意度2024秋"),
        ("SERVQUAL_2024", "SERVQUAL-2025"),
        ("Exit 2025-9", "Exit 2025-10"),
    ],
)
def test_of_waves_the_one_answered_last_is_told(build: Build, earlier: str, later: str) -> None:
    """Also where its name would come first in a list."""
    assert told(build, (earlier, "2024-11-05"), (later, "2025-11-05")) == [later]
    assert told(build, (earlier, "2025-11-05"), (later, "2024-11-05")) == [earlier], (
        "the control: its name says nothing"
    )

"""How much Spark may hold is said by the site, or by whoever names the cluster."""

import pytest

from pipelines.engine import memory


@pytest.mark.parametrize(
    ("url", "limit", "told"),
    [
        ("local[2]", "4GB", {"spark.driver.memory": "4g"}),
        ("local[*]", "512 MB", {"spark.driver.memory": "512m"}),
        ("local-cluster[2,1,768]", "4GB", {"spark.executor.memory": "768m"}),
        ("spark://host:7077", "4GB", {"spark.executor.memory": "1g"}),
    ],
)
def test_one_process_holds_no_more_than_the_warehouse_and_a_worker_what_it_was_given(
    url: str, limit: str, told: dict[str, str]
) -> None:
    assert memory(url, limit) == told

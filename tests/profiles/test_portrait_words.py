"""What is said of a portrait in words is said of measured figures only."""

from string import Formatter

import pytest

from pipelines.models import Model
from profiles.portrait_words import OF_A_GROUP, OF_A_READER, Sentence, sentences


def test_a_sentence_is_said_with_its_figures_and_left_out_without_them():
    figures = {"visit_days": 0, "loans": None, "use_percentile": 0.816, "peers": 96}
    assert list(sentences(OF_A_READER, figures)) == [
        Sentence("本学期到馆 0 天。", "Came on 0 days this term."),
        Sentence("综合利用居同群体（96 人）的第 82% 分位。", "Overall use stands at 82% among 96 peers."),
    ]


def test_a_figure_that_lacks_its_partner_is_not_said_alone():
    assert list(sentences(OF_A_GROUP, {"visit_reach_rate": 0.5})) == []


@pytest.mark.parametrize(("said", "table"), [(OF_A_READER, "portrait.individual"), (OF_A_GROUP, "portrait.unit")])
def test_every_sentence_speaks_of_columns_in_both_languages(said, table, models: dict[str, Model]):
    columns = {column.name for column in models[table].columns}
    for sentence in said:
        zh, en = ({name for _, name, *_ in Formatter().parse(text) if name} for text in sentence)
        assert zh == en
        assert zh <= columns

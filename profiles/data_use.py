"""What the public page on data use says of itself: purposes, rights, how long things are kept, and the names of feeds.

Which exports a site takes in and what is in them is read from its contracts; only words stand here.
"""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from profiles.captions import Words


class Purpose(NamedTuple):
    """One use of the data, and what a reader can say about it."""

    name: Words
    what: Words
    choice: Words
    consent: str = ""
    """The purpose in raw.consent under which it is chosen or refused, where it can be."""


class Right(NamedTuple):
    """What a reader can ask for, and the command by which it is done."""

    words: Words
    command: str


PURPOSES: Final = (
    Purpose(
        Words("把服务办好：统计与报告", "Running the service: statistics and reports"),
        Words(
            "按学院、身份、学期汇总；少于 {k} 人的数字不出馆。",
            "Totals by college, status and term; no figure of fewer than {k} people leaves the library.",
        ),
        Words("不涉及个人，不需另行同意", "about nobody in particular; no consent is asked"),
    ),
    Purpose(
        Words("给你自己看：个人页面", "For your own eyes: a page of your own"),
        Words(
            "把图书馆知道的写给你本人看，别人看不到。", "What the library knows of you, told to you and to nobody else."
        ),
        Words("说一声“不要个人画像”，下一次更新即删除", "refuse it, and with the next update it is deleted"),
        "individual_portrait",
    ),
    Purpose(
        Words("分群：看哪类读者需要什么", "Grouping: what readers of a kind need"),
        Words(
            "把用法相近的人归为一群，只看群体。", "Readers of like use are put in one group; only groups are looked at."
        ),
        Words("可以拒绝；拒绝后不属于任何一群", "can be refused, and then one belongs to no group"),
        "segmentation",
    ),
    Purpose(
        Words("公开表扬：明远学习榜", "Public praise: the study list"),
        Words("同一层次、同一学科的人之间排名。", "Ranks among people of the same level and discipline."),
        Words("同意才署名，可随时撤回", "named only with consent, which can be taken back"),
        "study_list",
    ),
    Purpose(
        Words("推荐适合的服务", "Suggesting a service that suits"),
        Words(
            "按使用情况判断也许用得上的服务，由馆员联系；有次数上限。",
            "Which service may be of use, judged from use; librarians write, and no oftener than the rules allow.",
        ),
        Words("可以拒绝；拒绝后不再联系", "can be declined, and then nobody writes"),
        "recommendation",
    ),
)
NEVER: Final = (
    Words(
        "不评价个人，不与成绩相连，不作处分的依据。",
        "It judges nobody, is linked to no grades, and is no ground for a penalty.",
    ),
    Words(
        "不推断健康、信仰或情感；心理服务从不按数据推荐给谁。",
        "It infers nothing of health, belief or feeling; counselling is never suggested to anybody from data.",
    ),
    Words(
        "姓名、电话、证件号不进系统；学号在进门处换成假名，对照表另行封存。",
        "Names, telephone and identity numbers do not enter; a reader's number becomes a pseudonym at the door, and the table behind it is sealed elsewhere.",
    ),
    Words("学院与老师看不到任何个人的记录。", "Colleges and teachers see nobody's records."),
    Words(
        "系统不向任何地方发送数据：没有上传，没有追踪，也没有网络上的字体和脚本。",
        "The system sends nothing anywhere: no uploads, no trackers, no fonts or scripts from a network.",
    ),
)
KEPT: Final = (
    (
        Words("原始导出文件", "Original exports"),
        Words(
            "封存加密，只为重算和纠错；由图书馆决定何时销毁",
            "sealed, for recomputing and correcting only; the library decides when they are destroyed",
        ),
    ),
    (
        Words("假名记录", "Records under pseudonyms"),
        Words("{others}为跨学期比较而保留", "{rest}kept to compare terms"),
    ),
    (
        Words("分析用数据库", "The database for analysts"),
        Words("只保留最近 {editions} 版，旧版自动删除", "the last {editions} editions; older ones are deleted"),
    ),
    (
        Words("个人页面", "Pages of readers"),
        Words(
            "每次更新重写；拒绝或离校后删除",
            "written anew with each update; deleted when refused or when the reader has left",
        ),
    ),
    (
        Words("汇总报告", "Reports of totals"),
        Words("长期保存，不含个人数据", "kept for good; they hold no personal data"),
    ),
)
RIGHTS: Final = (
    Right(
        Words("看：你的页面里有图书馆画像的全部字段。", "See: your page holds every field of your portrait."), "page"
    ),
    Right(
        Words(
            "改：记录有误，告诉服务台，核对后更正，随下一次更新生效。",
            "Correct: tell the desk; records are checked and corrected with the next update.",
        ),
        "run",
    ),
    Right(
        Words(
            "拒绝：个人页面、分群、公开榜单、服务推荐，可以分别拒绝，随下一次更新生效。",
            "Refuse: a page, being grouped, public lists, suggestions, each by itself, with the next update.",
        ),
        "run",
    ),
    Right(
        Words(
            "删除：可以要求删去你的全部记录，封存的原始文件里的也在内，以后的也不再收；已经公布的汇总数字不变。",
            "Erase: all your records can be erased, those in the sealed exports too, and none comes in afterwards; totals already told stay.",
        ),
        "erase",
    ),
)


def rights(commands: Collection[str]) -> list[Words]:
    """What a reader can ask for: nothing that no command does."""
    return [right.words for right in RIGHTS if right.command in commands]


def looked(times: int) -> Words:
    """How often somebody looked at a single reader in the last twelve months."""
    return Words(
        f"查看某位读者的画像须写明事由，并记下何人、何时；过去十二个月共 {times} 次。",
        "Whoever looks up a reader's portrait says what for, and is noted with name and time:"
        f" {times} {'time' if times == 1 else 'times'} in the last twelve months.",
    )


def kept(editions: int, limited: Collection[tuple[Words, int]]) -> list[tuple[Words, Words]]:
    """What is kept for how long; ``limited`` are feeds whose records are kept for so many months."""
    told = {
        "{editions}": str(editions),
        "{others}": "其他记录" if limited else "",
        "{rest}": "the others " if limited else "",
    }
    return [
        *(
            (what, Words(f"{months} 个月，封存的原始文件里的也一样", f"{months} months, in the sealed exports too"))
            for what, months in limited
        ),
        *((what, Words(_filled(how.zh, told), _filled(how.en, told))) for what, how in KEPT),
    ]


def _filled(words: str, told: Mapping[str, str]) -> str:
    for place, said in told.items():
        words = words.replace(place, said)
    return words


MARKS: Final = {
    "pseudonym": Words("进门即换成假名", "becomes a pseudonym at the door"),
    "quasi_identifier": Words("只用于分组，小组不公布", "for groups only, small ones withheld"),
    "sensitive": Words("不离开数据团队", "does not leave the data team"),
}

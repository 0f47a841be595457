"""What to do about a finding: a small table of advice, looked up by the indicator's name.

Advice only: what counts as a finding is decided in ``narrative``.  Another line is another tuple.
"""

from typing import Final

from profiles.captions import Words

# The first fragment found in an indicator's name gives the thing to do where the group lies behind.
REMEDIES: Final = (
    ("no_show", Words("预约前发提醒，并让取消更容易", "Send reminders before bookings and make cancelling easy")),
    ("overdue", Words("归还日前提醒，学期末集中还书", "Remind before due dates; hold a return week at term's end")),
    ("own_field", Words("请学科馆员与教师核对专业书目", "Check the field's reading lists with the subject librarian")),
    ("breadth", Words("在导论课推荐跨学科书目", "Recommend titles from other fields in introductory courses")),
    ("clc", Words("在导论课推荐跨学科书目", "Recommend titles from other fields in introductory courses")),
    ("zero", Words("请馆员进一次班会，介绍借阅", "Invite a librarian to a class meeting to introduce lending")),
    ("loan", Words("把课程书目做成馆藏专架与借阅清单", "Turn course reading lists into a shelf and a loan list")),
    ("borrow", Words("把课程书目做成馆藏专架与借阅清单", "Turn course reading lists into a shelf and a loan list")),
    ("booking", Words("向小组课程介绍研讨间预约", "Introduce group rooms to courses with group work")),
    ("space", Words("向小组课程介绍研讨间预约", "Introduce group rooms to courses with group work")),
    ("regular", Words("与课程一起安排每周固定的自习时段", "Agree a weekly study hour with course teachers")),
    ("minutes", Words("听取成员对座位与开放时间的意见", "Ask members about seats and opening hours")),
    ("dwell", Words("听取成员对座位与开放时间的意见", "Ask members about seats and opening hours")),
    ("reach", Words("组织没来过的成员入馆导览", "Offer a library tour to members who have not come yet")),
    ("visit", Words("组织没来过的成员入馆导览", "Offer a library tour to members who have not come yet")),
    ("never_came", Words("组织没来过的成员入馆导览", "Offer a library tour to members who have not come yet")),
    ("night", Words("与馆方讨论晚间开放与返程安全", "Discuss evening opening and the way home with the library")),
)
LISTEN: Final = Words("与馆员一起了解成员为何少来", "Find out with a librarian what keeps members away")
BY_VIEW: Final = {
    "usage_view": LISTEN,
    "reading_view": Words("请学科馆员一起更新推荐书目", "Update recommended reading with the subject librarian"),
    "growth_view": Words("在研究方法课里加一节检索训练", "Add a search class to research methods courses"),
}


def remedy(kind: str, subject: str, name: Words, view: str | None) -> Words:
    """What to do about a finding of this kind on this subject."""
    if kind == "dissatisfied":
        return Words(f"与馆方一起改进“{name.zh}”", f"Work with the library on “{name.en}”")
    return next((words for fragment, words in REMEDIES if fragment in subject), None) or BY_VIEW.get(view or "", LISTEN)


def keep(name: Words) -> Words:
    """What to do about something that goes well."""
    return Words(f"总结“{name.zh}”领先的经验，与其他单位分享", f"Write down what works for {name.en}, and share it")

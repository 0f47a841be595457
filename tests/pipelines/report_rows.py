"""Rows of made-up report tables, as the disclosure gate hands them on: a small group has no figures.

The tables made of them are in ``report_tables``; nothing here checks anything.
"""

import random
from statistics import median, quantiles

K = 10
COLLEGES = {
    "经济学院": 3154,
    "法学院": 1420,
    "文学院": 1873,
    "数学学院": 1210,
    "物理学院": 988,
    "化学与材料学院": 1650,
    "生命科学学院": 1322,
    "计算机学院": 2875,
    "外国语学院": 1104,
    "医学院": 2440,
    "公共卫生与健康管理学院": 760,
    "书院实验班": 7,
}
TERMS = [
    ("2024-autumn", "2024 秋", "Autumn 2024"),
    ("2025-spring", "2025 春", "Spring 2025"),
    ("2025-autumn", "2025 秋", "Autumn 2025"),
    ("2026-spring", "2026 春", "Spring 2026"),
]
# indicator, view, zh, en, unit, better, usual value, needs the gates
INDICATORS = [
    ("reach_rate", "usage_view", "用馆比例", "Members reached", "share", "higher", 0.72, True),
    ("visit_days", "usage_view", "人均来馆天数", "Days visited", "days", "higher", 24.0, True),
    ("dwell_minutes", "usage_view", "每次停留", "Length of a visit", "minutes", "neutral", 138.0, True),
    ("no_show_rate", "usage_view", "预约爽约率", "No-show rate", "share", "lower", 0.11, False),
    ("bookings", "usage_view", "人均空间预约", "Room bookings", "bookings", "higher", 2.4, False),
    ("loans", "reading_view", "人均借书", "Loans per member", "loans", "higher", 3.6, False),
    ("zero_loan_share", "reading_view", "零借阅占比", "Members without a loan", "share", "lower", 0.44, False),
    ("breadth", "reading_view", "涉猎门类", "Subjects read", "classes", "higher", 2.2, False),
    ("own_field_share", "reading_view", "本专业借阅占比", "Loans in own field", "share", "neutral", 0.38, False),
    ("regularity", "growth_view", "来馆规律性", "Regularity of visits", "index", "higher", 0.46, True),
    ("growth", "growth_view", "学习成长", "Growth on last term", "points", "higher", 0.8, False),
]
SEGMENTS = [
    (
        "seat_anchored",
        "常驻自习型",
        "Seat-anchored",
        "来得勤、待得久，很少借书",
        "Come often and stay long, seldom borrow",
        0.19,
    ),
    ("paper_reader", "纸本阅读型", "Paper readers", "借书多，来去匆匆", "Borrow much and leave soon", 0.14),
    ("space_booker", "协作空间型", "Space bookers", "常预约研讨间", "Often book group rooms", 0.11),
    (
        "night_worker",
        "考季夜间型",
        "Night and exam workers",
        "集中在考季与夜间来馆",
        "Come at night and before exams",
        0.16,
    ),
    ("light", "轻度使用型", "Light users", "偶尔来一次", "Come once in a while", 0.28),
    ("rest", "其余", "Rest", "人数较少的群与未使用者", "Small segments and those who did not come", 0.12),
]
BANDS = [("0", 0.12), ("1-4", 0.17), ("5-14", 0.22), ("15-29", 0.23), ("30-59", 0.19), ("60+", 0.07)]
COHORTS = [
    ("ug_junior", "本科低年级", "Undergraduates, years 1–2", 0.40),
    ("ug_senior", "本科高年级", "Undergraduates, years 3–4", 0.33),
    ("master", "硕士研究生", "Master's students", 0.19),
    ("doctor", "博士研究生", "Doctoral students", 0.05),
    ("staff", "教职工", "Staff", 0.029),
    ("visiting", "进修与访问", "Visiting members", 0.001),
]
ITEMS = [
    ("help", "馆员的帮助", "Help from librarians", 4.41, 0.87, 0.04),
    ("quiet", "安静程度", "Quiet", 4.02, 0.74, 0.09),
    ("hours", "开放时间", "Opening hours", 3.88, 0.68, 0.12),
    ("seats", "找到座位", "Finding a seat", 3.02, 0.41, 0.36),
    ("e_access", "校外访问电子资源", "E-resources off campus", 3.47, 0.55, 0.21),
]
SOURCES = [
    ("enrolment", "名册", "Roster", 19_780, 1.0, "ok"),
    ("gate", "门禁", "Gates", 1_204_512, 0.98, "ok"),
    ("loan", "借阅", "Loans", 71_033, 1.0, "ok"),
    ("space_booking", "空间预约", "Bookings", 38_904, 0.94, "partial"),
    ("survey_answer", "读者问卷", "Reader survey", 7_120, None, "ok"),
]


ENGLISH = {"经济学院": "School of Economics", "法学院": "Law School"}
"""What the site has said of some; the table has the Chinese name of the others."""


def about(name: str, term: tuple[str, str, str], colleges: int, persons: int | None, days: tuple) -> dict:
    return {
        "college": name,
        "college_label_en": ENGLISH.get(name, name),
        "term": term[0],
        "term_label_zh": term[1],
        "term_label_en": term[2],
        "persons": persons,
        "colleges": colleges,
        "first_day": days[0],
        "last_day": days[1],
    }


def indicator(position: int, spec: tuple, groups: list[str], terms: list[tuple], draw: random.Random) -> list[dict]:
    """All groups and terms of one indicator, as the gate hands it on: a small group has no figures."""
    name, view, zh, en, unit, better, usual, needs_gates = spec
    drift = [1 + 0.02 * place for place in range(len(terms))] if len(terms) < 9 else None
    level = {group: draw.gauss(1, 0.16) for group in groups}
    made, season = [], 2 if len(terms) < 9 else 1
    history: dict[tuple[str, int], float | None] = {}
    for place, (term, term_zh, term_en) in enumerate(terms):
        wave = drift[place] if drift else 0.4 + 0.6 * draw.random()
        broken = needs_gates and term == "2025-autumn"
        values = {g: max(usual * level[g] * wave * draw.gauss(1, 0.04), 0.01) for g in groups}
        if unit == "share":
            values = {g: min(value, 0.98) for g, value in values.items()}
        shown = {g: v for g, v in values.items() if COLLEGES.get(g, 60) >= K}
        quarters = quantiles(shown.values(), n=4)
        order = sorted(shown, key=lambda g: shown[g], reverse=better != "lower")
        for group in groups:
            hidden = group not in shown
            value = None if broken or hidden else shown[group]
            before = history.get((group, place - season))
            history[group, place] = value
            compared = not (broken or hidden)
            made.append(
                {
                    "college": group,
                    "term": term,
                    "indicator": name,
                    "view": view,
                    "position": position,
                    "label_zh": zh,
                    "label_en": en,
                    "unit": unit,
                    "better": better,
                    "value": value,
                    "persons": COLLEGES.get(group, 60) if not hidden else None,
                    "median": median(shown.values()) if compared else None,
                    "lower_quartile": quarters[0] if compared else None,
                    "upper_quartile": quarters[2] if compared else None,
                    "lowest": min(shown.values()) if compared else None,
                    "highest": max(shown.values()) if compared else None,
                    "others": "|".join(str(v) for v in sorted(v for g, v in shown.items() if g != group))
                    if compared
                    else None,
                    "place": order.index(group) + 1 if compared and better != "neutral" else None,
                    "colleges": len(groups),
                    "previous": before if compared else None,
                    "change": value - before if value is not None and before is not None else None,
                    "not_measured": "gate:0.77" if broken else None,
                    "term_label_zh": term_zh,
                    "term_label_en": term_en,
                    "term_position": place,
                    "withheld": hidden,
                }
            )
    return made


def hours(college: str, draw: random.Random) -> list[dict]:
    busy = {8: 0.6, 9: 0.8, 10: 0.75, 14: 0.95, 15: 0.85, 16: 0.7, 18: 0.6, 19: 1.0, 20: 0.9, 21: 0.6}
    size = COLLEGES[college] / 3154
    made = []
    for weekday in range(1, 8):
        for hour in range(7, 23):
            if weekday == 5 and 12 <= hour < 18:
                continue
            visits = 240 * size * busy.get(hour, 0.28) * (0.55 if weekday > 5 else 1) * draw.gauss(1, 0.08)
            persons = int(visits * 6)
            hidden = persons < 90 * size or size < 0.01
            made.append(
                {
                    "college": college,
                    "term": TERMS[-1][0],
                    "weekday": weekday,
                    "hour": hour,
                    "visits_per_week": None if hidden or (weekday == 6 and hour == 7) else round(visits, 1),
                    "persons": None if hidden else persons,
                    "withheld": hidden or (weekday == 6 and hour == 7),
                }
            )
    return made


def parts(college: str, specs: list[tuple], draw: random.Random) -> list[dict]:
    """The segments, or another partition, of one college."""
    drawn = [spec[-1] * max(draw.gauss(1, 0.22), 0.2) for spec in specs]
    hidden = COLLEGES[college] < K
    made = []
    for position, (spec, weight) in enumerate(zip(specs, drawn, strict=True)):
        share = round(weight / sum(drawn), 4)
        measures = {"persons": round(share * COLLEGES[college]), "share": share, "university_share": spec[-1]}
        named = {"college": college, "term": TERMS[-1][0], "position": position, "withheld": hidden}
        made.append(named | {name: None if hidden else value for name, value in measures.items()})
    return made


def segments(college: str, draw: random.Random) -> list[dict]:
    names = ("segment", "label_zh", "label_en", "meaning_zh", "meaning_en")
    made = parts(college, SEGMENTS, draw)
    return [row | dict(zip(names, spec[:5], strict=True)) for row, spec in zip(made, SEGMENTS, strict=True)]


def bands(college: str, draw: random.Random) -> list[dict]:
    return [row | {"band": band} for row, (band, _) in zip(parts(college, BANDS, draw), BANDS, strict=True)]


def cohorts(college: str, draw: random.Random) -> list[dict]:
    made = []
    for position, (cohort, zh, en, part) in enumerate(COHORTS):
        persons = round(part * COLLEGES[college])
        hidden = persons < K
        measures = {
            "reach_rate": draw.uniform(0.5, 0.9),
            "visit_days_mean": draw.uniform(6, 32),
            "loans_mean": draw.uniform(1, 12),
            "bookings_mean": draw.uniform(0.2, 4),
        }
        made.append(
            {
                "college": college,
                "term": TERMS[-1][0],
                "cohort": cohort,
                "label_zh": zh,
                "label_en": en,
                "position": position,
                "persons": None if hidden else persons,
                **{name: None if hidden else round(value, 4) for name, value in measures.items()},
                "withheld": hidden,
            }
        )
    return made


def survey(college: str, draw: random.Random, persons: int | None = None) -> list[dict]:
    persons = round(COLLEGES[college] * 0.08) if persons is None else persons
    hidden = persons < K
    made = []
    for position, (item, zh, en, mean, top, low) in enumerate(ITEMS):
        measures = {
            "persons": persons,
            "mean": round(mean + draw.gauss(0, 0.12), 3),
            "half_width": round(1.9 / max(persons, 1) ** 0.5, 3),
            "top2_share": top,
            "low_share": low,
            "university_mean": mean,
            "university_persons": 1580,
        }
        made.append(
            {
                "college": college,
                "survey": "2026 年读者问卷" if college in COLLEGES else "faculty-2002",
                "item": item,
                "label_zh": zh,
                "label_en": en,
                "position": position,
                "scale_max": 5,
                **{name: None if hidden else value for name, value in measures.items()},
                "response_rate": 0.124,
                "withheld": hidden,
            }
        )
    return made


def source(feed: str, zh: str, en: str, records: int, coverage: float | None, status: str) -> dict:
    return {
        "feed": feed,
        "position": sorted(spec[0] for spec in SOURCES).index(feed),
        "label_zh": zh,
        "label_en": en,
        "records": records,
        "loaded": records - records // 500,
        "duplicates": records // 1000,
        "rejected": records // 500 - records // 1000,
        "last_day": "2026-07-05" if records else None,
        "coverage": coverage,
        "status": status,
    }


SUBJECTS = [
    ("F8", "财政、金融", "Finance"),
    ("D9", "法律", "Law"),
    ("I2", "中国文学", "Chinese literature"),
    ("O1", "数学", "Mathematics"),
]


def subject_class(code: str, zh: str, en: str) -> dict[str, object]:
    return {"class_scheme": "clc", "class_code": code, "class_top": code[0], "label_zh": zh, "label_en": en}


def subjects(name: str, draw: random.Random) -> list[dict[str, object]]:
    """What one college borrowed; the fourth class too few have borrowed to tell."""
    weights = [draw.uniform(0.05, 0.4) for _ in SUBJECTS]
    return [
        {"group_type": "college", "group_code": name, "term": TERMS[-1][0], "class_scheme": "clc", "class_top": code[0]}
        | {"class_second": code, "withheld": place == 3}
        | dict.fromkeys(("borrowers", "loans", "share_in_group", "share_overall", "location_quotient"))
        | (
            {}
            if place == 3 or COLLEGES[name] < 10
            else {"borrowers": 20 + place, "loans": round(900 * weights[place]), "share_in_group": weights[place]}
            | {"share_overall": 0.15, "location_quotient": weights[place] / 0.15}
        )
        for place, (code, _, _) in enumerate(SUBJECTS)
    ]


def services(name: str) -> list[dict[str, object]]:
    """Two services of which one reached nobody; in a tiny college all is withheld."""
    figures = {"persons": 120, "eligible": 400, "share": 0.3, "university_share": 0.22, "is_unreached": True}
    hidden = dict.fromkeys(figures) | {"reason_zh": None, "reason_en": None}
    known = [
        {"service": "topic_advice", "position": 1, "label_zh": "选题指导", "label_en": "Advice on a topic"} | figures,
        {"service": "seat_guide", "position": 2, "label_zh": "座位指引", "label_en": "Finding a seat"}
        | figures
        | {"persons": 40, "share": 0.1, "university_share": 0.11, "is_unreached": False},
    ]
    why = {"reason_zh": "写毕业论文，未参加过检索培训", "reason_en": "Writes a thesis, took no search class"}
    about = {"college": name, "term": TERMS[-1][0], "withheld": COLLEGES[name] < 10}
    return [about | row | why | (hidden if COLLEGES[name] < 10 else {}) for row in known]


def evaluation(effect: str, uplift: float | None) -> dict[str, object]:
    spread = {"uplift_low": uplift - 0.05, "uplift_high": uplift + 0.05} if uplift else {}
    return {
        "service": f"service_{effect}",
        "term": TERMS[-2][0],
        "label_zh": f"服务{len(effect)}",
        "label_en": f"Service {len(effect)}",
        "effect": effect,
        "uplift": uplift,
        "uplift_low": None,
        "uplift_high": None,
    } | spread

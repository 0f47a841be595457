"""Nothing by which a person could be known or reached stays in a comment; the comment itself does."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.masking import mask

CASES = (
    ("我的电话是13812345678，请回复", "我的电话是〔号码〕,请回复"),
    ("手机 138 1234 5678", "手机 〔号码〕"),
    ("致电 010-62770000", "致电 〔号码〕"),
    ("电话+86-138-1234-5678", "电话+〔号码〕"),
    ("身份证11010519491231002X丢了", "身份证〔号码〕丢了"),
    ("学号202300000042，总是刷不了卡", "学号〔号码〕,总是刷不了卡"),
    ("我 20230042 的预约被取消", "我 〔号码〕 的预约被取消"),
    ("学号１２３４５６７８", "学号〔号码〕"),
    ("工号T0012345", "工号〔号码〕"),
    ("发到 li.hua@example.edu.cn 就行", "发到 〔邮箱〕 就行"),
    ("邮箱：a_b@qq.com。", "邮箱:〔邮箱〕。"),
    ("mail me: Jo@uni.org", "mail me: 〔邮箱〕"),
    ("见 https://lib.example.cn/a?id=3 的说明", "见 〔网址〕 的说明"),
    ("www.example.com打不开", "〔网址〕"),
    ("微信号：lihua_2024", "〔账号〕"),
    ("加我微信 wxid_abc123", "加我〔账号〕"),
    ("vx:lihua98", "〔账号〕"),
    ("QQ 88273", "〔账号〕"),
    ("qq群：123456789", "〔账号〕"),
    ("我叫张三，座位太少", "我叫〔姓名〕,座位太少"),
    ("姓名：李小明 希望延长开放", "姓名:〔姓名〕 希望延长开放"),
    ("感谢王老师的帮助", "感谢〔姓名〕老师的帮助"),
    ("二楼的陈晓红老师很耐心", "二楼的〔姓名〕老师很耐心"),
    ("我是赵云的同学", "我是〔姓名〕的同学"),
    ("My name is John Smith and the wifi is slow", "My name is 〔name〕 and the wifi is slow"),
    ("Thanks to Dr. Miller", "Thanks to Dr. 〔name〕"),
    ("I am Wei Zhang", "I am 〔name〕"),
)
LEFT_ALONE = (
    ("希望多一些插座", "希望多一些插座"),
    ("三楼空调 26 度太冷，2 人占 8 个座位", "三楼空调 26 度太冷,2 人占 8 个座位"),
    ("开到 22:30 就好", "开到 22:30 就好"),
    ("预约座位的小程序闪退", "预约座位的小程序闪退"),
    ("2025 年买的书在哪", "2025 年买的书在哪"),
    ("I am happy with the staff", "I am happy with the staff"),
    ("WeChat booking is slow", "WeChat booking is slow"),
    ("校外访问数据库有时打不开", "校外访问数据库有时打不开"),
    ("10 GB 的 U 盘读不出", "10 GB 的 U 盘读不出"),
)


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_what_tells_who_somebody_is_goes(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(("text", "masked"), LEFT_ALONE)
def test_what_tells_nothing_of_a_person_stays(text: str, masked: str) -> None:
    assert mask(text) == masked


@settings(max_examples=300, deadline=None)
@given(st.text(), st.from_regex(r"\A[0-9０-９]{7,18}\Z"), st.text())
def test_no_seven_digits_in_a_row_survive(before: str, number: str, after: str) -> None:
    text = before + number + after
    assert re.search(r"\d{7}", unicodedata.normalize("NFKC", text))  # the control: they were there
    assert not re.search(r"\d{7}", mask(text))


@settings(max_examples=200, deadline=None)
@given(st.text(), st.from_regex(r"\A[a-z0-9]{1,12}@[a-z0-9]{1,9}\.(cn|com|org)\Z"), st.text())
def test_no_address_survives(before: str, address: str, after: str) -> None:
    assert address not in mask(f"{before} {address} {after}")

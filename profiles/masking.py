"""What could tell who wrote a comment, put out of sight before the comment is looked at.

Belongs here: patterns of identifiers in Chinese and English running text.  Masking is a second lock: comments
themselves go no further than the clean layer, and only counts are made of them.
"""

import re
import unicodedata

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
_MASKS = (
    ("〔网址〕", r"(?:https?://|www\.)[^\s，。；、（）()<>「」]+"),
    ("〔邮箱〕", r"[\w.+-]{1,64}\s*@\s*[\w-]+(?:\.[\w-]+)+"),
    ("〔账号〕", r"(?:微信|wechat|weixin|vx|qq|扣扣)\s*(?:号码|号|id|群)?(?:\s*[:是为]\s*|\s*(?=[a-z_-]*[\d_]))[a-z\d][a-z\d_-]{4,}"),
    ("〔号码〕", r"(?<![a-z\d])[a-z]{1,3}\d{6,}"),
    ("〔号码〕", r"\d(?:[\s-]?\d){5,}[xX]?"),
    ("〔姓名〕", r"(?:(?<=我叫)|(?<=我是)|(?<=姓名)|(?<=姓名[:：])|(?<=名字是)|(?<=联系人)|(?<=本人))(?:[" + _SURNAMES + r"][\u4e00-\u9fff]{1,2}?)(?=$|[^\u4e00-\u9fff]|老师|同学|的|来自|是|在|学号|电话|手机|希望|建议|觉得|认为)"),
    ("〔姓名〕", r"(?!谢谢|(?<=[感谢])谢)[" + _SURNAMES + r"](?:[\u4e00-\u9fff]{1,2})?(?=老师|同学|馆长|主任|教授)"),
    ("〔name〕", r"(?i:(?:(?<=my name is )|(?<=i am )|(?<=i'm )))[A-Z][a-z]+(?:\s+[A-Z][a-z]+)*"),
    ("〔name〕", r"(?:(?<=Mr )|(?<=Ms )|(?<=Mrs )|(?<=Dr )|(?<=Mr\. )|(?<=Ms\. )|(?<=Dr\. )|(?<=Mrs\. )|(?<=Professor )|(?<=Prof\. ))[A-Z][a-z]+(?:\s+[A-Z][a-z]+)*"),
)  # fmt: skip
_PATTERNS = tuple(
    (mark, re.compile(pattern, re.IGNORECASE if mark in {"〔账号〕", "〔号码〕"} else 0)) for mark, pattern in _MASKS
)


def mask(text: str) -> str:
    """The text (NFKC) with addresses, accounts, numbers of six digits and more, and names replaced by what they were.

    Digits of a number may be parted by single spaces or hyphens, so that dates and sums as long as this are lost too.
    """
    text = unicodedata.normalize("NFKC", text)
    for mark, pattern in _PATTERNS:
        text = pattern.sub(mark, text)
    return text

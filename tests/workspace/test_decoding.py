"""Which encoding bytes are in: by mark, by strict UTF-8, by zeros, by what their letters say (B5, B20)."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given, strategies as st

from lci.workspace.decoding import Encoding, encoding_of, is_binary, marked

MARKS = {
    "utf-8-sig": codecs.BOM_UTF8,
    "utf-16": codecs.BOM_UTF16_LE,
    "utf-32": codecs.BOM_UTF32_LE,
}


def encoding(content: bytes) -> Encoding | None:
    return encoding_of(content, [content])


@pytest.mark.parametrize("name", MARKS)
def test_a_mark_decides(name: str) -> None:
    content = MARKS[name] + "a,b".encode({"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[name])
    assert marked(content) == name
    assert encoding(content) == Encoding(name)
    assert not is_binary(content)


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE])
def test_a_mark_in_the_other_order_decides_too(mark: bytes) -> None:
    assert marked(mark + b"\0\0\0\0") == ("utf-16" if mark == codecs.BOM_UTF16_BE else "utf-32")


def test_without_a_mark_nothing_is_marked() -> None:
    assert marked(b"a,b") is None


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ["id,name\n1,Ann\n", "ab", "x" * 5_000])
def test_wide_characters_without_a_mark_show_by_their_zeros(name: str, text: str) -> None:
    content = text.encode(name)
    assert encoding(content) == Encoding(name)
    assert not is_binary(content)


@given(
    st.sampled_from(["utf-16-le", "utf-16-be"]), st.text("abcdef,\n0123", min_size=60), st.text("名前太郎", max_size=6)
)
def test_a_few_characters_of_other_scripts_do_not_hide_that(name: str, text: str, others: str) -> None:
    assert encoding((text + others).encode(name)) == Encoding(name)


@pytest.mark.parametrize("content", [b"", b"a", b"a\0", b"ab\0", b"a,b\n1,\0x\n"])
def test_a_zero_in_few_bytes_is_no_wide_encoding(content: bytes) -> None:
    assert encoding(content) == Encoding("utf-8")


def test_many_control_characters_or_zeros_are_no_text() -> None:
    """More than one of fifty bytes, or zeros in more than one of five."""
    assert not is_binary(b"x" * 98 + b"\x02" * 2)
    assert is_binary(b"x" * 97 + b"\x02" * 3)
    assert not is_binary(b"xxxx\0" * 20)
    assert is_binary(b"xxxx\0" * 20 + b"\0")
    assert not is_binary(b"")
    for character in b"\t\n\f\r\x1b\x1c\x1d\x1e\x1f\x01":
        assert not is_binary(bytes([character]) * 10)
    for character in b"\x02\x07\x0b\x7f":
        assert is_binary(bytes([character]) * 10)


def test_only_the_beginning_decides_whether_it_is_text() -> None:
    assert not is_binary(b"x" * (1 << 16) + b"\x02" * (1 << 16))


def test_lines_that_do_not_decode_are_counted() -> None:
    """B20: a text in UTF-8 with some lines of another encoding stays one in UTF-8."""
    assert encoding(b"plain") == Encoding("utf-8")
    assert encoding("é\nü\n".encode()) == Encoding("utf-8")
    assert encoding("é\nü\nplain\n".encode() + b"caf\xe9\n") == Encoding("utf-8", 1)
    assert encoding("é\n".encode() + b"caf\xe9\n") == Encoding("utf-8", 1)
    assert encoding("é\n".encode() + b"caf\xe9\ncaf\xe9\n") == Encoding("cp1252")


def test_every_block_is_counted() -> None:
    utf8, other = "é\n".encode(), b"caf\xe9\n"
    assert encoding_of(utf8, [utf8, b"plain\n", utf8, other]) == Encoding("utf-8", 1)
    assert encoding_of(utf8, [utf8, other, other]) == Encoding("cp1252")


def test_escape_sequences_of_japanese_mail_are_its_encoding() -> None:
    assert encoding("名前,x\n".encode("iso2022_jp")) == Encoding("iso2022_jp")
    assert encoding(b"\x1b[31mred\x1b[0m") == Encoding("utf-8")
    assert encoding(b"\x1b$B only") == Encoding("utf-8")


LEGACY = {
    "cp932": "商品名,価格\nりんご,100\nみかん,80\n",
    "euc_jp": "商品名,価格\nりんご,100\nみかん,80\n",
    "cp1251": "Название,Цена\nМолоко деревенское,100\nХлеб ржаной,80\n",
    "koi8-r": "Название,Цена\nМолоко деревенское,100\nХлеб ржаной,80\n",
    "cp1253": "Όνομα,Τιμή\nΓάλα φρέσκο,100\nΨωμί μαύρο,80\n",
    "cp1252": "Straße,Größe,Café\nKönigsallee,12,Müller\n",
    "cp1250": "jméno,město\nŽaneta,Plzeň\nJiří,České Budějovice\nŁukasz,Łódź\n",
    "cp850": "Name,Größe\nMüller,180\nJäger,175\nSchröder,170\n",
}


@pytest.mark.parametrize("name", LEGACY)
@pytest.mark.parametrize("times", [1, 40])
def test_old_encodings_are_found_by_their_letters(name: str, times: int) -> None:
    """B5, B20."""
    assert encoding((LEGACY[name] * times).encode(name)) == Encoding(name)


def test_bytes_that_no_candidate_decodes_are_decoded_by_none_wrongly() -> None:
    """Latin-1 decodes every byte, so something always fits, and the text is not lost."""
    found = encoding(b"\x81\x8d\x8f\x90\x9d\xff\n")
    assert found is not None and b"\x81\x8d\x8f\x90\x9d\xff\n".decode(found.name, "replace")


@given(st.text(max_size=200).filter(lambda text: "\x1b" not in text and "\0" not in text))
def test_utf_8_is_always_found(text: str) -> None:
    content = text.encode()
    if marked(content) is None:
        assert encoding(content) == Encoding("utf-8")


@pytest.mark.parametrize(
    "word", ["りんご", "ラーメン", "カナ", "ア,イ", "すし,1", "ひらがな,1", "価格,りんご", "東京タワー"]
)
def test_two_kana_are_enough_for_japanese(word: str) -> None:
    """B5: a few words are too little for a statistic."""
    assert encoding(f"{word}\n".encode("euc_jp")) == Encoding("euc_jp")
    assert encoding(f"{word}\n".encode("cp932")) == Encoding("cp932")


@pytest.mark.parametrize("text", ["中文的数据\n我们在这里\n", "产品の价格,こ\n我们在北京\n上海广州深圳\n"])
def test_chinese_with_a_few_signs_of_japanese_is_chinese(text: str) -> None:
    """B5."""
    assert encoding(text.encode("gb18030")) == Encoding("gb18030")


@pytest.mark.parametrize(
    "text",
    [
        "Müller\n",
        "café\n",
        "Größe,Straße\n",
        "naïve,façade\n",
        "España,año\n",
        "Ærø,Ålesund\n",
        "Preis 5 €\n",
        "10 °C, ganz schön kühl\n",
    ],
)
def test_western_words_are_western(text: str) -> None:
    """B5: their high letters stand among plain ones."""
    assert encoding(text.encode("cp1252")) == Encoding("cp1252")


@pytest.mark.parametrize("text", ["Łódź,Kraków,Wrocław\n", "żółć,gęś,jaźń\n", "książka,źródło\n"])
def test_polish_and_czech_words_are_central_european(text: str) -> None:
    """B5."""
    assert encoding(text.encode("cp1250")) == Encoding("cp1250")

"""Which passwords are refused, and words for browsers."""

import pytest

from app.passwords import digest_password, is_outdated, is_password, weakness_of
from app.session.agents import agent_words
from partners import sample
from tests.cast import PASSWORD

NAMES = ("lena.petersen@morgenrot.example", "Lena Petersen", "Morgenrot Coffee", "晨曦咖啡")


@pytest.mark.parametrize(
    "password",
    ["", "short", "elevensigns", "aaaaaaaaaaaaaaaa", "abababababab", "abcabcabcabcabc", "123456789012",
     "098765432109", "abcdefghijklm", "qwertyuiop123", "qwertzuiop123", "1q2w3e4r5t6y", "password1234", "Passwort2026!",
     "P@ssw0rd1234", "passwordpassword", "iloveyou12345", "letmein-letmein", "Summer2026!!!!", "tandem-tandem-1",
     "Tandem2026!!", "lena.petersen1", "LenaPetersen2026", "morgenrot.example", "MorgenrotCoffee1",
     "晨曦咖啡晨曦咖啡晨曦咖啡"],
)  # fmt: skip
def test_what_is_tried_first_is_refused_with_a_reason(password: str) -> None:
    assert weakness_of(password, *NAMES)


@pytest.mark.parametrize(
    "password",
    [PASSWORD, sample.PASSWORD, "a new and longer one", "zpq8-vtx3-mmw1", "the coffee was cold",
     "今天的咖啡很好喝我们明天见", "Lena likes rainy mondays"],
)  # fmt: skip
def test_what_nobody_tries_first_may_be_used(password: str) -> None:
    assert weakness_of(password, *NAMES) is None


def test_a_name_is_no_reason_for_others() -> None:
    assert weakness_of("LenaPetersen2026", "ana@alder.example") is None


def test_a_digest_is_of_its_own_password_and_of_todays_parameters() -> None:
    digest = digest_password(PASSWORD)

    assert is_password(digest, PASSWORD)
    assert not is_password(digest, PASSWORD + " ")
    assert not is_password(None, "the password of nobody")
    assert digest.startswith("$argon2id$")
    assert not is_outdated(digest)


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 "
         "Safari/537.36 Edg/140.0", "Edge · Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
         "Safari/605.1.15", "Safari · macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
         "CriOS/140.0 Mobile/15E148 Safari/604.1", "Chrome · iPhone"),
        ("Mozilla/5.0 (Linux; Android 15; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0 "
         "Mobile Safari/537.36 MicroMessenger/8.0.60", "WeChat · Android"),
        ("curl/8.5.0", "curl"), ("<b>bees</b>", "bbees"), ("", ""),
    ],
)  # fmt: skip
def test_browser_and_system_are_told_in_words(says: str, words: str) -> None:
    assert agent_words(says) == words

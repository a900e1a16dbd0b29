"""Which browser on which system somebody uses, in words, from what the browser says of itself. Pure; never trusted."""

from __future__ import annotations

_BROWSERS = (
    ("MicroMessenger/", "WeChat"), ("DingTalk/", "DingTalk"), ("Edg", "Edge"), ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"), ("MQQBrowser/", "QQ Browser"), ("QQBrowser/", "QQ Browser"),
    ("UCBrowser/", "UC Browser"), ("HuaweiBrowser/", "Huawei Browser"), ("MiuiBrowser/", "Mi Browser"),
    ("FxiOS/", "Firefox"), ("Firefox/", "Firefox"), ("CriOS/", "Chrome"), ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
"""What its name stands behind, the more special first: most browsers name those before them too."""

_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("OpenHarmony", "HarmonyOS"), ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def agent_words(user_agent: str) -> str:
    """Return browser and system; a program that is no browser by its own first name; empty where nothing was said.

    >>> agent_words("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0")
    'Firefox · Windows'
    """
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    if not browser and not system:
        return _first_word(user_agent)
    return " · ".join(part for part in (browser, system) if part)


def _first_word(user_agent: str) -> str:
    word = user_agent.strip().split("/")[0].split(" ")[0]
    return "".join(sign for sign in word if sign.isalnum() or sign in "-_.")[:40]

"""Who is in the sample world: ten invented brands, their companies, their communities, and who knows whom."""

from __future__ import annotations

from dataclasses import dataclass

from partners.directory.models import PartnerType


@dataclass(frozen=True, slots=True)
class Club:
    """One community. ``size``: members; ``core``: share of them from the brand's own corner of the population."""

    code: str
    name: str
    name_zh: str
    theme: str
    channel: str
    size: int


@dataclass(frozen=True, slots=True)
class Brand:
    """One partner with its legal entity and communities.

    ``corner``: where its buyers live in the population, 0 to 1; brands with near corners share more members.
    """

    code: str
    name: str
    name_zh: str
    partner_type: PartnerType
    industry: str
    region: str
    about: str
    series: str
    company: str
    company_zh: str
    address: str
    registration_number: str
    tax_number: str
    currency: str
    locale: str
    corner: float
    people: tuple[str, str, str, str, str]
    clubs: tuple[Club, ...]


BRAND, IP = PartnerType.BRAND, PartnerType.IP_OWNER

BRANDS: tuple[Brand, ...] = (
    Brand(
        "morgenrot", "Morgenrot Coffee", "晨曦咖啡", BRAND, "coffee", "DE",
        "Single-origin coffee, roasted in Hamburg, sold in 40 shops and by subscription.",
        "MOR", "Morgenrot Kaffee GmbH", "晨曦咖啡有限公司", "Hafenstraße 1, 20457 Hamburg", "HRB 118204", "DE811907980",
        "EUR", "en", 0.30, ("Lena Petersen", "Jonas Vogt", "Miriam Adler", "Paul Brandt", "Katrin Sommer"),
        (
            Club("morgenrot-regulars", "Regulars", "常客", "coffee at the shop", "store", 5200),
            Club("morgenrot-subscribers", "Subscribers", "订阅会员", "coffee by post", "email", 3100),
            Club("morgenrot-baristas", "Home baristas", "家庭咖啡师", "brewing", "forum", 1500),
        ),
    ),
    Brand(
        "chenguang", "Chenguang Yogurt", "晨光酸奶", BRAND, "dairy", "CN",
        "Fresh yogurt from Shanghai; community groups in 300 neighbourhoods.",
        "CGR", "Chenguang Dairy (Shanghai) Co., Ltd.", "晨光乳业（上海）有限公司", "上海市徐汇区虹桥路 1 号",
        "91310000MA1K35TY2A", "91310000MA1K35TY2A", "CNY", "zh", 0.36,
        ("王晓琳", "李哲", "陈静怡", "赵一鸣", "孙婷"),
        (
            Club("chenguang-families", "Family groups", "家庭群", "breakfast", "wechat", 4800),
            Club("chenguang-club", "Yogurt club", "酸奶俱乐部", "health", "wechat", 3900),
            Club("chenguang-lapsed", "Lapsed buyers", "沉睡会员", "win-back", "sms", 1800),
        ),
    ),
    Brand(
        "nordkorn", "Nordkorn Cereals", "北谷麦片", BRAND, "cereals", "DE",
        "Organic oats and muesli from Schleswig-Holstein.",
        "NOR", "Nordkorn Mühle eG", "北谷麦片合作社", "Mühlenweg 12, 24103 Kiel", "GnR 742", "DE136695976",
        "EUR", "en", 0.40, ("Ole Hansen", "Frauke Lorenzen", "Inga Thomsen", "Malte Carstens", "Birte Jensen"),
        (
            Club("nordkorn-bowls", "Bowl by bowl", "一碗一碗", "breakfast", "instagram", 3600),
            Club("nordkorn-runners", "Oat runners", "燕麦跑者", "running", "email", 1400),
        ),
    ),
    Brand(
        "lantern", "Lantern Tea", "灯笼茶", BRAND, "tea", "CN",
        "Leaf tea and tea ware; twelve tea houses in Hangzhou and Chengdu.",
        "LAN", "Hangzhou Lantern Tea Co., Ltd.", "杭州灯笼茶业有限公司", "杭州市西湖区龙井路 88 号",
        "91330106MA2KJ4W87M", "91330106MA2KJ4W87M", "CNY", "zh", 0.62,
        ("周雨桐", "吴昊", "郑可欣", "冯子涵", "褚思源"),
        (
            Club("lantern-houses", "Tea house guests", "茶馆客人", "tea", "store", 4100),
            Club("lantern-readers", "Tea and books", "茶与书", "reading", "wechat", 2300),
        ),
    ),
    Brand(
        "papermoon", "Papermoon Books", "纸月书店", BRAND, "books", "CN",
        "Independent book shops with reading evenings and a monthly box.",
        "PAP", "Chengdu Papermoon Culture Co., Ltd.", "成都纸月文化有限公司", "成都市锦江区东大街 66 号",
        "91510104MA6C9HXR0E", "91510104MA6C9HXR0E", "CNY", "zh", 0.70,
        ("何书宁", "罗嘉", "高远", "林若溪", "梁晨"),
        (
            Club("papermoon-readers", "Reading evenings", "夜读会", "reading", "wechat", 3300),
            Club("papermoon-box", "Monthly box", "每月书盒", "reading", "email", 1700),
        ),
    ),
    Brand(
        "velo", "Velo Verde", "绿行单车", BRAND, "cycling", "NL",
        "City bicycles for hire and for life, in nine Dutch and German cities.",
        "VEL", "Velo Verde B.V.", "绿行单车有限公司", "Keizersgracht 220, 1016 DZ Amsterdam", "KVK 64120987",
        "NL853746333B01", "EUR", "en", 0.16,
        ("Sanne de Vries", "Bram Kuiper", "Eva Mulder", "Daan Visser", "Noor Bakker"),
        (
            Club("velo-commuters", "Commuters", "通勤骑手", "cycling", "app", 4400),
            Club("velo-weekend", "Weekend riders", "周末骑行", "cycling", "app", 2200),
            Club("velo-repair", "Repair café", "修车咖啡馆", "repair", "store", 900),
        ),
    ),
    Brand(
        "aurora", "Aurora Yoga", "极光瑜伽", BRAND, "fitness", "DE",
        "Yoga studios in Berlin and Leipzig with classes in four languages.",
        "AUR", "Aurora Yoga Studios GmbH", "极光瑜伽有限公司", "Kastanienallee 9, 10435 Berlin", "HRB 203311",
        "DE295463218", "EUR", "en", 0.22, ("Clara Neumann", "Tobias Frey", "Hannah Wirth", "Simon Roth", "Jule Kern"),
        (
            Club("aurora-mornings", "Morning classes", "晨练课", "yoga", "app", 2600),
            Club("aurora-retreats", "Retreats", "静修营", "travel", "email", 1200),
        ),
    ),
    Brand(
        "hikari", "Hikari Ceramics", "光陶", IP, "tableware", "JP",
        "Studio ceramics from Kyoto; licences its glazes and patterns.",
        "HIK", "Hikari Toki K.K.", "光陶株式会社", "12 Gojo-zaka, Higashiyama, Kyoto", "7130001045512",
        "T7130001045512", "JPY", "en", 0.78, ("Aiko Mori", "Ren Fujita", "Yui Tanaka", "Haruto Ono", "Mei Kondo"),
        (
            Club("hikari-collectors", "Collectors", "收藏者", "ceramics", "email", 1600),
            Club("hikari-tables", "Set tables", "餐桌美学", "tableware", "instagram", 2400),
        ),
    ),
    Brand(
        "saltwind", "Saltwind Outdoor", "盐风户外", BRAND, "outdoor", "SE",
        "Rain gear that is mended for free for ten years.",
        "SAL", "Saltwind AB", "盐风户外股份公司", "Strandvägen 7, 114 56 Stockholm", "556889-1203", "SE556889120301",
        "EUR", "en", 0.08, ("Astrid Lund", "Erik Holm", "Maja Berg", "Oskar Dahl", "Elin Ek"),
        (
            Club("saltwind-hikers", "Hikers", "徒步者", "hiking", "email", 3000),
            Club("saltwind-menders", "Menders", "修补者", "repair", "forum", 1100),
        ),
    ),
    Brand(
        "yunhe", "Yunhe Noodles", "云禾面馆", BRAND, "restaurants", "CN",
        "Hand-pulled noodles; 58 restaurants along the Yangtze.",
        "YUN", "Wuhan Yunhe Catering Co., Ltd.", "武汉云禾餐饮有限公司", "武汉市江汉区中山大道 818 号",
        "91420103MA4L0XH26D", "91420103MA4L0XH26D", "CNY", "zh", 0.50,
        ("马思齐", "胡月", "郭志远", "谢雨晴", "唐宁"),
        (
            Club("yunhe-lunch", "Lunch crowd", "午餐群", "lunch", "wechat", 4600),
            Club("yunhe-night", "Night noodles", "夜宵群", "late supper", "wechat", 2000),
            Club("yunhe-students", "Students", "学生群", "campus", "wechat", 1300),
        ),
    ),
)  # fmt: skip

ROLES = ("manager", "viewer", "finance", "finance2", "admin")
"""Local parts of the e-mail addresses, in the order of ``Brand.people``; finance2 approves what finance prepares."""

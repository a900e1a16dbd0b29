"""What the brands of the sample world do together: partnerships and campaigns, one at least in every stage."""

from __future__ import annotations

from dataclasses import dataclass

from partners.campaigns.lifecycle import Stage
from partners.campaigns.models import CampaignType, GoalKpi
from partners.directory.relationship import PartnershipStage
from partners.sample.shopping import Shelf


@dataclass(frozen=True, slots=True)
class Turn:
    """One move of a partnership by hand: by whose manager, to which stage, when (months from the current one), why."""

    brand: str
    to_stage: PartnershipStage
    month: int
    day: int
    why: str


@dataclass(frozen=True, slots=True)
class Bond:
    """One partnership: the first brand invites. ``reaches``: invited, exploring, signed or ended.

    ``before``: moves before anything is signed; ``after``: those after; ``farewell``: why it ended.
    """

    key: str
    name: str
    brands: tuple[str, ...]
    timezone: str
    reaches: str
    before: tuple[Turn, ...] = ()
    after: tuple[Turn, ...] = ()
    farewell: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One party: its brand, weight in the split, baskets a month it sells (0: it only earns), and its shelf."""

    brand: str
    weight: int
    baskets: int = 0
    shelf: str = ""


@dataclass(frozen=True, slots=True)
class Sketch:
    """One campaign. Months count from the current one: -3 began three months ago.

    ``goals``: (kpi, baseline, target); revenue in minor units.
    """

    name: str
    bond: str
    campaign_type: CampaignType
    objective: str
    months: tuple[int, int]
    sides: tuple[Side, ...]
    currency: str
    rate: str
    excludes: tuple[str, ...]
    reaches: Stage
    goals: tuple[tuple[GoalKpi, int, int], ...] = ()
    communities: tuple[str, ...] = ()
    remark: str = ""


SHELVES = {
    "coffee": Shelf(("Espresso 250 g", "Filter roast 500 g", "Cold brew", "Hand grinder"), 890, 7, 390),
    "yogurt": Shelf(("原味酸奶 6 杯", "Yogurt, mango", "低糖酸奶", "Breakfast set"), 620, 7, 0),
    "cereals": Shelf(("Oats 1 kg", "Muesli, apple", "Porridge cups", "Seed mix"), 540, 7, 290),
    "tea": Shelf(("龙井 100 克", "茉莉花茶", "Tea tin", "盖碗"), 6800, 13, 800),
    "books": Shelf(("小说", "诗集", "Notebook", "每月书盒"), 5200, 9, 600),
    "yoga": Shelf(("Ten classes", "Month pass", "Mat"), 4900, 19, 0),
    "ceramics": Shelf(("Tea bowl", "Plate, celadon", "Small vase"), 4200, 10, 600),
}

_ASSESSMENT, _SELECTION = PartnershipStage.ASSESSMENT, PartnershipStage.SELECTION
_KNOWLEDGE, _VALUE, _STAYING = PartnershipStage.KNOWLEDGE, PartnershipStage.VALUE, PartnershipStage.STAYING

BONDS = (
    Bond(
        "breakfast", "Breakfast table", ("morgenrot", "chenguang", "nordkorn"), "Europe/Berlin", "signed",
        (
            Turn("morgenrot", _ASSESSMENT, -4, 8, "All lists are counted; now each of us looks at brand and budget."),
            Turn("nordkorn", _SELECTION, -4, 11, "All three say yes. We begin with the voucher campaign."),
        ),
        (Turn("chenguang", _VALUE, -2, 15, "前两个月的账单都对上了，联名券带来的新客超出计划。"),),
    ),
    Bond(
        "reading", "茶与书", ("lantern", "papermoon"), "Asia/Shanghai", "signed",
        (Turn("papermoon", _ASSESSMENT, -4, 9, "双方读者重合度合适，先各自评估内容调性。"),),
        (
            Turn("lantern", _VALUE, -2, 18, "书盒里的茶样转化稳定。"),
            Turn("papermoon", _STAYING, 0, 6, "连续三个月结算无争议，明年继续，每季度复盘一次。"),
        ),
    ),
    Bond(
        "ride", "Ride to class", ("velo", "aurora"), "Europe/Amsterdam", "signed",
        (
            Turn("aurora", _ASSESSMENT, -4, 15, "Morning riders and morning classes: worth a closer look."),
            Turn("velo", _SELECTION, -4, 25, "Agreed in both management meetings."),
        ),
    ),
    Bond(
        "glaze", "Tea ware", ("hikari", "lantern"), "Asia/Tokyo", "signed", (),
        (Turn("hikari", _VALUE, -1, 12, "The first firing is sold out."),),
    ),
    Bond(
        "weather", "All weather", ("saltwind", "velo"), "Europe/Stockholm", "exploring",
        (
            Turn("saltwind", _ASSESSMENT, -3, 11, "Hikers and commuters overlap more than we thought."),
            Turn("velo", _SELECTION, -2, 9, "Our side has rated and would begin with rain gear for riders."),
            Turn("saltwind", _ASSESSMENT, -1, 16, "Our second rater is missing: back to rating before we decide."),
        ),
    ),
    Bond("noodles", "云禾与晨光", ("yunhe", "chenguang"), "Asia/Shanghai", "invited"),
    Bond("mornings", "Yoga mornings", ("aurora", "morgenrot"), "Europe/Berlin", "invited"),
    Bond(
        "corner", "Book corner", ("morgenrot", "papermoon"), "Europe/Berlin", "ended",
        (
            Turn("morgenrot", _ASSESSMENT, -4, 20, "Reading evenings with coffee: both sides look at it."),
            Turn("papermoon", _KNOWLEDGE, -2, 14, "柏林没有书店，先重新了解彼此的会员。"),
        ),
        farewell="Our shops and their readers are too far apart. We part as friends.",
    ),
)  # fmt: skip

_BREAKFAST_CLUBS = ("morgenrot-regulars", "morgenrot-subscribers", "chenguang-families", "chenguang-club",
                    "nordkorn-bowls")  # fmt: skip
_THREE = (Side("morgenrot", 60, 110, "coffee"), Side("chenguang", 32, 90, "yogurt"), Side("nordkorn", 8, 70, "cereals"))
_PAIR = (Side("morgenrot", 1, 60, "coffee"), Side("nordkorn", 1, 45, "cereals"))
_REVENUE, _ORDERS, _NEW, _REFERRED = GoalKpi.REVENUE, GoalKpi.ORDERS, GoalKpi.NEW_CUSTOMERS, GoalKpi.REFERRED_ORDERS
_PROMOTION, _MARKETING = CampaignType.JOINT_PROMOTION, CampaignType.JOINT_MARKETING

SKETCHES = (
    Sketch(
        "Breakfast together", "breakfast", _PROMOTION, "One voucher for coffee, yogurt and cereals in every parcel.",
        (-3, 1), _THREE, "EUR", "0.12", ("tax", "shipping"), Stage.LIVE,
        ((_REVENUE, 0, 1_200_000), (_NEW, 0, 700), (_REFERRED, 0, 350)), _BREAKFAST_CLUBS,
    ),
    Sketch(
        "First cup", "breakfast", _PROMOTION, "A first bag of coffee with every box of cereals.", (-3, -2), _PAIR,
        "EUR", "0.1", ("tax",), Stage.REVIEWED, ((_REVENUE, 0, 150_000), (_ORDERS, 0, 220)),
        ("morgenrot-regulars", "nordkorn-bowls"),
        "Keep the voucher small: the box with three vouchers sold no better than the box with one.",
    ),
    Sketch(
        "Milk and beans", "breakfast", _MARKETING, "Latte recipes on both packs.", (-3, -2),
        (Side("morgenrot", 3, 50, "coffee"), Side("chenguang", 2, 40, "yogurt")), "EUR", "1/12", ("tax", "shipping"),
        Stage.SETTLED, ((_ORDERS, 0, 150),), ("morgenrot-baristas", "chenguang-club"),
    ),
    Sketch(
        "Warm bowls", "breakfast", _PROMOTION, "Porridge month in all coffee shops.", (-2, -1), _PAIR, "EUR", "0.08",
        ("tax",), Stage.ENDED, ((_REVENUE, 0, 180_000),), ("morgenrot-regulars", "nordkorn-bowls"),
    ),
    Sketch(
        "Sunday paper", "breakfast", _MARKETING, "Recipes in the Sunday paper, one code per brand.", (-1, 1),
        (Side("morgenrot", 1, 30, "coffee"), Side("chenguang", 1, 25, "yogurt")), "EUR", "0.09", ("tax",), Stage.PAUSED,
        ((_ORDERS, 0, 120),), ("morgenrot-subscribers", "chenguang-families"), "The code in the second issue is wrong.",
    ),
    Sketch(
        "Barista evening", "breakfast", CampaignType.EVENT, "Six evenings with tasting; tickets sold by Morgenrot.",
        (1, 2), (Side("morgenrot", 2, 1, "coffee"), Side("nordkorn", 1)), "EUR", "0.2", ("tax",), Stage.APPROVED,
        ((_ORDERS, 0, 180),), ("morgenrot-baristas",),
    ),
    Sketch(
        "Spring tasting", "breakfast", _PROMOTION, "Tasting boxes for subscribers of all three.", (2, 4), _THREE, "EUR",
        "0.1", ("tax", "shipping"), Stage.PLANNED, ((_REVENUE, 0, 900_000), (_NEW, 0, 400)), _BREAKFAST_CLUBS,
    ),
    Sketch(
        "Yogurt for runners", "breakfast", _MARKETING, "Samples at three city runs.", (2, 3),
        (Side("chenguang", 1, 1, "yogurt"), Side("nordkorn", 1, 1, "cereals")), "EUR", "0.07", ("tax",), Stage.SIGNED,
    ),
    Sketch(
        "Oat latte week", "breakfast", _PROMOTION, "A week of oat lattes, oats by Nordkorn.", (1, 1),
        (Side("nordkorn", 2, 1, "cereals"), Side("morgenrot", 3, 1, "coffee")), "EUR", "0.15", ("tax",),
        Stage.NEGOTIATED, ((_ORDERS, 0, 500),), ("nordkorn-bowls",),
    ),
    Sketch(
        "Morning market", "breakfast", CampaignType.EVENT, "A shared stall at two weekly markets.", (3, 4),
        (Side("morgenrot", 1, 1, "coffee"),), "EUR", "0.1", (), Stage.EXPLORING,
    ),
    Sketch(
        "Window poster swap", "breakfast", CampaignType.JOINT_CONTENT, "Each hangs a poster of the others.", (2, 2),
        (Side("morgenrot", 1, 1, "coffee"),), "EUR", "0.1", (), Stage.IDEA,
    ),
    Sketch(
        "Thermos for all", "breakfast", CampaignType.JOINT_BRAND, "A co-branded thermos.", (1, 3), _PAIR, "EUR", "0.1",
        ("tax",), Stage.CANCELLED, (), (), "The supplier cannot meet the recall clause.",
    ),
    Sketch(
        "茶与书", "reading", _MARKETING, "每盒书附一份茶，每罐茶附一张书签。", (-3, 2),
        (Side("lantern", 1, 70, "tea"), Side("papermoon", 1, 60, "books")), "CNY", "0.12", ("tax", "shipping"),
        Stage.LIVE, ((_REVENUE, 0, 9_000_000), (_REFERRED, 0, 200)),
        ("lantern-houses", "lantern-readers", "papermoon-readers", "papermoon-box"),
    ),
    Sketch(
        "Ride to class", "ride", CampaignType.REFERRAL_PROGRAMME, "Riders get a first class, studios get riders.",
        (-2, 3),
        (Side("aurora", 0, 55, "yoga"), Side("velo", 1)), "EUR", "0.08", ("tax",), Stage.LIVE,
        ((_NEW, 0, 300), (_REFERRED, 0, 120)), ("velo-commuters", "velo-weekend", "aurora-mornings"),
    ),
    Sketch(
        "Celadon and leaf", "glaze", CampaignType.JOINT_BRAND, "Tea bowls with a leaf pattern, sold by the studio.",
        (-2, 1), (Side("hikari", 7, 40, "ceramics"), Side("lantern", 3)), "JPY", "0.25",
        ("tax", "shipping"), Stage.LIVE, ((_REVENUE, 0, 1_500_000),),
        ("hikari-collectors", "hikari-tables", "lantern-houses"),
    ),
)  # fmt: skip

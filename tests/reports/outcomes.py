"""An outcome for the tests: three parties, four communities."""

from __future__ import annotations

from datetime import date

from reports.outcome_document import Community, Earned, Flow, Goal, Outcome, Pair, Party, Sold


def autumn_breakfast() -> Outcome:
    """Return the outcome of an ended campaign."""
    return Outcome(
        code="autumn-breakfast", name="Autumn breakfast", campaign_type="joint_promotion",
        objective="Win families for breakfast together.", stage="ended", starts_on=date(2026, 9, 1),
        ends_on=date(2026, 11, 30), timezone="Europe/Berlin", partnership="Morgenrot with Nordkorn",
        agreement="AGR-2026-0012", currency="EUR", rate="0.1", terms=((3, "ab" * 32),),
        lessons="Begin the second wave a week earlier.",
        parties=(
            Party("Morning Dairy", "晨光乳业", "Morning Dairy Co., Ltd.", "晨光乳业（上海）有限公司", True, 60),
            Party("Morgenrot Coffee", "曙光咖啡", "Morgenrot Kaffee GmbH", "", True, 32),
            Party("Nordkorn Cereals", "", "Nordkorn A/S", "", False, 8),
        ),
        goals=(
            Goal("revenue", 30000000, 40000000, 42173400, date(2026, 11, 30), 0),
            Goal("new_customers", 0, 3000, 2310, date(2026, 11, 30), 1),
            Goal("referred_orders", 0, 1000, 1874, date(2026, 11, 30), 2),
        ),
        communities=(
            Community("Morning members", "晨光会员", 0, False, 12300, (1200, 6200)),
            Community("Morgenrot club", "", 1, False, 8400, (5200, 800)),
            Community("Nordkorn news", "", 2, False, 2100, (9100, 5300)),
            Community("小红书群", "小红书群", 1, False, None, (6000, 9600)),
        ),
        pairs=(Pair(0, 1, 1230, ""), Pair(0, 2, None, "from_5")), held_back=1, self_orders=0,
        flows=(Flow(1, 0, 940, 8120000), Flow(0, 1, 610, 5330000), Flow(2, 0, 324, 2790000)),
        sold=(Sold(0, 5210, 6120, 31200000, 28900000, 912000, 1400, 1264),
              Sold(1, 2150, 2410, 14300000, 13273400, 220000, 910, 610)),
        earned=(Earned(0, 0, 1500000, 210000), Earned(0, 1, 800000, 112000), Earned(0, 2, 200000, 28000),
                Earned(1, 0, 700000, 80000), Earned(1, 1, 373000, 43000), Earned(1, 2, 93000, 11000)),
    )  # fmt: skip

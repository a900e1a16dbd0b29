"""The pages of revenue: the board of months, closing and approving, statements, payments, the ledger."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import worker
from app.installation import Installation
from partners import outbox
from partners.database import reading, writing
from partners.directory.policy import Actor
from partners.outbox import Job, JobState
from partners.revenue.models import Draft, Earning, Statement, StoredDocument
from partners.revenue.verify import recompute
from tests.conftest import NOW
from tests.partners.revenue.books import Books, day, open_books

SignedIn = Callable[[Actor], FlaskClient]


@pytest.fixture
def books(place: Installation) -> Books:
    """Alder has sold twice and paid back once in September."""
    with writing(place.engine) as session:
        made = open_books(session, NOW)
        made.sell("o-1", day(9, 3), 11900, 10000, product="Oat milk", from_community_id=made.cast.birch.community.id)
        made.sell("o-2", day(9, 4), 5950, 5000)
        made.refund("o-2", day(9, 9), 2975)
        session.commit()
        return made


def work_off(place: Installation) -> None:
    """Run every waiting job, and those that follow from them."""
    for _ in range(4):
        for job_id in worker.reap(place):
            worker.run_job(place, job_id)


def september(books: Books) -> str:
    return f"/revenue/periods/{books.cast.partnership.id}-2026-09"


@pytest.fixture
def closed(books: Books, place: Installation, client_for: SignedIn) -> str:
    """The address of September, closed by Alder's first finance person and drafted."""
    answer = client_for(books.cast.alder.finance).post(f"{september(books)}/close")
    work_off(place)
    return str(answer.location)


@pytest.fixture
def issued(books: Books, place: Installation, client_for: SignedIn, closed: str) -> str:
    """The address of September's statement, approved by Alder's second finance person."""
    second = client_for(books.cast.alder.finance_two)
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', second.get(closed).text)
    assert digest is not None
    assert second.post(f"{closed}/approve", data={"digest": digest[1]}).status_code == 303
    work_off(place)
    found = re.search(r"/revenue/statements/\w{16}", second.get(closed).text)
    assert found is not None
    return found[0]


def test_the_board_says_what_a_month_waits_for(books: Books, client_for: SignedIn) -> None:
    board = client_for(books.cast.alder.finance).get("/revenue")

    assert "September 2026" in board.text
    assert "your finance to close it" in board.text


def test_an_empty_board_says_what_to_do(books: Books, client_for: SignedIn) -> None:
    client = client_for(books.cast.cedar.viewer)

    assert "No month yet" in client.get("/revenue").text
    assert "No statement yet" in client.get("/revenue/statements").text


def test_an_open_month_shows_what_is_pending(books: Books, client_for: SignedIn) -> None:
    page = client_for(books.cast.birch.viewer).get(f"/revenue/periods/{books.cast.partnership.id}-2026-10")

    assert "Provisional" in page.text
    assert "5.00" in page.text


def test_closing_drafts_and_names_the_preparer(books: Books, client_for: SignedIn, closed: str) -> None:
    mine, theirs = (
        client_for(books.cast.alder.finance_two).get(closed),
        client_for(books.cast.birch.viewer).get(closed),
    )

    assert "Prepared by Alder Coffee finance," in mine.text
    assert "Approve and issue" in mine.text
    assert "What you are owed" in theirs.text
    assert "Approve and issue" not in theirs.text


def test_the_preparer_is_told_that_somebody_else_approves(books: Books, client_for: SignedIn, closed: str) -> None:
    client = client_for(books.cast.alder.finance)

    page = client.get(closed)
    answer = client.post(f"{closed}/approve", data={"digest": re.findall(r"[0-9a-f]{64}", page.text)[-1]})

    assert "You closed this month" in page.text
    assert answer.status_code in (403, 409)


def test_a_stale_digest_is_refused(books: Books, client_for: SignedIn, closed: str) -> None:
    answer = client_for(books.cast.alder.finance_two).post(f"{closed}/approve", data={"digest": "0" * 64})

    assert answer.status_code == 409
    assert "Look at them again" in answer.text


def test_a_month_is_opened_again(books: Books, place: Installation, client_for: SignedIn, closed: str) -> None:
    answer = client_for(books.cast.alder.finance).post(f"{closed}/reopen", follow_redirects=True)

    assert "The month is open again" in answer.text
    with reading(place.engine) as session:
        assert session.scalar(select(func.count()).select_from(Draft)) == 0


def test_a_statement_shows_every_amount_to_both_sides(books: Books, client_for: SignedIn, issued: str) -> None:
    for brand in (books.cast.alder, books.cast.birch):
        page = client_for(brand.viewer).get(issued)

        assert page.status_code == 200
        assert "ALD-2026-0001" in page.text
        for amount in ("178.50", "−28.50", "150.00", "15.00", "6.00", "−1.00", "5.00"):
            assert amount in page.text


def test_the_json_is_the_canonical_document(
    books: Books, client_for: SignedIn, issued: str, place: Installation
) -> None:
    answer = client_for(books.cast.birch.viewer).get(f"{issued}/statement.json")

    document = json.loads(answer.data)
    with reading(place.engine) as session:
        digest = session.scalars(select(Statement.digest)).one()
    assert hashlib.sha256(answer.data).hexdigest() == digest
    assert recompute(document) == []
    assert "ALD-2026-0001.json" in answer.headers["Content-Disposition"]


def test_lines_come_as_csv(books: Books, client_for: SignedIn, issued: str) -> None:
    answer = client_for(books.cast.birch.viewer).get(f"{issued}/lines.csv")

    assert answer.mimetype == "text/csv"
    assert "o-1" in answer.text
    assert "birch-club" in answer.text


def test_the_pdf_is_kept_once_and_sent_to_both_sides(
    books: Books, client_for: SignedIn, issued: str, place: Installation
) -> None:
    copies = [client_for(brand.viewer).get(f"{issued}/pdf/zh").data for brand in (books.cast.alder, books.cast.birch)]

    assert copies[0] == copies[1]
    assert copies[0].startswith(b"%PDF")
    with reading(place.engine) as session:
        assert sorted(session.scalars(select(StoredDocument.language))) == ["en", "zh"]


def test_a_pdf_that_is_not_made_yet_shows_how_far_it_is(
    books: Books, client_for: SignedIn, issued: str, place: Installation
) -> None:
    with writing(place.engine) as session:
        for kept in session.scalars(select(StoredDocument)):
            session.delete(kept)
        session.commit()

    answer = client_for(books.cast.alder.viewer).get(f"{issued}/pdf/en")

    assert answer.status_code == 202
    assert "The PDF is being made" in answer.text


def test_a_payment_is_recorded_and_shown(books: Books, client_for: SignedIn, issued: str) -> None:
    client = client_for(books.cast.alder.finance)
    page = client.get(issued)

    paid = {"amount": "3.50", "paid_on": "2026-10-05", "reference": "SEPA 77"}
    after = client.post(f"{issued}/payouts", data=paid, follow_redirects=True)

    assert 'value="5.00"' in page.text
    assert "SEPA 77" in after.text
    assert 'value="1.50"' in after.text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"amount": "6.00"}, "At most 5.00 EUR"),
        ({"amount": "five"}, "is not an amount"),
        ({"amount": ""}, "Write the amount"),
        ({"amount": "0"}, "more than zero"),
        ({"paid_on": "2026-10-07"}, "not in the future"),
        ({"reference": ""}, "Write the reference"),
        ({"paid_on": "soon"}, "Not a valid date"),
    ],
)
def test_a_payment_that_cannot_be_is_refused_on_the_form(
    books: Books, client_for: SignedIn, issued: str, changed: dict[str, str], said: str
) -> None:
    data = {"amount": "3.50", "paid_on": "2026-10-05", "reference": "SEPA 77", **changed}

    answer = client_for(books.cast.alder.finance).post(f"{issued}/payouts", data=data)

    assert answer.status_code == 422
    assert said in answer.text


def test_the_list_of_statements_and_its_csv(books: Books, client_for: SignedIn, issued: str) -> None:
    client = client_for(books.cast.birch.viewer)

    assert "from Alder Coffee" in client.get("/revenue/statements").text
    assert "ALD-2026-0001" in client.get("/revenue/statements?csv=1").text


def test_the_ledger_shows_accounts_and_entries(books: Books, client_for: SignedIn, issued: str) -> None:
    client = client_for(books.cast.alder.viewer)

    page = client.get(f"/revenue/ledger/{books.cast.partnership.id}?month=2026-10")

    assert "Statement ALD-2026-0001" in page.text
    assert "−5.00" in page.text
    assert client.get(f"/revenue/ledger/{books.cast.partnership.id}?month=soon").status_code == 422


def test_a_stranger_finds_none_of_it(books: Books, client_for: SignedIn, issued: str, closed: str) -> None:
    client = client_for(books.cast.cedar.finance)
    paths = [
        issued, closed, september(books), f"{issued}/pdf/en", f"{issued}/statement.json", f"{issued}/lines.csv",
        f"/revenue/ledger/{books.cast.partnership.id}",
    ]  # fmt: skip
    posts = [f"{closed}/close", f"{closed}/reopen", f"{closed}/approve", f"{issued}/payouts"]

    assert {client.get(path).status_code for path in paths} == {404}
    assert {client.post(path, data={"digest": "0" * 64}).status_code for path in posts} == {404}


def test_a_viewer_reads_but_changes_nothing(books: Books, client_for: SignedIn, issued: str, closed: str) -> None:
    client = client_for(books.cast.alder.viewer)
    posts = [f"{closed}/reopen", f"{closed}/approve", f"{issued}/payouts"]
    paid = {"amount": "3.50", "paid_on": "2026-10-05", "reference": "SEPA 77", "digest": "0" * 64}

    assert {client.post(path, data=paid).status_code for path in posts} == {403}


def test_a_worker_that_dies_while_issuing_leaves_nothing_and_the_next_one_finishes(
    books: Books, place: Installation, client_for: SignedIn, closed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = client_for(books.cast.alder.finance_two)
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', second.get(closed).text)
    assert digest is not None
    second.post(f"{closed}/approve", data={"digest": digest[1]})

    def dies(*_: object) -> None:
        raise RuntimeError("the power is cut just before the commit")

    job_id = worker.reap(place)[0]
    with monkeypatch.context() as cut:
        cut.setattr(outbox, "finish", dies)
        worker.run_job(place, job_id)
    with reading(place.engine) as session:
        left = [session.scalar(select(func.count()).select_from(table)) for table in (Statement, Earning)]
        state = session.get_one(Job, job_id).state
    work_off(place)

    assert (left, state) == ([0, 0], JobState.QUEUED)
    with reading(place.engine) as session:
        assert list(session.scalars(select(Statement.number))) == ["ALD-2026-0001"]
        assert session.scalar(select(func.count()).select_from(Earning)) == 6
        assert {job.state for job in session.scalars(select(Job))} == {JobState.DONE}

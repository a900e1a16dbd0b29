"""Which letter follows which event, to whom: the background handlers that send mail."""

from __future__ import annotations

from collections.abc import Iterable

from app import links
from app.mail import Letter, send, written
from app.work import Work
from partners.directory import mail_queries
from partners.directory.accounts.models import Role
from partners.directory.mail_queries import Recipient


def mail_invitation(work: Work) -> None:
    """Send an invitation its link; nothing where it was settled in the meantime."""
    with work.reading() as session:
        facts = mail_queries.invitation_facts(session, work.claim.subject_id, work.now())
    if facts is None:
        _deliver(work, [])
    elif not facts.role:
        link = links.to_registration(work.settings, work.claim.subject_id)
        _deliver(work, [written("brand_invitation", facts.to, facts=facts, link=link)])
    else:
        link = links.to_seat(work.settings, work.claim.subject_id)
        name = "invitation" if facts.invited_by else "registration"
        _deliver(work, [written(name, facts.to, facts=facts, link=link)])


def mail_reset(work: Work) -> None:
    """Send whoever lost a password the link to another one."""
    with work.reading() as session:
        to, stamp = mail_queries.reset_facts(session, work.claim.subject_id)
    link = links.to_reset(work.settings, work.claim.subject_id, stamp, work.now())
    _deliver(work, [written("reset", to, link=link)])


def mail_registration(work: Work) -> None:
    """Tell the operator that a brand waits for approval."""
    with work.reading() as session:
        facts = mail_queries.standing_facts(session, work.claim.subject_id)
        readers = mail_queries.operators(session)
    _tell(work, "registered", readers, f"/admin/partners/{work.claim.subject_id}", facts)


def mail_approval(work: Work) -> None:
    """Tell the admins of a brand that it may take part."""
    _tell_admins(work, "approved", "/")


def mail_suspension(work: Work) -> None:
    """Tell the admins of a brand that it is held back, and why."""
    _tell_admins(work, "suspended", "/")


def mail_partnership(work: Work) -> None:
    """Tell the managers of invited brands; the admins of a brand that has no manager yet."""
    with work.reading() as session:
        facts = mail_queries.partnership_facts(session, work.claim.subject_id)
        readers = [
            reader
            for partner_id in facts.waiting
            for reader in mail_queries.people(session, [partner_id], [Role.MANAGER])
            or mail_queries.people(session, [partner_id], [Role.ADMIN])
        ]
    _tell(work, "partnership", readers, f"/partners/partnerships/{work.claim.subject_id}", facts)


def mail_bank_account(work: Work) -> None:
    """Tell finance and admins of a brand that somebody wants it paid elsewhere."""
    with work.reading() as session:
        facts = mail_queries.bank_account_facts(session, work.claim.subject_id)
        readers = mail_queries.people(session, [facts.partner_id], [Role.FINANCE, Role.ADMIN])
    _tell(work, "bank_account", readers, "/", facts)


def _tell_admins(work: Work, name: str, path: str) -> None:
    with work.reading() as session:
        facts = mail_queries.standing_facts(session, work.claim.subject_id)
        readers = mail_queries.people(session, [work.claim.subject_id], [Role.ADMIN])
    _tell(work, name, readers, path, facts)


def _tell(work: Work, name: str, readers: Iterable[Recipient], path: str, facts: object) -> None:
    link = work.settings.base_url + path
    _deliver(work, [written(name, reader, facts=facts, link=link) for reader in readers])


def _deliver(work: Work, letters: list[Letter]) -> None:
    with work.kept_alive():
        send(work.settings, work.claim.job_id, letters, work.now())
    with work.writing() as session:
        work.finish(session, {"mails": len(letters)})
        session.commit()

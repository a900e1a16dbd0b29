"""Counting regions in the background: one pass over the token files, noise at once, nothing exact is kept."""

from __future__ import annotations

from app.audiences.jobs import beating
from app.work import Work
from partners.audiences.counting.overlap import count_regions as counted
from partners.audiences.models import Regions
from partners.audiences.regions import queries as region_queries
from partners.audiences.regions import services as region_services
from partners.audiences.regions.diagram import region_cost
from partners.audiences.release.noise import noise


def count_regions(work: Work) -> None:
    """Count how the lists of a question divide. The subject is the question."""
    with work.reading() as session:
        files = region_queries.files_of(session, work.claim.subject_id)
        cost = region_cost(session.get_one(Regions, work.claim.subject_id).epsilon_milli)
    noisy: list[int] = []
    if files:
        with work.kept_alive():
            exact = counted([work.store.path(key) for key, _members in files], beating(work))
        noisy = [count + noise(cost) for count in exact]
    with work.writing() as session:
        sizes = [members for _key, members in files]
        is_kept = bool(files) and region_services.record_regions(
            session, work.claim.subject_id, sizes, noisy, work.now()
        )
        work.finish(session, {"regions": len(noisy) if is_kept else 0})
        session.commit()

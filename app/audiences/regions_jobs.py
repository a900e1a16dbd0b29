"""Counting regions in the background: one pass over the token files, noise at once, nothing exact is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.audiences.jobs import beating
from app.work import Work
from config import Settings
from partners.audiences.counting import cluster, overlap
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
            exact = _counted(work.settings, [work.store.path(key) for key, _members in files], beating(work))
        noisy = [count + noise(cost) for count in exact]
    with work.writing() as session:
        sizes = [members for _key, members in files]
        is_kept = bool(files) and region_services.record_regions(
            session, work.claim.subject_id, sizes, noisy, work.now()
        )
        work.finish(session, {"regions": len(noisy) if is_kept else 0})
        session.commit()


def _counted(settings: Settings, paths: list[Path], beat: Callable[[int, int], None]) -> list[int]:
    """Return the exact counts, from the threads of this worker or the cluster that the settings name."""
    if settings.cluster:
        return cluster.count_regions(settings.cluster, paths, beat)
    return overlap.count_regions(paths, beat)

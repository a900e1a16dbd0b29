"""Who is on the platform, with whom, on what footing, and who may do what.

By what they are about: ``services``, ``queries`` partnerships; ``standing_…`` a partner's standing to the platform;
``relationship``, ``stage_…`` the stages; ``seat_…``, ``invitation_…`` people; ``entity_…``, ``bank_…``, ``identifiers``
companies; ``retention_…``; ``audit_…``, ``activity_…`` what happened; ``policy`` which role may do what. How somebody
signs in is ``accounts``.
"""

"""The domain of Tandem: what brands agree, measure and settle.

Knows the standard library, SQLAlchemy, networkx and NumPy. Must not know Flask, settings, the clock or the network:
values such as ``now``, ``key`` and ``store`` come in as arguments.
"""

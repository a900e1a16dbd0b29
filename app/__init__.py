"""How people and programs reach Tandem: HTTP, command line, jobs. Everything that knows Flask lives below here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import config
from app.installation import clock_time, open_installation
from app.uploads import SealedRequest
from partners.directory.accounts.credentials import LONGEST

TEMPLATES = Path(__file__).parent.parent / "templates"


def create_app(settings: config.Settings | None = None, now: Callable[[], datetime] = clock_time) -> Flask:
    """Return the web application; without settings they are read from the environment."""
    settings = settings or config.load()
    app = Flask(__name__, template_folder=str(TEMPLATES))
    app.request_class = SealedRequest
    app.config.update(_flask_config(settings))
    app.extensions["tandem"] = open_installation(settings, now)
    _install(app)
    _register_blueprints(app)
    if settings.proxies:  # believes the address they name and nothing else: base_url says host and scheme
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0)  # type: ignore[method-assign]
    return app


def _flask_config(settings: config.Settings) -> dict[str, object]:
    is_secure = settings.base_url.startswith("https:")
    return {
        "SECRET_KEY": settings.secret_key,
        "MAX_CONTENT_LENGTH": settings.upload_mb * 1024 * 1024,
        "SESSION_COOKIE_NAME": "__Host-tandem" if is_secure else "tandem",
        "SESSION_COOKIE_SECURE": is_secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": LONGEST,  # the row of the sign-in says when it is over
        "WTF_CSRF_TIME_LIMIT": None,  # a form stays good for as long as its session
        "WTF_CSRF_HEADERS": ["X-CSRF-Token"],
        "BABEL_DEFAULT_LOCALE": "en",
        "BABEL_DEFAULT_TIMEZONE": "UTC",
    }


def _install(app: Flask) -> None:
    from app import assets, context, errors, filters, health, i18n, security
    from app.progress import subjects

    app.teardown_appcontext(context.close_session)
    i18n.install(app)
    security.install(app)
    errors.install(app)
    filters.install(app)
    assets.install(app)
    health.install(app)
    subjects.install(app)


def _register_blueprints(app: Flask) -> None:
    from app import (
        account,
        admin,
        api,
        audiences,
        campaigns,
        communities,
        home,
        network,
        partners,
        progress,
        referrals,
        revenue,
        session,
    )

    for word in (
        home, session, progress, network, partners, communities, audiences, campaigns, referrals, revenue, admin,
        account,
    ):  # fmt: skip
        app.register_blueprint(word.bp)
    api.install(app)

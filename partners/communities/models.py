"""Tables of communities."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from partners.database import Base, Id, Ref, Text40, Text120, Text400


class Community(Base):
    """A partner's lasting public: a group, a channel, a customer club; a node of the graph."""

    __tablename__ = "community"

    id: Mapped[Id]
    partner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), index=True)
    code: Mapped[Text40] = mapped_column(unique=True, comment="short name in files, lower case")
    name: Mapped[Text120]
    name_zh: Mapped[Text120] = mapped_column(default="")
    theme: Mapped[Text40]
    channel: Mapped[Text40] = mapped_column(comment="where it meets: wechat, email, store …")
    about: Mapped[Text400] = mapped_column(default="")
    created_at: Mapped[datetime]

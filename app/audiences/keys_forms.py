"""Forms of keys: a public key that was made at home or in the page, and a file of sealed copies."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import StringField
from wtforms.validators import InputRequired

from partners.audiences.keys.sealed import KeyShares, NotAPublicKey, read_key_shares
from partners.errors import Invalid


class SharesOfAnother(Invalid):
    """This file is for another partnership. Choose the one that was made with this partnership's request."""


class PublicKeyForm(FlaskForm):  # type: ignore[misc]
    """The public half of a brand's key pair."""

    public_key = StringField(_("Public key"), [InputRequired()])

    def read(self) -> bytes:
        """Return the key; raises NotAPublicKey for what is no hex."""
        try:
            return bytes.fromhex(str(self.public_key.data or ""))
        except ValueError:
            raise NotAPublicKey() from None


class SharesForm(FlaskForm):  # type: ignore[misc]
    """A file of sealed copies, made by “tandem key share” or in the page."""

    shares = FileField(_("File of sealed copies"), [FileRequired(_("Choose a file."))])

    def read(self, partnership_id: str) -> KeyShares:
        """Return what the file holds; raises NotAKeyFile, SharesOfAnother."""
        upload = self.shares.data
        found = read_key_shares(upload.stream.read().decode(errors="replace") if upload else "")
        if found.partnership_id != partnership_id:
            raise SharesOfAnother()
        return found

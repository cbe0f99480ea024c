"""The back office speaks the reader's language: the names that Django derives from models are words of our catalogues.

A name that a model gives itself stays. Nothing here reaches a migration: those keep what the models say.
"""

from __future__ import annotations

from django.apps import apps
from django.utils.functional import lazy
from django.utils.translation import gettext, gettext_lazy, gettext_noop

ROOMS = ("accounts", "evidence", "marketplace", "rulebook")
APPS = {
    "accounts": gettext_lazy("People and shops"),
    "evidence": gettext_lazy("Evidence"),
    "marketplace": gettext_lazy("From the marketplace"),
    "rulebook": gettext_lazy("Rules and calendars"),
}
# As Django derives them: models, then fields.
NAMES = frozenset(
    (
        *(gettext_noop("merchant"), gettext_noop("identity"), gettext_noop("grant"), gettext_noop("interest")),
        *(gettext_noop("membership"), gettext_noop("api client"), gettext_noop("api key"), gettext_noop("order")),
        *(
            gettext_noop("order line"),
            gettext_noop("payment"),
            gettext_noop("shipment"),
            gettext_noop("tracking event"),
        ),
        *(gettext_noop("movement"), gettext_noop("parked"), gettext_noop("feed file"), gettext_noop("chat message")),
        *(gettext_noop("deposit change"), gettext_noop("external refund"), gettext_noop("listing snapshot")),
        *(gettext_noop("settlement"), gettext_noop("dossier"), gettext_noop("exhibit"), gettext_noop("blob")),
        *(gettext_noop("preparation"), gettext_noop("seal"), gettext_noop("sheet"), gettext_noop("derivative")),
        *(gettext_noop("display name"), gettext_noop("language"), gettext_noop("role"), gettext_noop("number")),
        *(gettext_noop("skills"), gettext_noop("load limit"), gettext_noop("since"), gettext_noop("revoked at")),
        *(gettext_noop("public id"), gettext_noop("name"), gettext_noop("user"), gettext_noop("rights")),
        *(
            gettext_noop("accept limit"),
            gettext_noop("removed at"),
            gettext_noop("source"),
            gettext_noop("external id"),
        ),
        *(gettext_noop("person"), gettext_noop("declared at"), gettext_noop("prefix"), gettext_noop("created at")),
        *(gettext_noop("expires at"), gettext_noop("last used at"), gettext_noop("scopes"), gettext_noop("state")),
        *(gettext_noop("buyer"), gettext_noop("placed at"), gettext_noop("version"), gettext_noop("direction")),
        *(gettext_noop("carrier"), gettext_noop("tracking number"), gettext_noop("shipped at"), gettext_noop("key")),
        *(gettext_noop("kind"), gettext_noop("amount"), gettext_noop("currency"), gettext_noop("at")),
        *(gettext_noop("posted at"), gettext_noop("type"), gettext_noop("needs type"), gettext_noop("needs id")),
        *(gettext_noop("parked at"), gettext_noop("digest"), gettext_noop("line"), gettext_noop("finished at")),
        *(gettext_noop("opened at"), gettext_noop("round"), gettext_noop("sealed at"), gettext_noop("key id")),
        *(gettext_noop("code"), gettext_noop("added at"), gettext_noop("withdrawn at"), gettext_noop("side")),
        *(gettext_noop("place"), gettext_noop("size"), gettext_noop("added role"), gettext_noop("visible at")),
        *(gettext_noop("receipt code"), gettext_noop("mime"), gettext_noop("received at"), gettext_noop("width")),
        *(gettext_noop("height"), gettext_noop("owner"), gettext_noop("begun at"), gettext_noop("tries")),
        *(gettext_noop("refused at"), gettext_noop("set aside at")),
    )
)


def _in_words(one: str, many: str) -> str:
    """Chinese writes many as one."""
    said = gettext(one)
    return many if said == one else said


_many = lazy(_in_words, str)


def speak() -> None:
    """Called once, when all models are there."""
    for room in ROOMS:
        config = apps.get_app_config(room)
        config.verbose_name = APPS[room]
        for model in config.get_models():
            words = model._meta
            if words.verbose_name in NAMES:
                one, many = str(words.verbose_name), str(words.verbose_name_plural)
                words.verbose_name = gettext_lazy(one)
                words.verbose_name_plural = _many(one, many)
            for field in words.fields:
                if field.verbose_name in NAMES:
                    field.verbose_name = gettext_lazy(str(field.verbose_name))

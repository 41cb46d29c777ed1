"""Where notices go: addresses of districts, regions and the state by SMTP, and one webhook; sent by Apprise."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from rung.core.errors import RungError
from rung.core.settings import Notices, Settings
from rung.lake.reference import ReferenceTables

SECONDS = 20
# What a region and the state are told of too: what waits for somebody.
FOR_ALL = ("held", "late", "overdue")
MODES = {"smtp": "starttls", "smtps": "ssl", "smtp+plain": "insecure"}
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


@dataclass(frozen=True)
class Channel:
    """One address. `channel_id` names it in the ledger without saying it."""

    channel_id: str
    url: str
    is_webhook: bool

    def send(self, subject: str, body: str, kind: str, lea_id: str) -> bool:
        """Whether the message was taken. What went wrong is not told: it may quote an address or a token."""
        import apprise

        url = self.url
        if self.is_webhook:
            url += ("&" if "?" in url else "?") + urlencode({":kind": kind, ":lea_id": lea_id})
        message = apprise.Apprise()
        if not message.add(url):
            return False
        return bool(message.notify(body=body, title=subject, body_format=apprise.NotifyFormat.TEXT))


@dataclass(frozen=True)
class Channels:
    """Every address, by whom it belongs to."""

    webhook: Channel | None
    state: tuple[Channel, ...]
    districts: dict[str, tuple[Channel, ...]]
    regions: dict[str, tuple[Channel, ...]]
    region_of: dict[str, str]

    def for_notice(self, kind: str, lea_id: str) -> list[Channel]:
        """The addresses that a notice about a district goes to, each once."""
        found = [*([self.webhook] if self.webhook else []), *self.districts.get(lea_id, ())]
        if kind in FOR_ALL:
            found += [*self.regions.get(self.region_of.get(lea_id, ""), ()), *self.state]
        return list({channel.channel_id: channel for channel in found}.values())


def channels_of(settings: Settings, reference: ReferenceTables) -> Channels:
    """The channels of `[notices]`. Raises RungError for a table of contacts that does not read."""
    notices = settings.notices
    mail = notices.smtp is not None
    districts, regions = read_contacts(settings, reference) if mail and notices.contacts else ({}, {})
    rows = reference.tables["districts"].select("lea_id", "region_id").iter_rows()
    return Channels(
        webhook=_webhook(notices),
        state=tuple(_mail(notices, address) for address in notices.state) if mail else (),
        districts={who: tuple(_mail(notices, a) for a in addresses) for who, addresses in districts.items()},
        regions={who: tuple(_mail(notices, a) for a in addresses) for who, addresses in regions.items()},
        region_of={lea_id: region_id for lea_id, region_id in rows if region_id},
    )


def read_contacts(settings: Settings, reference: ReferenceTables) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Addresses by district and by region from the file `notices.contacts` (columns lea_id, region_id, email).

    Raises RungError naming file and line; addresses are not quoted.
    """
    path = settings.root / str(settings.notices.contacts)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RungError(f"{path.name}: cannot be read ({type(error).__name__}); mend `notices.contacts`") from None
    reader = csv.DictReader(io.StringIO(text))
    if missing := [name for name in ("lea_id", "region_id", "email") if name not in (reader.fieldnames or ())]:
        raise RungError(f"{path.name}: lacks the column {missing[0]}; the columns are lea_id, region_id, email")
    table = reference.tables["districts"]
    known = (set(table["lea_id"].to_list()), set(table["region_id"].drop_nulls().to_list()))
    found: tuple[dict[str, list[str]], dict[str, list[str]]] = ({}, {})
    for line, row in enumerate(reader, 2):
        lea_id, region_id, email = ((row[name] or "").strip() for name in ("lea_id", "region_id", "email"))
        if bool(lea_id) == bool(region_id):
            raise RungError(f"{path.name} line {line}: fill either lea_id or region_id")
        if not _ADDRESS.fullmatch(email):
            raise RungError(f"{path.name} line {line}: `email` is no address")
        which = 0 if lea_id else 1
        who = lea_id or region_id
        if who not in known[which]:
            raise RungError(f"{path.name} line {line}: {who} is not in reference/districts.csv")
        found[which].setdefault(who, []).append(email)
    return found


def _webhook(notices: Notices) -> Channel | None:
    if notices.webhook is None:
        return None
    address = notices.webhook.get_secret_value()
    rest = address.partition("://")[2]
    secure = "jsons" if address.startswith("https://") else "json"
    limits = urlencode({"cto": SECONDS, "rto": SECONDS})
    return Channel(_named("webhook", address), f"{secure}://{rest}{'&' if '?' in rest else '?'}{limits}", True)


def _mail(notices: Notices, address: str) -> Channel:
    server = urlsplit(str(notices.smtp))
    login = ""
    if notices.smtp_user is not None and notices.smtp_password is not None:
        user, password = (quote(s.get_secret_value(), safe="") for s in (notices.smtp_user, notices.smtp_password))
        login = f"{user}:{password}@"
    port = f":{server.port}" if server.port else ""
    query = {"smtp": server.hostname, "from": notices.sender, "to": address, "mode": MODES[server.scheme]}
    query |= {"format": "text", "cto": str(SECONDS), "rto": str(SECONDS)}
    scheme = "mailto" if server.scheme == "smtp+plain" else "mailtos"
    return Channel(_named("mail", address), f"{scheme}://{login}{server.hostname}{port}/?{urlencode(query)}", False)


def _named(kind: str, address: str) -> str:
    return f"{kind}:{hashlib.sha256(address.lower().encode()).hexdigest()[:16]}"

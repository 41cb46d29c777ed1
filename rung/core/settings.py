"""`rung.toml` and its environment overrides (DESIGN section 3).

Every key is known or refused. `RUNG_SECTION__KEY` overrides `[section] key`. Secrets come from the environment only.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field, IPvAnyNetwork, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from contracts.policy.parameters import MetricParameters
from contracts.strict import Strict
from rung.core.errors import RungError
from rung.core.runner_settings import Runner

SECRETS = (
    ("educator_key",),
    ("notices", "smtp_user"),
    ("notices", "smtp_password"),
    ("notices", "webhook"),
    ("edfi", "keys"),
)


class State(Strict):
    """The state that reports. `synthetic` marks made-up people, for whom no secret key is needed."""

    name: str = Field(min_length=1)
    code: str = Field(min_length=2, max_length=8)
    synthetic: bool = False


class StoragePlaces(Strict):
    """Where things lie: each a local path (relative to rung.toml) or s3://bucket/prefix; never one inside another.

    `group_readable`: local files and folders that Rung makes may be read by the account's group, not by it alone.
    `wait_seconds`: how long a run waits for another one in the same lake.
    """

    landing: tuple[str, ...] = Field(min_length=1)
    reference: str
    lake: str
    receipts: str
    releases: str
    ledger: str
    group_readable: bool = False
    # Beside each release a folder for each district, with its own rows of the restricted tables (cookbooks/s3.md).
    by_district: bool = False
    wait_seconds: float = Field(default=3600, ge=0)

    @model_validator(mode="after")
    def _apart(self) -> StoragePlaces:
        named = [("landing", place) for place in self.landing]
        named += [(name, getattr(self, name)) for name in ("reference", "lake", "receipts", "releases")]
        for n, (name, place) in enumerate(named):
            for other, address in named[:n]:
                if _within(place, address) or _within(address, place):
                    raise ValueError(f"{other} {address!r} and {name} {place!r} overlap; give each a folder of its own")
        return self


def _within(inner: str, outer: str) -> bool:
    """Whether an address lies in another one, or is the same."""
    parts = [place.rstrip("/") if "://" in place else os.path.normpath(place) for place in (inner, outer)]
    return f"{parts[0]}/".startswith(f"{parts[1]}/") or parts[1] == "."


class S3(Strict):
    """How S3 is reached. Credentials come from the environment or boto3's own chain, never from here."""

    endpoint_url: str | None = None
    region: str | None = None


class Gate(Strict):
    """Above `max_quarantine_share` a submission is held, not applied; so is one whose rows or dollars are less than the
    share `max_shrink` of the submission that it would replace (0: any may). A release of which a row count or headline
    figure moved by more than the share `drift_band` since the last needs `--accept-drift`."""

    max_quarantine_share: float = Field(default=0.05, ge=0, le=1)
    max_shrink: float = Field(default=0.5, ge=0, le=1)
    drift_band: float = Field(default=0.5, gt=0)


class Disclosure(Strict):
    """Fewest persons a public cell may stand on. The policy says how many; a number here may only raise it."""

    minimum_persons: int | None = Field(default=None, ge=6)


class Overlay(Strict):
    """A state's own, laid over the shipped ones by id: a folder of packs, a folder of suites, a disclosure policy, a
    folder of texts (the statement that is signed, the notices).

    Local paths, relative to rung.toml.
    """

    programs: str | None = None
    expectations: str | None = None
    disclosure: str | None = None
    templates: str | None = None


class Intake(Strict):
    """Bounds on what a district may send, and on how much is held in memory at once.

    Plain CSV may have any number of cells; a drop of more than `batch_bytes`, unpacked, is read in parts of that size
    where it is plain CSV throughout. Other files are read by `readers` processes, of which each may take
    `reader_seconds` and `reader_memory_bytes` for a drop of at most `max_cells` cells.
    """

    max_file_bytes: int = Field(default=2 * 1024**3, gt=0)
    max_members: int = Field(default=200, gt=0)
    max_expanded_bytes: int = Field(default=4 * 1024**3, gt=0)
    max_columns: int = Field(default=500, gt=0)
    max_cell_characters: int = Field(default=32_767, gt=0)
    max_cells: int = Field(default=20_000_000, gt=0)
    readers: int = Field(default_factory=lambda: min(4, os.cpu_count() or 1), gt=0)
    reader_seconds: float = Field(default=600, gt=0)
    reader_memory_bytes: int = Field(default=4 * 1024**3, ge=256 * 1024**2)
    batch_bytes: int = Field(default=32 * 1024**2, gt=0)
    # How dates are meant whose day and month cannot be told apart and whose district declares nothing; unset, they are
    # refused.
    date_order: Literal["mdy", "dmy"] | None = None


class Notices(Strict):
    """What districts are told by mail and webhook; neither without an address.

    `smtp`: smtp://host:port (STARTTLS), smtps:// (TLS at once) or smtp+plain:// (neither; inside one machine). `sender`
    writes. `contacts`: a CSV beside rung.toml with lea_id, region_id, email. `state`: addresses that learn of what is
    held, late or overdue. User, password and the webhook's address are secrets: RUNG_NOTICES__SMTP_USER,
    RUNG_NOTICES__SMTP_PASSWORD and RUNG_NOTICES__WEBHOOK in the environment.
    """

    smtp: str | None = Field(default=None, pattern=r"^(smtp|smtps|smtp\+plain)://[^/?#@\s]+/?$")
    sender: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+$")
    contacts: str | None = None
    state: tuple[str, ...] = ()
    # Days before a due day on which a district is reminded of what has not been accepted.
    due_days: tuple[int, ...] = (14, 3, 1)
    # Days after which nothing is said any more of what came, or was due.
    max_age_days: int = Field(default=7, ge=1)
    smtp_user: SecretStr | None = None
    smtp_password: SecretStr | None = None
    webhook: SecretStr | None = None

    @model_validator(mode="after")
    def _whole(self) -> Notices:
        if self.smtp is not None and self.sender is None:
            raise ValueError("`notices.smtp` needs `notices.sender`, the address that writes")
        if (self.smtp_user is None) != (self.smtp_password is None):
            raise ValueError("set both RUNG_NOTICES__SMTP_USER and RUNG_NOTICES__SMTP_PASSWORD, or neither")
        if self.webhook is not None and not self.webhook.get_secret_value().startswith(("http://", "https://")):
            raise ValueError("RUNG_NOTICES__WEBHOOK is no http:// or https:// address")
        return self


class Web(Strict):
    """The drop page that `rung serve` gives.

    Districts sign in with a token (`rung token`), or a reverse proxy signs them in: `user_header` is the header in
    which it names who asks. It counts from `trusted_proxies` (addresses or networks) only, and `users`, a CSV beside
    rung.toml with user and lea_id, gives the user's district. After `session_minutes` without a request one signs in
    again.
    """

    user_header: str | None = Field(default=None, pattern=r"^[A-Za-z0-9-]+$")
    trusted_proxies: tuple[IPvAnyNetwork, ...] = ()
    users: str | None = None
    session_minutes: int = Field(default=30, ge=1, le=24 * 60)

    @model_validator(mode="after")
    def _whole(self) -> Web:
        if self.user_header is not None and not (self.trusted_proxies and self.users):
            raise ValueError("`web.user_header` needs `web.trusted_proxies` and `web.users`")
        return self


class EdFi(Strict):
    """The Ed-Fi API that `rung pull edfi` asks: `url` is its root, `evaluation_namespace` where its performance
    evaluations lie. Keys are secrets: RUNG_EDFI__KEYS in the environment, a JSON object of lea_id to key:secret."""

    url: str | None = Field(default=None, pattern=r"^https?://")
    evaluation_namespace: str = Field(default="tpdm", pattern=r"^[a-z0-9-]+$")
    keys: dict[str, SecretStr] = Field(default_factory=dict)


class Settings(BaseSettings):
    """All of `rung.toml`. `root` is the folder that holds it; relative paths start there."""

    model_config = SettingsConfigDict(
        env_prefix="RUNG_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        nested_model_default_partial_update=True,
    )
    toml_file: ClassVar[Path] = Path("rung.toml")

    root: Path
    state: State
    storage: StoragePlaces
    s3: S3 = S3()
    gate: Gate = Gate()
    disclosure: Disclosure = Disclosure()
    overlay: Overlay = Overlay()
    intake: Intake = Intake()
    notices: Notices = Notices()
    edfi: EdFi = EdFi()
    web: Web = Web()
    runner: Runner = Runner()
    metrics: dict[str, Any] = {}
    programs: dict[str, dict[str, Any]] = {}
    educator_key: SecretStr | None = None

    @field_validator("educator_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 16:
            raise ValueError("RUNG_EDUCATOR_KEY has fewer than 16 characters")
        return value

    @field_validator("metrics")
    @classmethod
    def _known_metrics(cls, value: dict[str, Any]) -> dict[str, Any]:
        MetricParameters.model_validate(value)
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings, TomlConfigSettingsSource(settings_cls, toml_file=cls.toml_file)


def load_settings(config: Path) -> Settings:
    """Read `rung.toml` and the environment.

    Raises RungError, one line naming file, key and mend, for an absent, unreadable or wrong configuration.
    """
    path = Path(config).resolve()
    if not path.is_file():
        raise RungError(f"{config}: no such configuration file; make one with `rung demo DIR` or name it with -c FILE")
    sourced = type("FileSettings", (Settings,), {"toml_file": path, "__module__": __name__})
    try:
        _refuse_secrets(path)
        settings: Settings = sourced(root=path.parent)
    except ValidationError as error:
        raise RungError("; ".join(_error_line(path.name, item) for item in error.errors())) from None
    except ValueError as error:
        raise RungError(f"{config}: not valid TOML: {error}") from None
    _check_overlay(path.name, settings)
    if settings.notices.contacts is not None and not (path.parent / settings.notices.contacts).is_file():
        raise RungError(f"{path.name}: `notices.contacts` names {settings.notices.contacts}, which is no file; make it")
    return settings


def _check_overlay(file: str, settings: Settings) -> None:
    """What `[overlay]` names is there. Raises RungError naming the key."""
    for kind, named in settings.overlay:
        if named is None:
            continue
        place = settings.root / named
        if not (place.is_file() if kind == "disclosure" else place.is_dir()):
            what = "file" if kind == "disclosure" else "folder"
            raise RungError(f"{file}: `overlay.{kind}` names {named}, which is no {what}; make it or take the key out")


def _refuse_secrets(path: Path) -> None:
    """Secrets come from the environment only. Raises RungError naming one that stands in the file."""
    import tomllib

    tree = tomllib.loads(path.read_text(encoding="utf-8"))
    for place in SECRETS:
        section: Any = tree
        for part in place[:-1]:
            section = section.get(part, {})
        if place[-1] in section:
            variable = "RUNG_" + "__".join(place).upper()
            raise RungError(f"{path.name}: {place[-1]} is a secret; take it out and set {variable} in the environment")


def _error_line(file: str, item: Any) -> str:
    place = ".".join(str(part) for part in item["loc"])
    if item["type"] == "extra_forbidden":
        return f"{file}: unknown key `{place}`; take it out or mend its spelling"
    if item["type"] == "missing":
        return f"{file}: `{place}` is missing; add it"
    return f"{file}: `{place}`: {item['msg']}"

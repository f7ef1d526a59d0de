"""Who may come in: accounts, sessions, tokens, one-time links. Nothing that opens a door is stored as it is."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Engine, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from formreader.errors import UsageError
from formreader.service.tables import invitations, sessions, tokens, users

LEAST_PASSWORD, MOST_PASSWORD = 12, 256
NAME = re.compile(r"[\w.@-]{1,64}")
INVITATION_S = 24 * 3600.0
TOKEN_PREFIX = "frt_"
"""Lets scanners of code find a token that was committed."""

_hasher = PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_hex(16))
"""Verified where there is no such account, so that the time an answer takes names nobody."""


class Role(StrEnum):
    """What a person is here for."""

    capture = "capture"
    review = "review"
    audit = "audit"
    admin = "admin"


@dataclass(frozen=True, slots=True)
class Person:
    """Who makes a request. ``csrf`` is what their pages must send back, None where a token came with the request."""

    id: int
    name: str
    roles: frozenset[Role]
    language: str
    csrf: str | None = None


class People:
    """The accounts of one run."""

    def __init__(self, engine: Engine, session_s: float) -> None:
        self._engine, self._session_s = engine, session_s

    def first_link(self) -> str | None:
        """The secret of a link that makes the first administrator; None once there is one."""
        with self._engine.connect() as connection:
            if connection.execute(select(users.c.id).where(users.c.roles.contains(Role.admin))).first():
                return None
        with self._engine.begin() as connection:
            connection.execute(delete(invitations))  # a link of an earlier start opens nothing any more
        return self.invite([Role.admin])

    def invite(self, roles: Iterable[Role]) -> str:
        """The secret of a link by which one person makes an account with these roles, once and within a day."""
        secret = secrets.token_urlsafe(32)
        row = {"hash": _hash(secret), "roles": _joined(roles), "expires": time.time() + INVITATION_S}
        with self._engine.begin() as connection:
            connection.execute(insert(invitations).values(row))
        return secret

    def is_invited(self, secret: str) -> bool:
        with self._engine.connect() as connection:
            query = select(invitations.c.hash).where(
                invitations.c.hash == _hash(secret), invitations.c.expires > time.time()
            )
            return connection.execute(query).first() is not None

    def join(self, secret: str, name: str, password: str, language: str) -> Person:
        """Use a one-time link. Raises ``UsageError`` where it has lapsed, or the name or password will not do."""
        check_name(name)
        hashed = _hashed(password)
        with self._engine.begin() as connection:
            query = select(invitations.c.roles).where(
                invitations.c.hash == _hash(secret), invitations.c.expires > time.time()
            )
            roles = connection.execute(query).scalar()
            gone = connection.execute(delete(invitations).where(invitations.c.hash == _hash(secret))).rowcount
            if roles is None or not gone:
                raise UsageError("this link was used already, or has lapsed: ask for another one")
            made = {
                "name": name,
                "password": hashed,
                "roles": roles,
                "language": language,
                "made_at": datetime.now(UTC),
            }
            try:
                connection.execute(insert(users).values(made))
            except IntegrityError:
                raise UsageError(f"there is somebody named {name} already: choose another name") from None
            return _person(connection.execute(select(users).where(users.c.name == name)).one())

    def add(self, name: str, roles: Iterable[Role], password: str | None = None) -> Person:
        """An account that is made from outside, with tokens alone if it has no password."""
        check_name(name)
        made = {
            "name": name,
            "password": None if password is None else _hashed(password),
            "roles": _joined(roles),
            "language": "en",
            "made_at": datetime.now(UTC),
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(users).values(made))
                return _person(connection.execute(select(users).where(users.c.name == name)).one())
        except IntegrityError:
            raise UsageError(f"there is somebody named {name} already: choose another name") from None

    def all(self) -> Sequence[tuple[Person, bool]]:
        """Every account, and whether it may come in."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(users).order_by(users.c.name)).all()
        return [(_person(row), bool(row.active)) for row in rows]

    def set_active(self, user_id: int, active: bool) -> None:
        """Close an account at once, its sessions with it, or open it again."""
        with self._engine.begin() as connection:
            connection.execute(update(users).where(users.c.id == user_id).values(active=active))
            if not active:
                connection.execute(delete(sessions).where(sessions.c.user_id == user_id))

    def log_in(self, name: str, password: str) -> Person | None:
        """The person, if name and password are theirs."""
        with self._engine.connect() as connection:
            row = connection.execute(select(users).where(users.c.name == name)).first()
        known = row is not None and row.active and row.password is not None
        try:
            _hasher.verify(row.password if row is not None and known else _NOBODY, password[:MOST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return None
        return _person(row) if row is not None and known else None

    def open_session(self, person: Person) -> str:
        """What the cookie is to hold."""
        secret, now = secrets.token_urlsafe(32), time.time()
        row = {
            "hash": _hash(secret),
            "user_id": person.id,
            "csrf": secrets.token_urlsafe(24),
            "expires": now + self._session_s,
        }
        with self._engine.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires < now))
            connection.execute(insert(sessions).values(row))
        return secret

    def by_session(self, secret: str) -> Person | None:
        """Whose session this is, while it lasts."""
        query = (
            select(users, sessions.c.csrf)
            .join(sessions, sessions.c.user_id == users.c.id)
            .where(sessions.c.hash == _hash(secret), sessions.c.expires > time.time(), users.c.active)
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else _person(row, row.csrf)

    def close_session(self, secret: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.hash == _hash(secret)))

    def make_token(self, user_id: int, label: str) -> str:
        """A token for programs, shown this once."""
        secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
        row = {"hash": _hash(secret), "user_id": user_id, "label": label[:64], "made_at": datetime.now(UTC)}
        with self._engine.begin() as connection:
            connection.execute(insert(tokens).values(row))
        return secret

    def tokens_of(self, user_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
        with self._engine.connect() as connection:
            columns = select(tokens.c.id, tokens.c.label, tokens.c.made_at)
            return connection.execute(columns.where(tokens.c.user_id == user_id)).all()

    def drop_token(self, user_id: int, token_id: int) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(tokens).where(tokens.c.id == token_id, tokens.c.user_id == user_id))

    def by_token(self, secret: str) -> Person | None:
        """Whose token this is."""
        query = select(users).join(tokens, tokens.c.user_id == users.c.id)
        with self._engine.connect() as connection:
            row = connection.execute(query.where(tokens.c.hash == _hash(secret), users.c.active)).first()
        return None if row is None else _person(row)

    def name_of(self, user_id: int) -> str:
        with self._engine.connect() as connection:
            return str(connection.execute(select(users.c.name).where(users.c.id == user_id)).scalar() or "somebody")

    def set_language(self, user_id: int, language: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(update(users).where(users.c.id == user_id).values(language=language))

    def count(self) -> int:
        with self._engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(users)).scalar_one())


def check_name(name: str) -> None:
    """Raises ``UsageError`` for a name that nobody can have."""
    if not NAME.fullmatch(name):
        raise UsageError("a name is letters, digits and . _ @ - alone, 64 at most")


def _hashed(password: str) -> str:
    if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
        raise UsageError(f"a password has {LEAST_PASSWORD} signs at least (and {MOST_PASSWORD} at most)")
    return _hasher.hash(password)


def _hash(secret: str) -> str:
    # 256 random bits need no slow hash
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _joined(roles: Iterable[Role]) -> str:
    listed = sorted(set(roles))
    if not listed:
        raise UsageError("an account needs a role: capture, review, audit or admin")
    return ",".join(listed)


def _person(row: Row[*tuple[Any, ...]], csrf: str | None = None) -> Person:
    return Person(row.id, row.name, frozenset(map(Role, row.roles.split(","))), row.language, csrf)

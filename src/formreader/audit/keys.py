"""Ed25519: who wrote the log. The private key signs on the server, the public one verifies anywhere."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Self

from formreader.errors import UsageError
from formreader.files import REFUSING, unwritable

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        load_pem_private_key,
    )
except ImportError:  # pragma: no cover - said to the user below
    raise UsageError("the audit log needs the package cryptography: pip install 'formreader[serve]'") from None

CONTEXT = b"formreader/audit/1\n"
"""Before everything signed: a signature of ours is a signature of nothing else."""
KEY_FILE = Path("secrets") / "audit.key"
PUBLIC_HEX_DIGITS = 64


class Signer:
    """Holds the private key of a run's log."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = key.public_key().public_bytes_raw().hex()

    @classmethod
    def of_run(cls, folder: Path, file: Path | None = None) -> Self:
        """The key in ``file``, by default ``secrets/audit.key`` of the run; made, for its owner alone, if missing.

        Raises ``UsageError`` where the file holds no such key or cannot be written.
        """
        path = file or folder / KEY_FILE
        try:
            if not path.exists():
                _write_new(path)
            key = load_pem_private_key(path.read_bytes(), None)
        except OSError as error:
            if error.errno in REFUSING:
                raise unwritable(path, error) from None
            raise _no_key(path, error) from None
        except (ValueError, TypeError) as error:
            raise _no_key(path, error) from None
        if not isinstance(key, Ed25519PrivateKey):
            raise UsageError(f"{path}: holds a key of another kind: the log is signed with Ed25519")
        return cls(key)

    @classmethod
    def new(cls) -> Self:
        """A key that nobody has seen, for tests and trials."""
        return cls(Ed25519PrivateKey.generate())

    def sign(self, message: bytes) -> str:
        """The signature in hex."""
        return self._key.sign(CONTEXT + message).hex()


def is_signed(public: str, message: bytes, signature: str) -> bool:
    """Whether the holder of the key ``public`` (hex) has signed the message."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), CONTEXT + message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _no_key(path: Path, error: Exception) -> UsageError:
    return UsageError(f"{path}: is no key for the log ({error}): name another with --key")


def public_key(said: str) -> str:
    """The public key that a person names: 64 hexadecimal digits or a file with them. Raises ``UsageError``."""
    text = said
    if Path(said).is_file():
        text = Path(said).read_text(encoding="ascii", errors="replace")
    text = text.strip().lower()
    if len(text) != PUBLIC_HEX_DIGITS or set(text) - set("0123456789abcdef"):
        raise UsageError(
            f"{said}: is no public key: give the 64 hexadecimal digits that `formreader audit record` says"
        )
    return text


def _write_new(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")  # threads that start at once have one number
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
        os.link(fresh, path)  # of two processes that start at once one key wins, whole
    except FileExistsError:
        pass
    finally:
        fresh.unlink(missing_ok=True)

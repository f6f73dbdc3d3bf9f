"""A keyring for tests, in memory: nothing of the tests gets into that of whoever runs them."""

from collections.abc import Iterator
from contextlib import contextmanager

import keyring
import keyring.backend
import keyring.errors


class InMemory(keyring.backend.KeyringBackend):
    """Forgets everything at the end of the test."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise keyring.errors.PasswordDeleteError("not found")
        del self.kept[service, username]


@contextmanager
def in_memory() -> Iterator[InMemory]:
    """Let this process use a new keyring inside a ``with`` statement."""
    before, ours = keyring.get_keyring(), InMemory()
    keyring.set_keyring(ours)
    try:
        yield ours
    finally:
        keyring.set_keyring(before)

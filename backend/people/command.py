"""Invites people from the command line: `python -m backend invite --role owner you@example.com`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError

from backend.people.accounts import DEFAULT_URL, Accounts, Invited
from backend.people.person import AddressTakenError, LastOwnerError, plain_address
from backend.people.roles import ROLES, Role
from backend.settings import SettingsError, load_settings
from datasets.errors import StoreError

_CANNOT = 2


def invite(arguments: Sequence[str]) -> int:
    """Invite a person, or invite one again who has lost the password; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m backend invite",
        description="Prints an invitation, or mails it where SMTP_URL is set. It works once, for 7 days; a person "
        "who has an account already chooses a new password by it.",
    )
    parser.add_argument("email", help="address of the person")
    parser.add_argument(
        "--role",
        choices=ROLES,
        help="what the person may do; without it: viewer, or as before",
    )
    parser.add_argument("--name", default="", help="how the person is called")
    parser.add_argument("--url", help=f"address of the pages; without it: TAGS_PUBLIC_URL, else {DEFAULT_URL}")
    args = parser.parse_args(arguments)
    try:
        settings = load_settings()
    except SettingsError as error:
        return _refuse(str(error))
    accounts = Accounts(
        settings if args.url is None else settings.model_copy(update={"public_url": args.url.rstrip("/")})
    )
    try:
        invited = _invite(accounts, args.email, args.role, args.name)
    except LastOwnerError:
        return _refuse("this is the last owner; make another person owner first")
    except ValueError as error:
        return _refuse(f"{args.email}: {error}")
    except (SQLAlchemyError, StoreError) as error:
        return _refuse(f"the people's database: {getattr(error, 'orig', None) or error}")
    finally:
        accounts.close()
    who = f"{invited.person.email} ({invited.person.role})"
    print(f"Mailed to {who}." if invited.link is None else f"For {who}: {invited.link}")
    return 0


def _invite(accounts: Accounts, email: str, role: Role | None, name: str) -> Invited:
    people = accounts.people
    try:
        return accounts.invite(email, name=name, role=role or "viewer", by="")
    except AddressTakenError:
        known = next(person for person in people.all() if person.email == plain_address(email))
        changes = ({"role": role} if role else {}) | ({"name": name} if name else {})
        people.change(known.id, **changes)
        return accounts.invite_again(known.id)


def _refuse(message: str) -> int:
    print(f"backend: {' '.join(message.split())}", file=sys.stderr)
    return _CANNOT

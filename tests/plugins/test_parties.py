"""Houses, desks, machines and addressees."""

from __future__ import annotations

import pytest
from invented_mails import FRIEND, OTHER, OWNER, mail

from goodwill.houses import house, same_house
from goodwill.model import Party
from goodwill_plugins.parties import addressees, is_desk, is_machine


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("a@mail.birchwood.example", "birchwood.example"),
        ("a@sales.birchwood.co.uk", "birchwood.co.uk"),
        ("a@birchwood.co.uk", "birchwood.co.uk"),
        ("a@gmail.com", ""),
        ("a@", ""),
        ("nobody", ""),
    ],
)
def test_house(address: str, expected: str) -> None:
    assert house(address) == expected


def test_free_mail_is_no_common_house() -> None:
    assert not same_house("a@gmail.com", "b@gmail.com")
    assert same_house("a@north.birchwood.example", "b@birchwood.example")


@pytest.mark.parametrize("local", ["reception", "support", "info", "help-desk", "customer.service"])
def test_desks(local: str) -> None:
    assert is_desk(Party(f"{local}@birchwood.example"))
    assert not is_desk(Party(f"{local}son.meyer@birchwood.example"))


@pytest.mark.parametrize(
    "address", ["no-reply@a.example", "noreply@a.example", "x@lists.a.example", "alerts@a.example"]
)
def test_machines(address: str) -> None:
    assert is_machine(Party(address))
    assert not is_machine(FRIEND)


def test_a_copy_is_addressed_only_by_name() -> None:
    assert addressees(mail("Hi Otto, all well.", cc=(OTHER,))) == (FRIEND,)
    assert addressees(mail("Hi Otto and Ines, all well.", cc=(OTHER,))) == (FRIEND, OTHER)
    assert addressees(mail("All well.", to=(), cc=(OTHER,))) == (OTHER,)
    assert addressees(mail("A note to myself.", to=(OWNER,))) == ()

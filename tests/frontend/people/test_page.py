"""People accept invitations, sign in, are remembered and sign out, in a real browser; owners look after people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.drivers.reading_page import DESKTOP, HANGUL, PHONE, SECONDS
from frontend.data_models.texts import TEXTS as DATA_TEXTS
from frontend.language import Language
from frontend.people.texts import PEOPLE_TEXTS
from tests.frontend.contrast import faint_texts
from tests.frontend.people.conftest import PASSWORD, TOKEN, Team

pytestmark = pytest.mark.browser


@contextmanager
def visitor(
    browser: Browser, language: Language = "en", screen: tuple[int, int] = DESKTOP, **options: object
) -> Iterator[Page]:
    context = browser.new_context(locale=language, viewport={"width": screen[0], "height": screen[1]}, **options)
    context.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    try:
        yield context.new_page()
    finally:
        context.close()


def settle(page: Page) -> None:
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def sign_in(page: Page, address: str, email: str) -> None:
    page.goto(address)
    page.locator(".st-key-sign-in button").click()
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("button").click()
    expect(page.locator(".st-key-leave")).to_be_visible()
    settle(page)


def test_an_invited_person_signs_in_is_remembered_and_signs_out(browser: Browser, team: Team) -> None:
    link = team.invite("ada@example.com", "labeller")
    with visitor(browser) as page:
        page.goto(link)
        page.locator("[name=name]").fill("Ada")
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("button").click()
        page.locator("a.button").click()
        page.locator(".st-key-sign-in button").click()
        page.locator("[name=email]").fill("ada@example.com")
        page.locator("[name=password]").fill("wrong wrong wrong")
        page.locator("button").click()
        expect(page.get_by_role("alert")).to_have_text("E-mail or password is not right.")
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("button").click()
        expect(page.locator(".st-key-leave")).to_contain_text("Ada")
        expect(page).to_have_url(f"{team.url}/explore")  # where the sign-in began
        kept = {cookie["name"]: cookie for cookie in page.context.cookies()}
        assert all(kept[name]["httpOnly"] for name in ("_streamlit_user", "_streamlit_user_tokens"))
        assert "account_page" not in kept
        page.reload()
        expect(page.locator(".st-key-leave")).to_contain_text("Ada")
        settle(page)
        assert team.sessions("ada@example.com") == 1
        page.locator(".st-key-leave button").click()
        expect(page).to_have_url(f"{team.url}/")
        assert team.sessions("ada@example.com") == 0  # at the backend, too
        page.goto(f"{team.url}/explore")
        expect(page.locator(".st-key-sign-in")).to_be_visible()
        assert not any("user" in cookie["name"] for cookie in page.context.cookies())


def test_a_sign_in_begun_under_another_name_ends_at_the_public_address(browser: Browser, team: Team) -> None:
    team.join("lo@example.com", "viewer", "Lo")
    with visitor(browser) as page:
        sign_in(page, team.url.replace("127.0.0.1", "localhost") + "/data", "lo@example.com")
        expect(page).to_have_url(f"{team.url}/data")


def test_the_token_still_lets_in(browser: Browser, team: Team) -> None:
    with visitor(browser) as page:
        page.goto(f"{team.url}/people")
        page.get_by_test_id("stExpander").click()
        page.locator(".st-key-typed-token input").fill(TOKEN)
        page.locator(".st-key-typed-token input").press("Enter")
        expect(page.get_by_text(PEOPLE_TEXTS["en"].by_token)).to_be_visible()
        expect(page.locator(".st-key-invite-email")).to_have_count(0)


def test_a_viewer_may_look_and_is_told_what_the_role_lacks(browser: Browser, team: Team) -> None:
    team.join("vic@example.com", "viewer", "Vic")
    with visitor(browser) as page:
        sign_in(page, f"{team.url}/data", "vic@example.com")
        expect(page.locator(".st-key-leave")).to_contain_text("Vic, viewer")
        page.get_by_text(DATA_TEXTS["en"].sections["cycle"], exact=True).click()
        hover = page.get_by_test_id("stTooltipHoverTarget").filter(has_text=DATA_TEXTS["en"].cycle_button).first
        expect(hover.get_by_role("button")).to_be_disabled()
        settle(page)  # a hint disappears when its button is drawn anew
        hover.hover()
        expect(page.get_by_text("This needs the role of maintainer.")).to_be_visible()
        page.goto(f"{team.url}/people")
        expect(page.get_by_text(PEOPLE_TEXTS["en"].only_maintainers)).to_be_visible()
        page.goto(f"{team.url}/upload")
        expect(page.get_by_test_id("stFileUploaderDropzone").locator("button")).to_be_disabled()


def test_an_owner_invites_changes_and_signs_out(browser: Browser, team: Team) -> None:
    team.join("olga@example.com", "owner", "Olga")
    team.join("bob@example.com", "viewer", "Bob")
    with visitor(browser) as owner, visitor(browser) as bob:
        sign_in(bob, f"{team.url}/explore", "bob@example.com")
        sign_in(owner, f"{team.url}/people", "olga@example.com")
        owner.locator(".st-key-invite-email input").fill("nobody")
        owner.get_by_role("button", name="Invite").click()
        expect(owner.get_by_text("Please type an e-mail address.")).to_be_visible()
        owner.locator(".st-key-invite-email input").fill("new@example.com")
        owner.get_by_role("button", name="Invite").click()
        expect(owner.locator(".st-key-invitation-link")).to_contain_text(f"{team.url}/account/invitation/")
        card = owner.locator("[class*=st-key-person-]").filter(has_text="bob@example.com")
        card.get_by_role("combobox").click()
        owner.get_by_role("option", name="maintainer").click()
        expect(owner.get_by_text(re.compile("Changed: bob"))).to_be_visible()
        expect(card).to_contain_text("maintainer")
        settle(owner)
        card.locator("[class*=st-key-more-] button").first.click()
        owner.locator("[class*=st-key-sign-out-] button").click()
        # Another panel takes the place of the one that was open; what is said stood there before.
        expect(owner.locator("[class*=st-key-sign-out-] button")).to_have_count(0)
        settle(owner)
        card.locator("[class*=st-key-more-] button").first.click()
        owner.locator("[class*=st-key-off-] button").click()
        expect(card).to_contain_text("switched off")
        expect(owner.locator("[class*=st-key-off-] button")).to_have_count(0)
        settle(owner)
        card.locator("[class*=st-key-more-] button").first.click()
        owner.locator("[class*=st-key-remove-] button").click()
        expect(card).to_have_count(0)
        bob.reload()
        expect(bob.get_by_text("Your session has ended. Please sign in again.")).to_be_visible()
        expect(bob.locator(".st-key-sign-in")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("screen", "language"), [(PHONE, "ko"), (DESKTOP, "en")])
def test_how_it_looks(browser: Browser, team: Team, screen: tuple[int, int], language: Language, scheme: str) -> None:
    who = f"look-{scheme}-{language}@example.com"
    team.join(who, "owner", "Looker")
    with visitor(browser, language, screen, color_scheme=scheme) as page:
        sign_in(page, f"{team.url}/people", who)
        expect(page.locator(".st-key-me")).to_contain_text("Looker")
        assert bool(HANGUL.search(page.inner_text("h1"))) == (language == "ko")
        assert faint_texts(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

"""People make a project, put crops into it, and show it to anybody, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from benchmarks.drivers.reading_page import PHONE
from datasets.samples.store import SampleStore
from frontend.data_models.texts import TEXTS as DATA_TEXTS
from frontend.language import Language
from frontend.projects.texts import PROJECT_TEXTS
from tests.datasets.making import label
from tests.datasets.patterns import pattern
from tests.frontend.contrast import faint_texts
from tests.frontend.people.conftest import Team
from tests.frontend.people.test_page import settle, sign_in, visitor

pytestmark = pytest.mark.browser


def test_a_project_is_made_shown_to_anybody_and_looked_at(browser: Browser, team: Team) -> None:
    texts = PROJECT_TEXTS["en"]
    team.join("maker@example.com", "maintainer", "Mia")
    with visitor(browser) as page, visitor(browser) as guest:
        guest.goto(f"{team.url}/projects")
        expect(guest.locator(".st-key-sign-in button")).to_be_visible()
        sign_in(page, f"{team.url}/projects", "maker@example.com")
        page.get_by_text(texts.new, exact=True).click()
        page.get_by_role("textbox", name=texts.name).fill("Fair")
        page.get_by_role("textbox", name=texts.description).fill("Boxes of the fair")
        page.get_by_role("button", name=texts.create).click()
        expect(page.locator(".st-key-project")).to_contain_text("Boxes of the fair")
        expect(page.get_by_test_id("stApp")).to_contain_text("project = fair")
        settle(page)
        page.get_by_text(texts.settings, exact=True).click()
        page.get_by_text(texts.meanings["public"]).first.click()
        page.get_by_role("button", name=texts.save).click()
        expect(page.locator(".st-key-project")).to_contain_text(texts.visibilities["public"])
        page.goto(f"{team.url}/data")
        page.get_by_text(DATA_TEXTS["en"].sections["cycle"], exact=True).first.click()
        expect(page.get_by_test_id("stApp")).to_contain_text("Private projects' crops and labels are trained on")
        guest.goto(f"{team.url}/projects")
        expect(guest.locator(".st-key-project")).to_contain_text("Boxes of the fair")
        settle(guest)
        assert guest.get_by_text(texts.settings, exact=True).count() == 0
        assert guest.get_by_text(texts.new, exact=True).count() == 0
        with SampleStore.open(team.data_dir.parent / "spool", upload=False) as store:
            crop = store.keep(pattern(1), label("a-crop-of-the-fair"))
            store.marks.change([crop.digest], by="Mia", join=["fair"])
        guest.locator(".st-key-project-explore button").click()
        expect(guest).to_have_url(f"{team.url}/explore?search=project+%3D+fair")
        expect(guest.locator(".st-key-sign-in")).to_be_visible()
        settle(guest)
        assert guest.locator("[data-testid=stException]").count() == 0
        # Guests have nothing to do with crops that they would choose.
        expect(guest.locator(".crop-grid button")).to_have_count(1)
        assert guest.locator(".crop-grid input").count() == 0
        page.goto(f"{team.url}/explore?search=project+%3D+fair")
        expect(page.locator(".crop-grid input")).to_have_count(1)


def test_an_owner_names_a_model_that_is_not_there_and_deletes_the_project(browser: Browser, team: Team) -> None:
    texts = PROJECT_TEXTS["ko"]
    team.join("deleter@example.com", "owner", "Ora")
    with visitor(browser, "ko") as page:
        sign_in(page, f"{team.url}/projects", "deleter@example.com")
        for model in ("no-such-model", ""):
            settle(page)
            page.get_by_text(texts.new, exact=True).click()
            page.get_by_role("textbox", name=texts.name).last.fill("Boots")
            page.get_by_role("textbox", name=texts.model).last.fill(model)
            page.get_by_role("button", name=texts.create).click()
            if model:
                expect(page.get_by_test_id("stAlertContentError")).to_have_text(str(texts.by_kind["unknown-model"]))
        expect(page.locator(".st-key-project")).to_contain_text(texts.read_by_champion)
        settle(page)
        page.get_by_text(texts.delete, exact=True).first.click()
        page.locator(".st-key-delete-project button").click()
        expect(page.get_by_test_id("stAlertContentSuccess")).to_have_text(texts.deleted.format(name="Boots"))


@pytest.mark.parametrize(("language", "scheme"), [("ko", "light"), ("en", "dark")])
def test_the_page_fits_a_phone_in_light_and_dark(browser: Browser, team: Team, language: Language, scheme: str) -> None:
    email = f"{language}-{scheme}-projects@example.com"
    team.join(email, "maintainer", "Kim")
    with visitor(browser, language, PHONE, color_scheme=scheme) as page:
        sign_in(page, f"{team.url}/projects", email)
        page.get_by_text(PROJECT_TEXTS[language].new, exact=True).click()
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert faint_texts(page) == []

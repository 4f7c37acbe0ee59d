"""A company set up by clicking alone: the first admin, both connections, people, policies, the account mapping."""

import json

from playwright.sync_api import Page, expect

from revrec.operations.map_account import MappingTarget
from sample_data.salesforce import __main__ as salesforce_program

from .browsing import Windows
from .clicking import go, said
from .verbs import ACCOUNTS

PASSWORD = "four kestrels over the mill"
POLICIES = {
    "custom_segments": "cseg_region",
    "order_reference_field": "custbody_order_number",
    "journal_segments": "location\ndepartment\nclass\ncseg_region",
    "order_fields": json.dumps(salesforce_program.FIELD_MAPPING),
}


def set_up(windows: Windows) -> Page:
    """Follow the link that the service left for the first admin, choose a password, and sign in with it."""
    link = (windows.books.config.data_dir / "sign-in-link").read_text().strip()
    page = windows.open()
    page.goto(link)
    windows.look(page, "set-up")
    page.get_by_label("Email").fill("ada@kestrel.example")
    page.get_by_label("Name").fill("Ada Admin")
    windows.picture(page, "set-up", 520)
    page.get_by_role("button", name="Become the admin").click()
    said(page, "Choose a password")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same again").fill("something else here")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("alert")).to_contain_text("differ")
    windows.look(page, "account-refused")
    choose_password(page)
    windows.look(page, "account")

    page.goto(link)  # it worked once
    expect(page.get_by_role("alert")).to_be_visible()
    windows.look(page, "link-used")
    page.goto("/")
    page.get_by_role("button", name="Sign out").first.click()
    page.get_by_label("Email").fill("ada@kestrel.example")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    windows.look(page, "sign-in-refused")
    page.get_by_label("Password").fill(PASSWORD)
    windows.picture(page, "sign-in", 520)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Home")
    return page


def choose_password(page: Page) -> None:
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Set password").click()
    said(page, "Your password is set")


def connect_both(windows: Windows, page: Page) -> None:
    """Connect the CRM, then NetSuite: first with a key that is wrong, which stores nothing."""
    sources = windows.sources
    assert sources is not None
    go(page, "Sync")
    windows.picture(page, "sync-first-day", 520)
    page.get_by_role("link", name="Connect to other systems").click()
    windows.look(page, "connect")
    page.get_by_role("region", name="Orders", exact=True).get_by_role("link").click()
    page.get_by_label("My Domain").fill("kestrel.my.salesforce.com")
    page.get_by_label("Consumer Key").fill(salesforce_program.CLIENT_ID)
    page.get_by_label("Consumer Secret").fill(salesforce_program.CLIENT_SECRET)
    page.get_by_text("Advanced").click()
    page.get_by_label("Base URL").fill(sources.salesforce_url)
    page.get_by_role("button", name="Connect your data").click()
    expect(page.locator("main")).to_contain_text("connected")
    windows.look(page, "connected-salesforce")

    go(page, "Sync")
    page.get_by_role("region", name="Invoices", exact=True).get_by_role("link", name="Connect").click()
    page.get_by_role("link", name="Token keys").click()
    page.get_by_label("NetSuite Account ID").fill("1234567_SB1")
    windows.picture(page, "connect", 860)
    page.get_by_label("Consumer Key").fill(sources.keys.consumer_key)
    page.get_by_label("Consumer Secret").fill(sources.keys.consumer_secret)
    page.get_by_label("Token Key", exact=False).first.fill(sources.keys.token_id)
    page.get_by_label("Token Key Secret").fill("wrong")
    page.get_by_label("Timezone").fill(sources.zone)
    page.get_by_text("Advanced").click()
    page.get_by_label("Base URL").fill(sources.netsuite_url)
    page.get_by_label("Use the same keys for Journal Posting, too").check()
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.get_by_role("alert").first).to_be_visible()
    windows.look(page, "connect-refused")
    assert windows.books.values("SELECT flow FROM connection") == ["orders"]
    page.get_by_label("Token Key Secret").fill(sources.keys.token_secret)
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("The test works")
    windows.look(page, "connect-tested")
    page.get_by_role("button", name="Connect your data").click()
    said(page, "onnected")
    windows.look(page, "connected")


def invite(windows: Windows, page: Page, email: str, name: str, role: str) -> Page:
    """Give somebody access, and let them sign in by the link that is shown; gives their window."""
    go(page, "Settings", "Users")
    page.get_by_label("Email", exact=True).fill(email)
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("combobox", name="Role").last.select_option(role)
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("button", name="Make a sign-in link").click()
    windows.look(page, "link-shown")
    theirs = windows.open()
    theirs.goto(page.get_by_label("Link").input_value())
    theirs.get_by_role("button", name="Sign in").click()
    theirs.get_by_role("link", name=name).click()
    choose_password(theirs)
    return theirs


def set_policies(windows: Windows, page: Page) -> None:
    """Say what the made-up company's account is like."""
    for key, value in POLICIES.items():
        go(page, "Settings", "Policies")
        page.locator(f"a[href='/settings/policies/{key}']").first.click()
        page.get_by_label("Value").fill(value)
        page.get_by_role("button", name="See what changes").click()
        windows.look(page, f"policy-{key}")
        page.get_by_role("button", name="Set it").click()
        said(page, " is ")


def map_accounts(windows: Windows, page: Page) -> None:
    """Map every role's account, by its number."""
    numbers = dict(windows.books.rows("SELECT id, number FROM account"))
    for step, (target, account) in enumerate(ACCOUNTS.items()):
        go(page, "Accounting", "Account mapping")
        page.get_by_role("link", name="Map an account").first.click()
        fill_rule(page, target, numbers[account])
        if step == 0:
            page.get_by_role("button", name="See the effect").click()
            expect(page.get_by_role("heading", name="What this rule would do")).to_be_visible()
            windows.look(page, "mapping-effect")
        page.get_by_role("button", name="Map", exact=True).click()
        said(page, "is mapped to")
    windows.look(page, "mapping")
    windows.picture(page, "mapping", 900)


def fill_rule(page: Page, target: MappingTarget, number: str) -> None:
    page.locator("select[name=role]").select_option(target.role)
    page.get_by_label("Account", exact=True).fill(number)
    if target.category:
        page.get_by_label("Product category").select_option(target.category)
    if target.is_default:
        page.get_by_label("The default of the role").check()

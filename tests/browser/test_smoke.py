"""The server that a newcomer starts answers in a browser."""


def test_home_opens(page):
    page.goto("/en/")
    assert page.get_by_role("heading", level=1).is_visible()

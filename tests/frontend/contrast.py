"""Texts of a page that stand out too little from what is behind them (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

from playwright.sync_api import Page, expect

_LEAST = 4.5

_SCRIPT = """([least, within]) => {
  const colour = (css) => {
    const numbers = css.match(/rgba?[(]([^)]+)[)]/)[1].split(/[ ,/]+/).map(Number);
    return numbers.length === 3 ? [...numbers, 1] : numbers;
  };
  const laid = (top, below) => top.slice(0, 3).map((part, i) => part * top[3] + below[i] * (1 - top[3]));
  const luminance = (colour) => {
    const [red, green, blue] = colour.map((part) => part / 255).map(
      (part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const above = (node) => (node ? [node, ...above(node.parentElement)] : []);
  const style = (node) => getComputedStyle(node);
  const faint = [];
  const texts = document.createTreeWalker(document.querySelector(within), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode.textContent.trim(), node = texts.currentNode.parentElement;
    if (!text || !node.getClientRects().length || node.closest("style, script, [disabled]")) continue;
    if (style(node).visibility === "hidden") continue;
    const ground = above(node).reverse().reduce(
      (below, one) => laid(colour(style(one).backgroundColor), below), [255, 255, 255]);
    const ink = colour(style(node).color);
    ink[3] *= above(node).reduce((product, one) => product * Number(style(one).opacity), 1);
    const [dark, light] = [luminance(laid(ink, ground)), luminance(ground)].sort((a, b) => a - b);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < least) faint.push(`${text.slice(0, 40)}: ${ratio.toFixed(2)}`);
  }
  return faint;
}"""


def faint_texts(page: Page, within: str = "[data-testid=stApp]") -> list[str]:
    """Each text that stays below the least contrast, and its contrast; what a rerun replaces is faint for a while.

    Args:
        page: the page.
        within: selects what holds the texts; popovers lie beside the app.
    """
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    faint: list[str] = []
    for _ in range(40):
        faint = page.evaluate(_SCRIPT, [_LEAST, within])
        if not faint:
            break
        page.wait_for_timeout(250)
    return faint

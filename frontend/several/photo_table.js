// The table of photos: drawn from the page's HTML, which escapes every text. A row opens at a press anywhere on it.

// The opened photo stands below the table, once the page has drawn it. Before its picture or a message is there, the
// page is too short to be moved so far.
function showOpened(tries = 50) {
  const opened = document.querySelector(".st-key-opened-photo");
  if (opened?.querySelector(".st-key-stage img, [data-testid='stAlertContentError']")) opened.scrollIntoView({ behavior: "smooth", block: "start" });
  else if (tries) setTimeout(showOpened, 200, tries - 1);
}

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  const table = parentElement.querySelector(".photo-table");
  if (table.drawn !== data.html) {
    const focused = table.contains(document.activeElement) ? document.activeElement.dataset.row : undefined;
    const { scrollTop, scrollLeft } = table;
    table.innerHTML = data.html;
    table.drawn = data.html;
    table.scrollTo(scrollLeft, scrollTop);
    if (focused !== undefined) table.querySelector(`button[data-row="${focused}"]`)?.focus({ preventScroll: true });
  }
  table.lang = data.language;
  table.setAttribute("aria-label", data.label);
  table.onclick = (event) => {
    const row = event.target.closest("tr")?.querySelector("button[data-row]");
    if (!row) return;
    setTriggerValue("opened", Number(row.dataset.row));
    showOpened();
  };
}

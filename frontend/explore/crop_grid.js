// The grid of crops. What is selected is this grid's matter until the page says otherwise (`round`), so that quick presses
// are not lost while the page is being drawn.
const PAUSE = 250; // milliseconds after the last press before the page is told

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function makeCell(item, selectable) {
  const picture = element("span", { className: "crop-picture" });
  if (item.picture) picture.append(element("img", { src: item.picture, alt: "", draggable: false }));
  const open = element("button", { type: "button", className: "crop-open" }, picture, element("b"), element("small"));
  if (!selectable) return element("li", {}, open);
  const box = element("input", { type: "checkbox", tabIndex: -1 });
  return element("li", {}, open, element("label", { className: "crop-select" }, box));
}

function describe(cell, item, texts) {
  cell.querySelector("b").textContent = item.text;
  cell.querySelector("small").textContent = item.note;
  cell.dataset.kind = item.kind;
  cell.querySelector("input")?.setAttribute("aria-label", `${texts.select}: ${item.text}`);
}

// The details stand below the grid where the window is narrow.
function showDetails(tries = 60) {
  if (!window.matchMedia("(max-width: 640px)").matches) return;
  const details = document.querySelector(".st-key-crop-details"); // drawn after the grid
  if (details?.querySelector(".crop-facts dl")) details.scrollIntoView({ block: "start" });
  else if (tries) setTimeout(showDetails, 200, tries - 1);
}

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  const grid = parentElement.querySelector(".crop-grid");
  const memory = (grid.memory ??= { of: null, round: null, selected: new Set(), focused: 0, last: null });
  if (memory.of !== data.of) {
    grid.replaceChildren(...data.items.map((item) => makeCell(item, data.selectable)));
    grid.scrollTo(0, 0);
    clearTimeout(memory.telling);
    Object.assign(memory, { of: data.of, round: null, focused: 0, last: null });
  }
  if (memory.round !== data.round) {
    clearTimeout(memory.telling);
    Object.assign(memory, { round: data.round, selected: new Set(data.selected) });
  }
  const cells = [...grid.children];
  const buttons = cells.map((cell) => cell.querySelector("button"));
  grid.lang = data.language;
  grid.setAttribute("aria-label", data.texts.label);

  const show = () => {
    cells.forEach((cell, place) => {
      const is_selected = memory.selected.has(place);
      cell.classList.toggle("selected", is_selected);
      const box = cell.querySelector("input");
      if (box) box.checked = is_selected;
      buttons[place].tabIndex = place === memory.focused ? 0 : -1; // Tab leads into the grid and out of it, arrows within
    });
  };
  const tell = () => {
    clearTimeout(memory.telling);
    memory.telling = setTimeout(() => {
      setTriggerValue("selected", { of: data.of, places: [...memory.selected] });
    }, PAUSE);
  };
  const open = (place) => {
    clearTimeout(memory.opening);
    buttons.forEach((button, other) => button.setAttribute("aria-pressed", String(other === place)));
    setTriggerValue("opened", { of: data.of, places: [place] });
  };
  const select = (place, is_selected, is_range) => {
    if (!data.selectable) return;
    const from = is_range && memory.last !== null ? memory.last : place;
    for (let other = Math.min(from, place); other <= Math.max(from, place); other += 1) {
      if (is_selected) memory.selected.add(other);
      else memory.selected.delete(other);
    }
    memory.last = place;
    show();
    tell();
  };
  const focus = (place) => {
    memory.focused = place;
    show();
    buttons[place].focus({ preventScroll: true });
    cells[place].scrollIntoView({ block: "nearest" });
  };

  data.items.forEach((item, place) => {
    describe(cells[place], item, data.texts);
    buttons[place].setAttribute("aria-pressed", String(place === data.opened));
  });
  show();

  grid.onclick = (event) => {
    const cell = event.target.closest("li");
    const place = cells.indexOf(cell);
    if (place < 0) return;
    memory.focused = place;
    if (event.target.matches("input")) {
      select(place, event.target.checked, event.shiftKey);
    } else if (event.target.closest("button")) {
      if (data.selectable && (event.shiftKey || event.ctrlKey || event.metaKey)) {
        select(place, event.shiftKey || !memory.selected.has(place), event.shiftKey);
      } else {
        show();
        open(place);
        showDetails();
      }
    }
  };
  grid.onkeydown = (event) => {
    const place = buttons.indexOf(document.activeElement);
    if (place < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " " && data.selectable) {
      event.preventDefault(); // else the button would be pressed
      select(place, !memory.selected.has(place), false);
      return;
    }
    const columns = Math.max(1, cells.findIndex((cell) => cell.offsetTop > cells[0].offsetTop));
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
    const ends = { Home: 0, End: cells.length - 1 };
    const wanted = ends[event.key] ?? place + (steps[event.key] ?? NaN);
    if (!(wanted >= 0 && wanted < cells.length)) {
      if (event.key in steps) event.preventDefault();
      return;
    }
    event.preventDefault();
    if (event.shiftKey) select(wanted, true, true);
    focus(wanted);
    if (data.opened === null || event.shiftKey) return;
    // Once something is open, the details follow.
    clearTimeout(memory.opening);
    memory.opening = setTimeout(open, PAUSE, wanted);
  };
}

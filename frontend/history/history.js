// The readings of this browser, newest first. They lie in its storage, and nothing of them is sent anywhere but the code
// that somebody presses.
const NAME = "shoe-tag-readings";
const PICTURE = /^data:image[/]jpeg;base64,[A-Za-z0-9+/=]+$/;

function isEntry(entry) {
  // A time that no date has would stop all from being drawn.
  return typeof entry?.code === "string" && entry.code.length <= 64 && Math.abs(entry.at) <= 8.64e15;
}

function load() {
  try {
    const entries = JSON.parse(localStorage.getItem(NAME) ?? "[]");
    return Array.isArray(entries) ? entries.filter(isEntry) : [];
  } catch (error) {
    return []; // without storage, or with something else in it
  }
}

function save(entries) {
  // A full storage takes the newest alone.
  for (let kept = entries; ; kept = kept.slice(0, Math.floor(kept.length / 2))) {
    try {
      if (kept.length) localStorage.setItem(NAME, JSON.stringify(kept));
      else localStorage.removeItem(NAME);
      return;
    } catch (error) {
      if (!kept.length) return;
    }
  }
}

// The entries with a reading added: it takes the place of what was read on the same photo before, and of the same code.
function withReading(entries, reading, most) {
  const present = entries.find((entry) => entry.of === reading.of && entry.code === reading.code);
  const earlier = entries.find((entry) => entry.code === reading.code);
  const others = entries.filter((entry) => entry.of !== reading.of && entry.code !== reading.code);
  const added = {
    code: reading.code,
    of: reading.of,
    at: present?.at ?? Date.now(),
    price: reading.price ?? present?.price ?? null,
    picture: reading.picture ?? earlier?.picture ?? null,
  };
  return [added, ...others].sort((a, b) => b.at - a.at).slice(0, most);
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

// What was chosen is drawn above, once its price is being looked up.
function showChosen(tries = 25) {
  const chosen = document.querySelector(".st-key-typed-result");
  if (chosen) chosen.scrollIntoView({ behavior: "smooth", block: "nearest" });
  else if (tries) setTimeout(showChosen, 200, tries - 1);
}

function draw(root, data, setTriggerValue) {
  const { texts, language } = data;
  const entries = data.shown ? load() : [];
  root.replaceChildren();
  root.hidden = !entries.length;
  if (!entries.length) return;
  const redraw = (kept) => {
    save(kept);
    draw(root, data, setTriggerValue);
  };
  const times = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const rows = entries.map((entry) => {
    const picture = element("span", { className: "history-picture" });
    if (PICTURE.test(entry.picture ?? "")) picture.append(element("img", { src: entry.picture, alt: "" }));
    const price = entry.price?.[language]; // in words; entries of earlier versions have none
    const words = element(
      "span",
      {},
      element("b", { textContent: entry.code }),
      element("small", { textContent: [price, times.format(entry.at)].filter(Boolean).join(" · ") }),
    );
    const open = element("button", { type: "button", className: "history-open" }, picture, words);
    open.onclick = () => {
      setTriggerValue("chosen", entry.code);
      showChosen();
    };
    const remove = element("button", { type: "button", className: "history-remove", textContent: "×" });
    remove.title = texts.remove;
    remove.setAttribute("aria-label", `${texts.remove}: ${entry.code}`);
    remove.onclick = () => redraw(load().filter((other) => other.code !== entry.code));
    return element("li", {}, open, remove);
  });
  const clear = element("button", { type: "button", className: "history-clear", textContent: texts.clear });
  clear.onclick = () => {
    if (window.confirm(texts.sure)) redraw([]);
  };
  root.lang = language;
  root.append(
    element("h2", { textContent: texts.title }),
    element("p", { className: "quiet", textContent: texts.where }),
    element("ul", {}, ...rows),
    clear,
  );
}

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  const root = parentElement.querySelector(".history");
  if (data.add) save(withReading(load(), data.add, data.most));
  if (data.forget) save(load().filter((entry) => entry.of !== data.forget));
  draw(root, data, setTriggerValue);
  const elsewhere = (event) => {
    if (event.key === NAME) draw(root, data, setTriggerValue);
  };
  if (parentElement.stopListening) parentElement.stopListening();
  window.addEventListener("storage", elsewhere);
  parentElement.stopListening = () => window.removeEventListener("storage", elsewhere);
  return parentElement.stopListening;
}

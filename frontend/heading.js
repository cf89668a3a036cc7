// What every page needs of the browser: its language and the accessible names of Streamlit's widgets in it, which
// Streamlit writes in English only; and that a picture comes that was asked for too early.
const ATTRIBUTES = ["aria-label", "title", "placeholder"];
const original = new WeakMap(); // by element: the names that Streamlit gave it

function translate(element, names) {
  // Streamlit names a drawn sign after its file, `sell icon`; beside the words that it stands with, it says nothing.
  if (/^[a-z0-9_ ]+ icon$/.test(element.getAttribute("aria-label") ?? "")) {
    element.setAttribute("aria-hidden", "true");
    return;
  }
  for (const attribute of ATTRIBUTES) {
    const present = element.getAttribute(attribute);
    if (present === null) continue;
    const known = original.get(element) ?? {};
    // One that this script wrote itself stands for the English one.
    const english = known[attribute]?.written === present ? known[attribute].english : present;
    const begins = Object.keys(names).find((name) => name.endsWith(" *") && english.startsWith(name.slice(0, -1)));
    const rest = begins ? english.slice(begins.length - 1) : "";
    const written = begins ? names[begins].replace("*", rest) : Object.hasOwn(names, english) ? names[english] : english;
    if (written === present) continue;
    original.set(element, { ...known, [attribute]: { english, written } });
    element.setAttribute(attribute, written);
  }
}

function translateIn(node, names) {
  if (!(node instanceof Element)) return;
  const selector = ATTRIBUTES.map((attribute) => `[${attribute}]`).join();
  if (node.matches(selector)) translate(node, names);
  for (const element of node.querySelectorAll(selector)) translate(element, names);
}

// Streamlit takes the pictures of a page away each time it runs, and serves them again at the same address once they are
// drawn: a browser that asks in between gets none, and asks again.
const MOST_TRIES = 8; // after 0.2, 0.4, 0.8 .. 25.6 seconds
const tries = new WeakMap(); // by picture: its address, and how often that was asked for again

function loadAgain(picture) {
  if (!(picture instanceof HTMLImageElement) || !picture.src.includes("/media/")) return;
  const address = picture.src;
  const known = tries.get(picture);
  const tried = known?.address === address ? known.tried : 0;
  if (tried === MOST_TRIES) return;
  tries.set(picture, { address, tried: tried + 1 });
  setTimeout(() => { if (picture.src === address) picture.src = address; }, 200 * 2 ** tried);
}

const loadFailed = (event) => loadAgain(event.target);

export default function (component) {
  const { data, parentElement } = component;
  document.documentElement.lang = data.language;
  parentElement.stop?.();
  document.addEventListener("error", loadFailed, true);
  for (const picture of document.images) if (picture.complete && !picture.naturalWidth) loadAgain(picture);
  translateIn(document.body, data.names);
  const observer = new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "attributes") translate(change.target, data.names);
      else for (const node of change.addedNodes) translateIn(node, data.names);
    }
  });
  observer.observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ATTRIBUTES });
  parentElement.stop = () => {
    observer.disconnect();
    document.removeEventListener("error", loadFailed, true);
  };
  return parentElement.stop;
}

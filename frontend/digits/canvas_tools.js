// The tools of streamlit-drawable-canvas lie unseen on the canvas until a mouse has rested on it for 0.2 seconds: a stroke
// that begins there is lost, and a finger has nothing to rest with. Here they stand above the canvas, always, with names
// in the page's language; those that are of no use to a digit are gone.

const HOSTS = '[data-testid="stBidiComponentIsolated"]';
const rules = new CSSStyleSheet();
rules.replaceSync(`
  .dc-root { padding-top: 2.4rem; }
  .dc-root > .dc-toolbar.dc-toolbar {
    top: 0 !important; left: 0; right: auto; padding: 0; opacity: 1 !important; transition: none !important;
  }
  .dc-toolbar-card { padding: 0; background: none; box-shadow: none; gap: 0.25rem; }
  .dc-toolbar-separator, .dc-toolbar-contextual { display: none !important; }
  .dc-icon-button { padding: 0.45rem; }
  .dc-icon-button svg { width: 1.1rem; height: 1.1rem; }
`);

export default function (component) {
  const { data, parentElement } = component;
  parentElement.stop?.();
  let timer = null;
  const observer = new MutationObserver(look);
  function look() {
    clearTimeout(timer);
    for (const host of document.querySelectorAll(HOSTS)) {
      const root = host.shadowRoot;
      if (!root) {
        timer = setTimeout(look, 50); // it is about to have one
        continue;
      }
      if (!root.adoptedStyleSheets.includes(rules)) root.adoptedStyleSheets.push(rules);
      observer.observe(root, { subtree: true, childList: true });
      for (const button of root.querySelectorAll(".dc-toolbar button")) {
        button.dataset.tool ??= button.title;
        const name = data.names[button.dataset.tool] ?? "";
        button.style.display = name ? "" : "none";
        if (button.title === name) continue;
        button.title = name;
        button.setAttribute("aria-label", name);
      }
    }
  }
  look();
  observer.observe(document.body, { subtree: true, childList: true });
  parentElement.stop = () => {
    clearTimeout(timer);
    observer.disconnect();
  };
  return parentElement.stop;
}

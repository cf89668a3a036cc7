// What lies on the picture: outlines of lines to choose from. Picture (Streamlit's own, below) and
// overlay are enlarged and moved together, by CSS variables of the container that holds both.
const MOST = 8;
const REACH = 26; // CSS pixels beside a line that still mean it

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  const stage = parentElement.closest(".st-key-stage");
  const root = parentElement.querySelector(".stage-overlay");
  const svg = root.querySelector("svg");
  const memory = (root.memory ??= { of: null, zoom: 1, x: 0, y: 0 });
  const isNew = memory.of !== data.of;
  if (isNew) Object.assign(memory, { of: data.of, zoom: 1, x: 0, y: 0, lines: null, said: null });

  // -- enlarging and moving --------------------------------------------------------------------------------

  const clamp = (value, least, most) => Math.min(most, Math.max(least, value));
  const place = () => {
    const { width, height } = stage.getBoundingClientRect();
    memory.x = clamp(memory.x, width * (1 - memory.zoom), 0);
    memory.y = clamp(memory.y, height * (1 - memory.zoom), 0);
    stage.style.setProperty("--zoom", memory.zoom);
    stage.style.setProperty("--x", `${memory.x}px`);
    stage.style.setProperty("--y", `${memory.y}px`);
    stage.classList.toggle("enlarged", memory.zoom > 1);
    root.querySelector('[data-zoom="out"]').disabled = memory.zoom <= 1;
    root.querySelector('[data-zoom="in"]').disabled = memory.zoom >= MOST;
    say(width, height);
  };
  const say = (width, height) => {
    // What the tapped line says, above it or, without room there, below.
    const note = root.querySelector(".stage-said");
    const line = memory.said === memory.selected ? data.lines[memory.said] : undefined;
    note.hidden = !line;
    if (!line) return;
    note.textContent = line.label;
    const [left, top, right, bottom] = bounds(line.corners);
    const across = (width / data.width) * memory.zoom, down = (height / data.height) * memory.zoom;
    // Where an enlarged picture has moved it out of sight, there is nothing to say beside it.
    note.hidden = bottom * down + memory.y < 0 || top * down + memory.y > height || right * across + memory.x < 0
      || left * across + memory.x > width;
    if (note.hidden) return;
    const above = top * down + memory.y - note.offsetHeight - 8, below = bottom * down + memory.y + 8;
    const middle = ((left + right) / 2) * across + memory.x - note.offsetWidth / 2;
    const y = clamp(above >= 0 ? above : below, 0, height - note.offsetHeight);
    note.style.transform = `translate(${clamp(middle, 0, width - note.offsetWidth)}px, ${y}px)`;
  };
  const bounds = (corners) => [
    Math.min(...corners.map(([x]) => x)), Math.min(...corners.map(([, y]) => y)),
    Math.max(...corners.map(([x]) => x)), Math.max(...corners.map(([, y]) => y)),
  ];
  const zoomTo = (zoom, clientX, clientY) => {
    const area = stage.getBoundingClientRect();
    const [x, y] = [clientX - area.left, clientY - area.top];
    const grown = clamp(zoom, 1, MOST) / memory.zoom;
    memory.x = x - (x - memory.x) * grown;
    memory.y = y - (y - memory.y) * grown;
    memory.zoom *= grown;
    if (memory.zoom < 1.02) memory.zoom = 1;
    place();
  };
  const zoomAtMiddle = (factor) => {
    const area = stage.getBoundingClientRect();
    zoomTo(memory.zoom * factor, area.left + area.width / 2, area.top + area.height / 2);
  };
  const show = (left, top, right, bottom) => {
    // Brings a part of the photo into an enlarged picture.
    if (memory.zoom === 1) return;
    const { width, height } = stage.getBoundingClientRect();
    const across = (width / data.width) * memory.zoom, down = (height / data.height) * memory.zoom;
    if (left * across + memory.x < 0 || right * across + memory.x > width) {
      memory.x = width / 2 - ((left + right) / 2) * across;
    }
    if (top * down + memory.y < 0 || bottom * down + memory.y > height) {
      memory.y = height / 2 - ((top + bottom) / 2) * down;
    }
    place();
  };
  for (const button of root.querySelectorAll("[data-zoom]")) {
    button.setAttribute("aria-label", data.texts[button.dataset.zoom]);
    button.title = data.texts[button.dataset.zoom];
    button.onclick = () => zoomAtMiddle(button.dataset.zoom === "in" ? 1.6 : 1 / 1.6);
  }
  root.onwheel = (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoomTo(memory.zoom * Math.exp(-event.deltaY / 200), event.clientX, event.clientY);
  };

  // -- fingers and mouse -----------------------------------------------------------------------------------

  const fingers = new Map();
  let pinch = null;
  let wasMoved = false;
  const apart = () => {
    const [a, b] = [...fingers.values()];
    return { far: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  };
  root.onpointerdown = (event) => {
    if (event.target.closest("[data-zoom]")) return;
    if (!fingers.size) wasMoved = false;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (fingers.size === 2) {
      pinch = apart();
    }
  };
  root.onpointermove = (event) => {
    const finger = fingers.get(event.pointerId);
    if (!finger) return;
    const [x, y] = [event.clientX - finger.x, event.clientY - finger.y];
    if (fingers.size === 2) {
      Object.assign(finger, { x: event.clientX, y: event.clientY });
      const now = apart();
      wasMoved = true;
      memory.x += now.x - pinch.x;
      memory.y += now.y - pinch.y;
      zoomTo((memory.zoom * now.far) / Math.max(1, pinch.far), now.x, now.y);
      pinch = now;
      return;
    }
    if (!wasMoved && Math.hypot(x, y) < 6) return;
    wasMoved = true;
    if (memory.zoom === 1) return;
    if (!root.hasPointerCapture(event.pointerId)) root.setPointerCapture(event.pointerId);
    Object.assign(finger, { x: event.clientX, y: event.clientY });
    const wanted = memory.y + y;
    memory.x += x;
    memory.y = wanted;
    place();
    // At the picture's edge the page goes on.
    if (event.pointerType === "touch") root.closest('[data-testid="stMain"]')?.scrollBy(0, memory.y - wanted);
  };
  const lift = (event) => {
    fingers.delete(event.pointerId);
    if (fingers.size < 2) pinch = null;
  };
  root.onpointerup = lift;
  root.onpointercancel = lift;
  // The browser takes two fingers for the page's own zoom, unless it is told here.
  root.ontouchmove = null;
  root.ontouchstart = (event) => { if (event.touches.length > 1 && event.cancelable) event.preventDefault(); };

  // -- lines -----------------------------------------------------------------------------------------------

  const polygons = () => [...svg.querySelectorAll("polygon[data-line]")];
  const mark = (line) => {
    memory.selected = line;
    for (const polygon of polygons()) {
      const isSelected = Number(polygon.dataset.line) === line;
      polygon.setAttribute("aria-pressed", isSelected);
    }
    // One stop of the Tab key for all lines: arrow keys go from one to the next.
    const all = polygons();
    const stop = all.find((polygon) => Number(polygon.dataset.line) === line) ?? all[0];
    for (const polygon of all) polygon.setAttribute("tabindex", polygon === stop ? 0 : -1);
  };
  const choose = (line) => {
    memory.said = line;
    mark(line);
    place();
    setTriggerValue("picked", { of: data.of, line });
  };
  const away = ([x, y], corners) => {
    // Distance of a point to a polygon, 0 inside.
    let inside = false, least = Infinity;
    corners.forEach(([x1, y1], index) => {
      const [x2, y2] = corners[(index + 1) % corners.length];
      if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
      const length = (x2 - x1) ** 2 + (y2 - y1) ** 2;
      const along = length ? clamp(((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length, 0, 1) : 0;
      least = Math.min(least, Math.hypot(x - x1 - along * (x2 - x1), y - y1 - along * (y2 - y1)));
    });
    return inside ? 0 : least;
  };
  const photoPoint = (event) => {
    const area = svg.getBoundingClientRect();
    const scale = data.width / area.width;
    return { point: [(event.clientX - area.left) * scale, (event.clientY - area.top) * scale], scale };
  };
  svg.onclick = (event) => {
    if (wasMoved) return;
    const { point, scale } = photoPoint(event);
    const size = ([left, top, right, bottom]) => (right - left) * (bottom - top);
    const near = data.lines
      .map((line, index) => ({ index, far: away(point, line.corners), size: size(bounds(line.corners)) }))
      .filter((line) => line.far <= REACH * scale)
      .sort((a, b) => a.far - b.far || a.size - b.size);
    if (near.length) choose(near[0].index);
  };
  svg.onkeydown = (event) => {
    const all = polygons();
    const at = all.indexOf(event.target);
    if (at < 0) return;
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step) {
      const next = all[clamp(at + step, 0, all.length - 1)];
      all.forEach((polygon) => polygon.setAttribute("tabindex", polygon === next ? 0 : -1));
      next.focus({ preventScroll: true });
      show(...bounds(data.lines[Number(next.dataset.line)].corners));
    } else if (event.key === "Home" || event.key === "End") {
      all[event.key === "Home" ? 0 : all.length - 1].focus({ preventScroll: true });
    } else if (event.key === "Enter" || event.key === " ") {
      choose(Number(event.target.dataset.line));
    } else if (event.key === "+" || event.key === "-") {
      zoomAtMiddle(event.key === "+" ? 1.6 : 1 / 1.6);
    } else {
      return;
    }
    event.preventDefault();
  };
  const draw = () => {
    svg.setAttribute("viewBox", `0 0 ${data.width} ${data.height}`);
    svg.setAttribute("aria-label", data.texts.lines);
    const make = (name, attributes) => {
      const node = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
      return node;
    };
    const nodes = data.barcodes.map((corners) => make("polygon", { class: "bars", points: corners.join(" ") }));
    data.lines.forEach((line, index) => {
      const polygon = make("polygon", {
        points: line.corners.join(" "), role: "button", "aria-label": line.label, "data-line": index,
        class: line.is_code ? "code-line" : "",
      });
      const title = make("title", {});
      title.textContent = line.label;
      polygon.append(title);
      nodes.push(polygon);
    });
    svg.replaceChildren(...nodes);
  };
  const drawn = JSON.stringify([data.lines, data.barcodes]);
  if (memory.lines !== drawn) {
    memory.lines = drawn;
    draw();
  }
  const moved = memory.selected !== data.selected;
  mark(data.selected);
  if (moved && data.selected !== null) show(...bounds(data.lines[data.selected].corners));

  place();
  const observer = new ResizeObserver(place);
  observer.observe(stage);
  // The picture of another turn stands there before its lines are read: it begins as a whole.
  memory.picture = stage.querySelector("img")?.src;
  const exchange = new MutationObserver(() => {
    const picture = stage.querySelector("img")?.src;
    if (!picture || picture === memory.picture) return;
    Object.assign(memory, { picture, zoom: 1, x: 0, y: 0 });
    place();
  });
  exchange.observe(stage, { subtree: true, childList: true, attributes: true, attributeFilter: ["src"] });
  return () => {
    observer.disconnect();
    exchange.disconnect();
    for (const name of ["--zoom", "--x", "--y"]) stage.style.removeProperty(name);
    stage.classList.remove("enlarged");
  };
}

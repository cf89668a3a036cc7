// What stands below the line of a search: suggestions and the count while it is typed, and its parts as chips that write it.
const PAUSE = 180; // milliseconds after the last key before the page is asked
const KEYWORDS = new Set(["all", "and", "or", "not", "in", "contains"]);

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== null));
  return made;
}

function quoted(value, kind) {
  if (kind === "number" || kind === "time") return value.trim();
  if (/^[^\s"'=<>!(),]+$/.test(value) && !KEYWORDS.has(value.toLowerCase())) return value;
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}

// The parts of a search as a line; the opposite of what the backend's parser does.
function written(part, kinds) {
  if (part.kind === "comparison") {
    const values = part.values.map((value) => quoted(value, kinds[part.field]));
    return `${part.field} ${part.operator} ${part.operator.endsWith("in") ? `(${values.join(", ")})` : values[0]}`;
  }
  const isGroup = (inner) => (inner.kind === "and" || inner.kind === "or") && inner.parts.length > 1;
  const inner = part.parts.map((child) => [isGroup(child), written(child, kinds)]).filter(([, line]) => line);
  if (part.kind === "not") return inner.length ? `not (${inner[0][1]})` : "";
  if (inner.length === 1) return inner[0][1];
  return inner.map(([group, line]) => (group ? `(${line})` : line)).join(` ${part.kind} `);
}

function typeInto(input, line, cursor) {
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(input, line); // React listens to this one
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.focus();
  input.setSelectionRange(cursor, cursor);
}

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  const place = parentElement.querySelector(".search-line");
  const memory = (place.memory ??= { root: null, of: null, edited: null, active: -1, isOpen: false });
  const input = document.querySelector(data.input);
  const { help, texts } = data;
  const kinds = Object.fromEntries((help?.fields ?? []).map((field) => [field.name, field.kind]));
  const [status, list, chips] = place.children;
  place.lang = data.language;
  if (help?.part && memory.of !== help.line) {
    const part = structuredClone(help.part);
    memory.root = ["and", "or"].includes(part.kind) ? part : { kind: "and", parts: [part] };
    Object.assign(memory, { of: help.line, edited: null });
  }

  // -- while it is typed --------------------------------------------------------------------------------------
  const isTyped = input !== null && help !== null && help.line === input.value && document.activeElement === input;
  const suggestions = isTyped && memory.isOpen ? help.suggestions : [];
  const show = () => {
    list.replaceChildren(
      ...suggestions.map((text, at) =>
        element("li", { id: `search-option-${at}`, role: "option", textContent: text, ariaSelected: String(at === memory.active) }),
      ),
    );
    list.hidden = !suggestions.length;
    if (input !== null) {
      // On a phone the order stands between the line and this place: the list hangs below the line itself.
      const drop = input.getBoundingClientRect().bottom - place.getBoundingClientRect().top;
      list.style.top = drop < -24 ? `${drop + 6}px` : "";
    }
    input?.setAttribute("aria-expanded", String(suggestions.length > 0));
    if (memory.active >= 0) input?.setAttribute("aria-activedescendant", `search-option-${memory.active}`);
    else input?.removeAttribute("aria-activedescendant");
  };
  if (memory.active >= suggestions.length) memory.active = -1;
  show();
  const told = isTyped && help.line !== data.searched ? (help.count ? help.told : help.fault ? texts.unfinished : "") : "";
  status.replaceChildren(told);
  for (const meant of isTyped && !suggestions.length ? (help.fault?.suggestions ?? []) : []) {
    const button = element("button", { type: "button", className: "meant", textContent: meant });
    button.onmousedown = (event) => event.preventDefault();
    button.onclick = () => typeInto(input, meant, meant.length);
    status.append(` ${texts.meant} `, button);
  }

  const accept = (at) => {
    const signs = [...input.value];
    const before = signs.slice(0, help.start).join("") + suggestions[at] + " ";
    const rest = signs.slice([...input.value.slice(0, input.selectionStart)].length).join("");
    memory.active = -1;
    typeInto(input, before + rest.trimStart(), before.length);
  };
  list.onmousedown = (event) => event.preventDefault(); // the line keeps the focus
  list.onclick = (event) => {
    const at = [...list.children].indexOf(event.target.closest("li"));
    if (at >= 0) accept(at);
  };
  if (input !== null) {
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    const ask = () => {
      clearTimeout(memory.asking);
      memory.asking = setTimeout(() => {
        const cursor = [...input.value.slice(0, input.selectionStart)].length;
        setTriggerValue("typed", { line: input.value, cursor });
      }, PAUSE);
    };
    input.oninput = () => {
      Object.assign(memory, { isOpen: true, active: -1 });
      ask();
    };
    input.onfocus = () => {
      memory.isOpen = true;
      ask();
    };
    input.onblur = () => {
      memory.isOpen = false;
      list.hidden = true;
    };
    // Before React: Enter takes the suggestion that is chosen, and else searches.
    memory.leave?.();
    const listen = (event) => {
      if (event.target !== input) return;
      if (event.key === "Escape") {
        memory.isOpen = false;
        list.hidden = true;
      } else if (event.key === "Enter" && memory.active < 0) {
        clearTimeout(memory.asking);
        memory.isOpen = false;
      }
      if (list.hidden || !suggestions.length) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        memory.active = (memory.active + step + suggestions.length + (memory.active < 0 && step < 0 ? 1 : 0)) % suggestions.length;
        show();
      } else if ((event.key === "Enter" || event.key === "Tab") && memory.active >= 0) {
        accept(memory.active);
      } else return;
      event.preventDefault();
      event.stopPropagation();
    };
    document.addEventListener("keydown", listen, true);
    memory.leave = () => document.removeEventListener("keydown", listen, true);
  }

  // -- its parts ----------------------------------------------------------------------------------------------
  const commit = () => {
    clearTimeout(memory.asking); // a question on its way would take the place of the answer that counts
    memory.edited = null;
    memory.of = null; // what the backend makes of it is shown
    setTriggerValue("line", { line: written(memory.root, kinds) });
  };
  const edit = (part, group) => {
    memory.edited = { part, group, probed: null };
    draw();
    chips.querySelector(".chip-editor select")?.focus();
  };
  const remove = (part, group) => {
    group.parts.splice(group.parts.indexOf(part), 1);
    commit();
  };
  const button = (name, text, onclick, label = null) => {
    const made = element("button", { type: "button", className: name, textContent: text, onclick });
    if (label) made.setAttribute("aria-label", label);
    return made;
  };

  function drawPart(part, group) {
    if (memory.edited?.part === part) return drawEditor(part, group);
    const isDenied = part.kind === "not";
    const inner = isDenied ? part.parts[0] : part;
    if (inner.kind === "comparison") {
      const said = `${inner.field} ${inner.operator} ${inner.values.join(", ")}`;
      return element(
        "span",
        { className: isDenied ? "chip denied" : "chip" },
        button("chip-open", isDenied ? `${texts.not} ${said}` : said, () => edit(part, group), `${texts.edit}: ${said}`),
        button("chip-remove", "×", () => remove(part, group), `${texts.remove}: ${said}`),
      );
    }
    if (inner.kind === "not") return element("span", { className: "chip denied" }, texts.not, drawPart(inner, part));
    return element("span", { className: "chip-group" }, isDenied ? `${texts.not} (` : "(", ...drawGroup(inner), ")",
      button("chip-remove", "×", () => remove(part, group), texts.remove));
  }

  function drawGroup(group) {
    const drawn = group.parts.flatMap((part, at) => {
      const word = button("chip-word", texts[group.kind], () => {
        group.kind = group.kind === "and" ? "or" : "and";
        commit();
      }, `${texts[group.kind]}: ${texts.turn}`);
      return at ? [word, drawPart(part, group)] : [drawPart(part, group)];
    });
    const add = (part, target) => {
      group.parts.push(part);
      edit(target ?? part, target ? part : group);
    };
    const fresh = () => ({ kind: "comparison", field: "status", operator: "=", values: [""], isNew: true });
    drawn.push(button("chip-add", "+", () => add(fresh()), texts.add));
    if (group.parts.length) {
      drawn.push(button("chip-add", "+ ( )", () => {
        const inner = fresh();
        add({ kind: group.kind === "and" ? "or" : "and", parts: [inner] }, inner);
      }, texts.addGroup));
    }
    return drawn;
  }

  function drawEditor(part, group) {
    const inner = part.kind === "not" ? part.parts[0] : part;
    const choice = (values, chosen) => element("select", {}, ...values.map((value) => element("option", { value, textContent: value, selected: value === chosen })));
    const field = choice(Object.keys(kinds), inner.field);
    const operators = (name) => {
      const known = help.fields.find((known) => known.name === name).operators;
      return known.includes("in") ? [...known, "not in"] : known;
    };
    let operator = choice(operators(inner.field), inner.operator);
    const value = element("input", { type: "text", value: inner.values.join(", "), autocomplete: "off", spellcheck: false });
    value.setAttribute("list", "chip-values");
    const values = element("datalist", { id: "chip-values" });
    const denied = element("input", { type: "checkbox", checked: part.kind === "not" });
    const probe = () => {
      clearTimeout(memory.asking);
      memory.asking = setTimeout(() => {
        const line = `${field.value} = ${value.value ? quoted(value.value, kinds[field.value]).replace(/["']$/, "") : ""}`;
        memory.probe = values;
        setTriggerValue("probed", { line, cursor: [...line].length });
      }, PAUSE);
    };
    if (data.probe) values.replaceChildren(...data.probe.map((text) => element("option", { value: text.replace(/^["']|["']$/g, "") })));
    field.onchange = () => {
      const next = choice(operators(field.value), operator.value);
      operator.replaceWith(next);
      operator = next;
      value.value = "";
      probe();
    };
    value.oninput = probe;
    value.onfocus = probe;
    [field, operator, value, denied].forEach((control, at) => control.setAttribute("aria-label", [texts.field, texts.operator, texts.value, texts.not][at]));
    const keep = () => {
      const several = operator.value.endsWith("in");
      const said = (several ? value.value.split(",") : [value.value]).map((text) => text.trim()).filter(Boolean);
      if (!said.length) return value.focus();
      const made = { kind: "comparison", field: field.value, operator: operator.value, values: said };
      group.parts[group.parts.indexOf(part)] = denied.checked ? { kind: "not", parts: [made] } : made;
      commit();
    };
    const form = element("form", { className: "chip-editor" },
      element("label", {}, denied, ` ${texts.not}`), field, operator, value, values,
      element("button", { type: "submit", className: "chip-keep", textContent: texts.keep }),
      button("chip-remove", "×", () => {
        if (inner.isNew) remove(part, group);
        else {
          memory.edited = null;
          draw();
        }
      }, texts.cancel));
    form.onsubmit = (event) => {
      event.preventDefault();
      keep();
    };
    memory.values = values;
    return form;
  }

  function draw() {
    chips.replaceChildren(...(memory.root ? drawGroup(memory.root) : []));
    chips.setAttribute("aria-label", texts.parts);
  }
  if (memory.edited === null) draw();
  else if (data.probe && memory.values) {
    memory.values.replaceChildren(...data.probe.map((text) => element("option", { value: text.replace(/^["']|["']$/g, "") })));
  }
  return () => memory.leave?.();
}

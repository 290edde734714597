// What the rows of controls are made of.

// A key that means something to a control isn't for JupyterLab, which would cut or leave the cell.
// It asks the very element that has the focus, before any listener of ours on a row.
window.addEventListener("keydown", ({ target, key, ctrlKey, metaKey, altKey, shiftKey }) => {
  if (!target.closest?.(".vos-explorer, .vos-bar, .vos-inspector") || target.tagName === "CANVAS") return;
  const isCommand = ctrlKey || metaKey || altKey || (shiftKey && key === "Enter");
  target.toggleAttribute("data-lm-suppress-shortcuts", !isCommand);
}, { capture: true });

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function icon(path) {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("viewBox", "0 0 16 16");
  drawing.setAttribute("aria-hidden", "true");
  drawing.innerHTML = `<path d="${path}"/>`;
  return drawing;
}

// A row whose buttons are one stop of the Tab key; the arrows go from one to the next.
function row(label, ...children) {
  const made = element("div", { role: "toolbar", "aria-label": label, class: "vos-bar" }, ...children);
  const stops = () => [...made.querySelectorAll("button, input")].filter((one) => one.offsetParent);
  made.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || event.target.tagName === "INPUT") return;
    const all = stops(), next = all[(all.indexOf(event.target) + step + all.length) % all.length];
    event.preventDefault();
    event.stopPropagation();
    next?.focus();
  });
  made.addEventListener("focusin", (event) => {
    for (const one of stops()) if (one.tagName === "BUTTON") one.tabIndex = one === event.target ? 0 : -1;
  });
  return made;
}

const COPY = "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z";

// A button that puts text on the clipboard, where the page may use it or not.
function copier(text) {
  const button = element("button", {
    type: "button", class: "vos-icon", title: "Copy as Python", "aria-label": "Copy as Python",
    onclick: async () => {
      try {
        await navigator.clipboard.writeText(text());
      } catch {
        const area = element("textarea", { style: "position:fixed;opacity:0" });
        area.value = text();
        document.body.append(area);
        area.select();
        document.execCommand("copy");
        area.remove();
      }
      button.classList.add("vos-done");
      setTimeout(() => button.classList.remove("vos-done"), 900);
    },
  }, icon(COPY));
  return button;
}

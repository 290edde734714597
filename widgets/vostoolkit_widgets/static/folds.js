function render({ model, el }) {
  const bar = row("More about this run");
  const buttons = new Map();
  bar.classList.add("vos-unfold");
  el.append(bar);

  function show() {
    const { parts = [], open = [] } = model.get("state");
    for (const [name, tip] of parts) {
      if (!buttons.has(name)) {
        const mark = element("i", { "aria-hidden": "true" });
        const button = element("button", {
          type: "button", title: tip, onclick: () => model.send({ name }),
        }, mark, name);
        buttons.set(name, button);
        bar.append(button);
      }
      const isOpen = open.includes(name), button = buttons.get(name);
      button.setAttribute("aria-expanded", isOpen);
      button.firstChild.textContent = isOpen ? "▾" : "▸";
    }
  }
  model.on("change:state", show);
  show();
  return () => model.off("change:state", show);
}

export default { render };

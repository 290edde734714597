function render({ model, el }) {
  const bar = row("More about this run");
  const buttons = new Map();
  let timer = 0, isKnown = false;
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
    tellWhenMade();
  }

  // Until a view is made, an empty box of Lumino's stands for it.
  function isPending(one) {
    return !one.firstChild && [...one.classList].every((name) => /^(lm|p)-/.test(name));
  }

  function isMade(number) {
    const part = el.closest(".vos-folds")?.querySelector(`.vos-fold > .vos-part-${number}`);
    return part && ![part, ...part.querySelectorAll(".lm-Widget")].some(isPending);
  }

  function tellWhenMade() {
    clearTimeout(timer);
    const { leaving = [] } = model.get("state"), made = leaving.filter(isMade);
    if (el.isConnected && (made.length || !isKnown)) {
      isKnown = true;
      model.send({ name: "made", value: made });
    }
    if (!isKnown || leaving.length > made.length) timer = setTimeout(tellWhenMade, 100);
  }

  model.on("change:state", show);
  show();
  return () => { clearTimeout(timer); model.off("change:state", show); };
}

export default { render };

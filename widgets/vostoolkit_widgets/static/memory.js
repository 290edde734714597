function render({ model, el }) {
  const send = (name, value) => model.send({ name, value });
  const head = element("b"), text = element("span", { role: "status" });
  const step = (words, tip, by) => element(
    "button", { type: "button", title: tip, "aria-label": tip, onclick: () => send("step", by) }, words);
  const objects = element("span", { class: "vos-segments", role: "group", "aria-label": "Whose memory" });
  const code = element("code"), copy = copier(() => model.get("state").code);
  const expression = element("span", { class: "vos-code" }, code, copy);
  const bar = row("Memory", step("‹", "The frame before", -1), head, step("›", "The next frame", 1), objects);
  const foot = element("div", { class: "vos-bar vos-said" }, text, expression);
  el.append(bar, foot);

  function show() {
    const state = model.get("state"), { objects: held = [], chosen } = state;
    head.textContent = state.head ?? "";
    text.textContent = state.text ?? "";
    code.textContent = state.code ?? "";
    expression.hidden = !state.code;
    objects.hidden = held.length < 2;
    objects.replaceChildren(...held.map((id) => element("button", {
      type: "button", "aria-pressed": id === chosen, onclick: () => send("object", id),
    }, `object ${id}`)));
  }
  model.on("change:state", show);
  show();
  return () => model.off("change:state", show);
}

export default { render };

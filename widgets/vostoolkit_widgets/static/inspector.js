function render({ model, el }) {
  const send = (name, value) => model.send({ name, value });
  const tabs = row("Stages of this frame");
  tabs.classList.add("vos-chain");
  const picture = element("img", { draggable: "false" }), large = element("img", { draggable: "false" });
  const lightbox = element("dialog", { onclick: () => lightbox.close() }, large);
  const open = element("button", {
    type: "button", class: "vos-shown", title: "Larger", onclick: () => lightbox.showModal(),
  }, picture);
  const lines = element("div", { class: "vos-numbers", role: "status" });
  const turn = (words, tip, step) => element(
    "button", { type: "button", title: tip, "aria-label": tip, onclick: () => send("turn", step) }, words);
  const place = element("span");
  const pager = element("span", { class: "vos-pager" },
    turn("‹", "The one before", -1), place, turn("›", "The next one", 1));
  const compute = element("button", { type: "button", class: "vos-plain", onclick: () => send("compute") },
    "compute this frame's stages again");
  const code = element("code"), source = element("span"), seconds = element("span");
  const copy = copier(() => model.get("state").code);
  const expression = element("span", { class: "vos-code" }, code, copy);
  const foot = element("div", { class: "vos-foot vos-bar" }, source, seconds, pager, expression, compute);
  const card = element("div", { class: "vos-inspector" }, tabs, lines, open, foot, lightbox);
  el.append(card);

  const made = (name) => element(
    "button", { type: "button", "data-stage": name, onclick: () => send("stage", name) }, name);

  function show() {
    const state = model.get("state"), { stages = [], now, pinned } = state;
    const names = stages.map(([name]) => name), known = [...tabs.children].map((tab) => tab.dataset.stage);
    if (names.join() !== known.join()) tabs.replaceChildren(...names.map(made));  // else the focus stays
    stages.forEach(([name, count, took], index) => {
      const tab = tabs.children[index];
      tab.title = count ? `${name}: ${count === 1 ? "" : `${count} results, `}${took}` : `${name}: none at this frame`;
      tab.setAttribute("aria-pressed", name === pinned);
      tab.classList.toggle("vos-now", name === now);
      tab.classList.toggle("vos-none", !count);
    });
    lines.replaceChildren(...(state.lines ?? []).map((line) => element("div", {}, line)));
    open.hidden = !state.picture;
    for (const one of [picture, large]) {
      if (state.picture && one.src !== state.picture) one.src = state.picture;
      one.alt = state.alt ?? "";
    }
    const [at, count] = state.place ?? [0, 0];
    pager.hidden = count < 2;
    place.textContent = `${at} of ${count}`;
    source.textContent = state.source ?? "";
    seconds.textContent = state.seconds ?? "";
    expression.hidden = !state.code;
    code.textContent = state.code ?? "";
    compute.hidden = !state.can_compute;
  }
  model.on("change:state", show);
  show();
  return () => model.off("change:state", show);
}

export default { render };

function render({ model, el }) {
  const send = (name, value) => model.send({ name, value });
  const tabs = row("Stages of this frame");
  tabs.classList.add("vos-chain");
  const picture = element("img", { draggable: "false" });
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
  const card = element("div", { class: "vos-inspector", "data-lm-suppress-shortcuts": "true" },
    tabs, lines, picture, foot);
  el.append(card);

  function show() {
    const state = model.get("state"), { stages = [], now, pinned } = state;
    tabs.replaceChildren(...stages.map(([name, count, took]) => {
      const button = element("button", {
        type: "button", "aria-pressed": name === pinned, "data-stage": name,
        title: count ? `${name}: ${count === 1 ? "" : `${count} results, `}${took}` : `${name}: none at this frame`,
        onclick: () => send("stage", name),
      }, name);
      button.classList.toggle("vos-now", name === now);
      button.classList.toggle("vos-none", !count);
      return button;
    }));
    lines.replaceChildren(...(state.lines ?? []).map((line) => element("div", {}, line)));
    picture.hidden = !state.picture;
    if (state.picture && picture.src !== state.picture) picture.src = state.picture;
    picture.alt = state.alt ?? "";
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

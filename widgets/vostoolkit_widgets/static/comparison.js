function render({ model, el }) {
  const send = (name, value) => model.send({ name, value });
  const button = (words, tip, name, value) => element(
    "button", { type: "button", title: tip, onclick: () => send(name, value) }, words);
  const step = (words, tip, by) => {
    const made = button(words, tip, "step", by);
    made.setAttribute("aria-label", tip);
    return made;
  };
  const modes = element("span", { class: "vos-segments", role: "group", "aria-label": "How the two are shown" });
  const place = element("span", { class: "vos-number" });
  const run = button("run", "", "run"), stop = button("stop", "Stop after the stage at work", "stop");
  const legend = element("span", { class: "vos-legend" });
  const bar = row("Comparison", modes, step("‹", "The frame before", -1), place, step("›", "The next frame", 1),
    run, stop, legend);
  const text = element("div", { class: "vos-numbers", role: "status" });
  const words = element("span");
  const skip = button("skip", "Leave the object as it is predicted", "skip");
  const gone = button("it is gone", "The object isn't in this frame", "it is gone");
  const asks = element("div", { class: "vos-bar vos-asking", role: "status" }, words, skip, gone);
  const error = element("div", { class: "vos-wrong", role: "alert" });
  for (const one of [run, stop, skip, gone]) one.classList.add("vos-plain");
  el.append(bar, text, asks, error);

  function show() {
    const state = model.get("state"), { names = ["", ""] } = state;
    if (modes.childElementCount !== (state.modes ?? []).length) {
      modes.replaceChildren(...state.modes.map((mode) => button(mode, "", "mode", mode)));
    }
    for (const one of modes.children) one.setAttribute("aria-pressed", one.textContent === state.mode);
    place.textContent = `frame ${state.frame}`;
    run.textContent = `run ${names[1]}`;
    run.title = `Run ${names[1]} until it asks, or to the end`;
    run.hidden = state.running || state.finished || Boolean(state.asks);
    stop.hidden = !state.running;
    legend.hidden = state.mode !== "difference";
    legend.replaceChildren(...(state.colours ?? []).map(([colour, meaning]) => {
      const dot = element("i", { class: "vos-swatch" });
      dot.style.background = colour;
      return element("span", {}, dot, meaning);
    }));
    text.textContent = state.text ?? "";
    asks.hidden = !state.asks;
    words.textContent = state.asks ?? "";
    skip.hidden = gone.hidden = !state.has_object;
    error.hidden = !state.error;
    error.textContent = state.error ?? "";
  }
  model.on("change:state", show);
  show();
  return () => model.off("change:state", show);
}

export default { render };

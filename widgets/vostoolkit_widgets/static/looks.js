function render({ model, el }) {
  const send = (name, value) => model.send({ name, value });
  const slider = (name, tip) => element("input", {
    type: "range", min: 0, max: 1, step: 0.05, "aria-label": tip, title: tip,
    oninput: (event) => send(name, Number(event.target.value)),
  });
  const masks = slider("masks", "How opaque the masks are"), map = slider("map", "How opaque the map is");
  const maps = element("select", {
    "aria-label": "Which map is shown", title: "Which map is shown; a stage's where its results are kept", onchange: () => send("chosen", maps.value),
  });
  const outlines = element("input", { type: "checkbox", onchange: () => send("outlines", outlines.checked) });
  const scale = element("b"), low = element("i"), high = element("i");
  const legend = element("span", { class: "vos-scale" }, low, scale, high);
  const bar = row("Looks",
    element("label", {}, element("span", {}, "masks"), masks),
    element("label", {}, outlines, "outlines"),
    element("label", {}, maps, map), legend);
  bar.classList.add("vos-looks");
  el.append(bar);

  function show() {
    const state = model.get("state");
    for (const [one, value] of [[masks, state.masks], [map, state.map]]) {
      if (document.activeElement !== one) one.value = value;
    }
    outlines.checked = state.outlines;
    if ([...maps.options].map((one) => one.value).join() !== state.maps?.join()) {
      maps.replaceChildren(...(state.maps ?? []).map((name) => element("option", { value: name }, name)));
    }
    maps.value = state.chosen;
    const isShown = Boolean(state.ends?.length);
    [low.textContent, high.textContent] = state.ends ?? ["", ""];
    map.disabled = !isShown;
    legend.style.visibility = isShown ? "visible" : "hidden";
    scale.style.background = `linear-gradient(to right, ${(state.scale ?? []).join(", ")})`;
  }
  model.on("change:state", show);
  show();
  return () => model.off("change:state", show);
}

export default { render };

const ICONS = {
  click: "M3 2l9.5 5.6-4.2 1 2.6 4.3-1.7 1-2.6-4.4L3.6 12z",
  scribble: "M2 12.5c2-6 3.6-8.6 4.9-8.2 1.7.5-2.4 6.9-.6 7.5 1.6.5 2.7-4.7 4.3-4.3 1.3.3.2 3.2 3.4 2.7",
  box: "M2.5 3.5h11v9h-11z",
  brush: "M13.8 2.2c-3 1.4-5.4 3.6-7 6.3l1.9 1.7c2.5-1.9 4.3-4.6 5.1-8zM6.2 9.6c-2.6-.3-2.2 2.4-4.2 3.3 2.5 1.3 5.7.6 6-1.7z",
  eraser: "M9.3 2.5l4.2 4.2-6.3 6.3H4.6L2 10.4zM5.4 6.5l4.2 4.2M7.2 13h6.3",
};

function render({ model, el }) {
  const send = (name, value) => model.send({ name, value });
  const state = () => model.get("state");
  const tools = element("div", { class: "vos-segments", role: "group", "aria-label": "Tool" });
  const button = (label, tip, name) => element(
    "button", { type: "button", title: tip, "aria-label": tip, onclick: () => send(name) }, label);
  const on = button("on it", "The left button means: on the object  (X)", "positive");
  const off = button("not it", "The left button means: not the object  (X)", "negative");
  const signs = element("div", { class: "vos-segments", role: "group", "aria-label": "Sign" }, on, off);
  const slider = element("input", {
    type: "range", "aria-label": "Width of the tool in pixels", title: "Width  ([ and ])",
    min: 0, max: 1, step: 0.01, oninput: () => send("width", toWidth(Number(slider.value))),
  });
  const size = element("output", { class: "vos-number" });
  const dot = element("i", { class: "vos-dot" });
  const widths = element("label", { class: "vos-width" }, dot, slider, size);
  const whole = button("", "Show the whole frame  (0)", "whole");
  whole.classList.add("vos-number");
  const zooms = element("div", { class: "vos-segments vos-zoom", role: "group", "aria-label": "Zoom" },
    button("−", "Smaller  (−, or the wheel)", "farther"), whole,
    button("+", "Larger  (+, or the wheel)", "closer"));
  const help = button("?", "Keys  (H)", "help");
  help.classList.add("vos-quiet");
  const bar = row("Tools", tools, signs, widths, element("span", { class: "vos-gap" }), zooms, help);
  el.append(bar);

  // Widths are set by their ratios: as fine at 3 pixels as at 100.
  const toWidth = (share) => {
    const [least, most] = state().widths;
    return least * (most / least) ** share;
  };
  const toShare = (width) => {
    const [least, most] = state().widths;
    return Math.log(width / least) / Math.log(most / least);
  };

  function show() {
    const { tools: known = [], tool, has_sign: hasSign, positive, width, colour, zoom } = state();
    if (tools.childElementCount !== known.length) {
      tools.replaceChildren(...known.map(([name, tip]) => element(
        "button", { type: "button", title: tip, "aria-label": `${name}: ${tip}`, "data-name": name, onclick: () => send(name) },
        icon(ICONS[name]), element("span", {}, name))));
    }
    for (const one of tools.children) one.setAttribute("aria-pressed", one.dataset.name === tool);
    on.setAttribute("aria-pressed", positive === true);
    off.setAttribute("aria-pressed", positive === false);
    signs.hidden = !hasSign;
    widths.hidden = width === null || width === undefined;
    if (!widths.hidden) {
      if (document.activeElement !== slider || Math.abs(toWidth(Number(slider.value)) - width) > 1) {
        slider.value = toShare(width);
      }
      size.textContent = `${width} px`;
      const shown = Math.min(18, 4 + 2 * Math.sqrt(width));
      dot.style.cssText = `width:${shown}px; height:${shown}px; background:${colour};`;
    }
    whole.textContent = `${Math.round(100 * (zoom ?? 1))} %`;
  }
  model.on("change:state", show);
  show();
  return () => model.off("change:state", show);
}

export default { render };

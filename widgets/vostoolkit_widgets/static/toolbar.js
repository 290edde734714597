const ICONS = {
  click: "M3 2l9.5 5.6-4.2 1 2.6 4.3-1.7 1-2.6-4.4L3.6 12z",
  scribble: "M2 12.5c2-6 3.6-8.6 4.9-8.2 1.7.5-2.4 6.9-.6 7.5 1.6.5 2.7-4.7 4.3-4.3 1.3.3.2 3.2 3.4 2.7",
  box: "M2.5 3.5h11v9h-11z",
  polygon: "M3 5.5l6.5-3 4 5-3 6H4.5zM2.2 4.7h1.6v1.6H2.2zM8.7 1.7h1.6v1.6H8.7zM12.7 6.7h1.6v1.6h-1.6zM9.7 12.7h1.6v1.6H9.7zM3.7 12.7h1.6v1.6H3.7z",
  local: "M2 4V2h2M6 2h4M12 2h2v2M14 6v4M14 12v2h-2M10 14H6M4 14H2v-2M2 10V6M8 5.5v5M5.5 8h5",
  mask: "M8 2v7.5M4.8 6.5L8 9.7l3.2-3.2M2.5 11v2.5h11V11",
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
  const file = element("input", { type: "file", accept: ".png,.npy", hidden: "", onchange: async () => {
    const [chosen] = file.files;
    if (chosen) model.send({ name: "mask", value: chosen.name }, undefined, [await chosen.arrayBuffer()]);
    file.value = "";
  } });
  const tip = "Take masks from a PNG or NumPy file; it can be dropped on the frame too";
  const load = element("button", { type: "button", title: tip, "aria-label": tip, onclick: () => file.click() },
    icon(ICONS.mask), "mask file");
  const help = button("?", "Keys  (H)", "help");
  help.classList.add("vos-quiet");
  const bar = row("Tools", tools, load, file, element("span", { class: "vos-break" }), signs, widths, element("span", { class: "vos-gap" }), zooms, help);
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
    const { tools: known = [], tool, has_sign: hasSign, is_local: isLocal, positive, width, colour, zoom } = state();
    if (tools.childElementCount !== known.length) {
      tools.replaceChildren(...known.map(([name, tip]) => element(
        "button", { type: "button", title: tip, "aria-label": `${name}: ${tip}`, "data-name": name, onclick: () => send(name) },
        icon(ICONS[name]), element("span", {}, name))));
    }
    for (const one of tools.children) {
      const { name } = one.dataset;
      one.setAttribute("aria-pressed", name === tool || (name === "local" && isLocal === true));
    }
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

const EYE = "M1.5 8c1.8-3.2 4-4.8 6.5-4.8s4.7 1.6 6.5 4.8c-1.8 3.2-4 4.8-6.5 4.8s-4.7-1.6-6.5-4.8zM8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z";
const SHUT = "M1.5 6.5c1.8 2.6 4 3.9 6.5 3.9s4.7-1.3 6.5-3.9M3.6 9l-1.3 2M6.3 10.3l-.6 2.2M9.7 10.3l.6 2.2M12.4 9l1.3 2";
const PEN = "M3 13l.7-3L11 2.7l2.3 2.3L6 12.3zM9.5 4.2l2.3 2.3";
const BIN = "M3 4.5h10M6.3 4.5V3h3.4v1.5M4.3 4.5l.6 8.5h6.2l.6-8.5M6.7 7v3.7M9.3 7v3.7";

function render({ model, el }) {
  const send = (name, value) => model.send({ name, value });
  const chips = new Map();
  const swatches = element("datalist", { id: `vos-swatches-${Math.random().toString(36).slice(2)}` });
  const fresh = element("button", {
    type: "button", class: "vos-fresh", title: "Strokes are on a new object  (N)",
    onclick: () => send("object"),
  }, "+ object");
  const bar = row("Objects", fresh);
  bar.classList.add("vos-chips");
  el.append(bar, swatches);

  const spoken = ({ id, name }) => (name ? `${name} (object ${id})` : `object ${id}`);

  function rename(chip, known) {
    const input = element("input", {
      type: "text", value: known.name, maxlength: 40, "aria-label": `Name of object ${known.id}`,
      placeholder: `object ${known.id}`,
    });
    let isOver = false;
    const end = (isMeant) => {
      if (isOver) return;
      isOver = true;
      input.replaceWith(chip.take);
      if (isMeant && input.value.trim() !== known.name) send("rename", [known.id, input.value.trim()]);
      chip.take.focus();
    };
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        end(event.key === "Enter");
      }
    });
    input.addEventListener("blur", () => end(true));
    chip.take.replaceWith(input);
    input.focus();
    input.select();
  }

  function made(id) {
    const dot = element("i", { class: "vos-dot" }), text = element("span");
    const chip = { known: null };
    chip.take = element("button", { type: "button", onclick: () => send("choose", id),
      ondblclick: () => rename(chip, chip.known) }, dot, text);
    chip.hide = element("button", { type: "button", class: "vos-icon", onclick: () => send("hide", id) });
    chip.paint = element("input", { type: "color", class: "vos-paint vos-more", list: swatches.id,
      onchange: () => send("colour", [id, chip.paint.value]) });
    chip.pen = element("button", { type: "button", class: "vos-icon vos-more",
      onclick: () => rename(chip, chip.known) }, icon(PEN));
    chip.bin = element("button", { type: "button", class: "vos-icon vos-more",
      onclick: () => send("forget", id) }, icon(BIN));
    chip.whole = element("span", { class: "vos-chip", role: "group" }, chip.take, chip.hide, chip.paint, chip.pen, chip.bin);
    return chip;
  }

  const say = (button, tip) => { button.title = tip; button.setAttribute("aria-label", tip); };

  function show() {
    const { objects = [], chosen, swatches: colours = [] } = model.get("state");
    if (swatches.childElementCount !== colours.length) {
      swatches.replaceChildren(...colours.map((value) => element("option", { value })));
    }
    const ids = objects.map(({ id }) => id);
    for (const [id, chip] of chips) if (!ids.includes(id)) { chip.whole.remove(); chips.delete(id); }
    for (const known of objects) {
      const { id, colour, hidden } = known;
      if (!chips.has(id)) chips.set(id, made(id));
      const chip = chips.get(id), [dot, text] = chip.take.children;
      chip.known = known;
      dot.style.background = colour;
      text.textContent = known.name || String(id);
      chip.take.setAttribute("aria-pressed", id === chosen);
      chip.whole.classList.toggle("vos-chosen", id === chosen);
      chip.whole.classList.toggle("vos-hidden", hidden);
      chip.whole.setAttribute("aria-label", spoken(known));
      say(chip.take, `Strokes are on ${spoken(known)}${id < 10 ? `  (${id})` : ""}`);
      say(chip.hide, `${hidden ? "Show" : "Hide"} ${spoken(known)}`);
      chip.hide.setAttribute("aria-pressed", hidden);
      chip.hide.replaceChildren(icon(hidden ? SHUT : EYE));
      say(chip.paint, `Colour of ${spoken(known)}`);
      if (document.activeElement !== chip.paint) chip.paint.value = colour;
      say(chip.pen, `Rename ${spoken(known)}`);
      say(chip.bin, known.forget);
    }
    const order = ids.map((id) => chips.get(id).whole);  // what is moved loses the focus
    if (order.some((whole, place) => bar.children[place] !== whole)) bar.prepend(...order);
  }
  model.on("change:state", show);
  show();
  return () => model.off("change:state", show);
}

export default { render };

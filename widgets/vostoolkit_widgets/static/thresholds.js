const MEANING = {
  tau_user: "From this jump on a person is asked",
  tau_pseudo: "From this jump on the method clicks itself",
};

function render({ model, el }) {
  const send = (name, value) => model.send({ name, value });
  const inputs = new Map();
  const numbers = element("span", { class: "vos-taus" });
  const text = element("span", { class: "vos-would", role: "status" });
  const button = (words, tip, name) =>
    element("button", { type: "button", class: "vos-plain", title: tip, onclick: () => send(name) }, words);
  const branch = button("branch", "Run it again from here with these thresholds, beside this run", "branch");
  const use = button("use", "Go on with these thresholds; what comes later is computed again", "use");
  const reset = button("reset", "Back to the thresholds of this run", "reset");
  const copy = copier(() => model.get("state").code);
  const acts = element("span", { class: "vos-acts" }, branch, use, copy, reset);
  const bar = row("Thresholds", numbers, text, acts);
  bar.classList.add("vos-thresholds");
  el.append(bar);

  function made(name, label) {
    const input = element("input", {
      type: "number", step: 0.005, "aria-label": MEANING[name] ?? name, title: MEANING[name] ?? name,
      onchange: () => {
        const value = Number.parseFloat(input.value);
        if (Number.isFinite(value)) send("one", [name, value]);
      },
    });
    numbers.append(element("label", {}, label, input));
    return input;
  }

  function show() {
    const state = model.get("state"), { thresholds = [], other, text: words, begin } = state;
    bar.hidden = !thresholds.length;
    for (const [name, label, value] of thresholds) {
      if (!inputs.has(name)) inputs.set(name, made(name, label));
      const input = inputs.get(name);
      if (document.activeElement !== input || Number(input.value) !== value) input.value = value;
    }
    text.textContent = words ?? "";
    acts.hidden = !other;
    branch.textContent = `branch from frame ${begin}`;
    use.textContent = `use from frame ${begin} on`;
    branch.disabled = use.disabled = copy.disabled = !state.can_branch;
    bar.classList.toggle("vos-tried", Boolean(other));
  }
  model.on("change:state", show);
  show();
  return () => model.off("change:state", show);
}

export default { render };

function render({ model, el }) {
  const button = (label, name, tip) => element(
    "button", { type: "button", class: "vos-button", title: tip, "aria-label": tip, onclick: () => model.send({ name }) },
    label);
  const text = element("div", { class: "vos-told", role: "status" });
  const start = button("start", "start", "Learn from the frames that you marked, in the background");
  const bar = element("progress", { max: "1", "aria-label": "Learning" });
  const doing = element("span", {});
  const going = element("div", { class: "vos-going" }, bar, doing, button("stop", "stop", "Stop; the network stays as it is"));
  const gains = element("table", { class: "vos-gains" });
  const picture = element("img", { class: "vos-gain" });
  const use = button("use it", "use", "Do all again with the adapted network, with all your prompts; undo leads back");
  const code = element("code", {});
  const copy = copier(() => model.get("state").code);
  const choice = row("What to do with the adapted network", use,
    button("leave it", "leave", "Drop what was learned"), element("span", { class: "vos-code" }, code, copy));
  const begin = row("Adapting", start);
  el.append(text, begin, going, gains, picture, choice);
  el.classList.add("vos-work");

  function show() {
    const state = model.get("state");
    const isDone = state.gains.length > 0, isGoing = Boolean(state.doing);
    text.textContent = state.text;
    text.hidden = !state.text;
    text.classList.toggle("vos-wrong", state.wrong);
    begin.hidden = isDone || isGoing;
    going.hidden = !isGoing;
    doing.textContent = state.doing;
    if (state.share === null) bar.removeAttribute("value"); else bar.value = state.share;
    gains.hidden = picture.hidden = choice.hidden = !isDone;
    const head = element("tr", {}, ...["mean IoU", "before", "after", ""].map((name) => element("th", { scope: "col" }, name)));
    gains.replaceChildren(head, ...state.gains.map(([name, ...values]) => element(
      "tr", {}, element("th", { scope: "row" }, name), ...values.map((value) => element("td", {}, value)))));
    if (isDone) picture.src = state.picture;
    picture.alt = state.alt;
    use.hidden = !state.uses;
    code.parentElement.hidden = state.uses;
    code.textContent = state.code;
  }
  model.on("change:state", show);
  show();
  return () => model.off("change:state", show);
}

export default { render };

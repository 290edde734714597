function render({ model, el }) {
  const send = (name, value) => model.send({ name, value });
  const title = element("b", {});
  const bar = element("progress", { max: "1", "aria-label": "Propagation" });
  const doing = element("span", { role: "status" });
  const stop = element("button", { type: "button", class: "vos-button", title: "Stop after the stage at work", onclick: () => send("stop") }, "stop");
  const going = element("span", { class: "vos-going" }, bar, doing, stop);
  const lists = element("div", { class: "vos-rounds" });
  const choices = element("div", { class: "vos-choices" });
  el.append(element("div", { class: "vos-round-head" }, title, going), lists, choices);
  el.dataset.lmSuppressShortcuts = "true";

  function card(known, isMine) {
    const what = `frame ${known.frame}: ${known.text}`;
    const look = element("button", {
      type: "button", class: "vos-card-look", title: what, "aria-label": what, "aria-pressed": known.shown,
      onclick: () => send("seek", known.frame),
    }, element("img", { src: known.picture, alt: "" }), element("b", {}, String(known.frame)), element("span", {}, known.text));
    const whole = element("div", { class: "vos-card-frame", role: "listitem" }, look);
    if (isMine) whole.append(element("button", {
      type: "button", class: "vos-let-go", title: `Frame ${known.frame} is no longer yours: it is predicted again`,
      "aria-label": `Let go of frame ${known.frame}`, onclick: () => send("let go", known.frame),
    }, "×"));
    return whole;
  }

  function show() {
    const { title: text, pending = [], earlier = [], suggested = [], choices: kinds = [], doing: what, share } = model.get("state");
    title.textContent = text;
    going.hidden = !what;
    doing.textContent = what;
    if (share === null) bar.removeAttribute("value"); else bar.value = share;
    const groups = [["suggested next", suggested, false], ["in this round", pending, true], ["given before", earlier, true]];
    lists.replaceChildren(...groups.filter(([, cards]) => cards.length).map(([label, cards, isMine]) => element(
      "div", { class: "vos-round-group" }, element("div", { class: "vos-label" }, label),
      element("div", { class: "vos-cards", role: "list", "aria-label": `Frames ${label}` }, ...cards.map((one) => card(one, isMine))))));
    choices.replaceChildren(...kinds.map((kind) => element("div", {}, kind)));
    choices.hidden = kinds.length === 0;
  }
  model.on("change:state", show);
  show();
  return () => model.off("change:state", show);
}

export default { render };

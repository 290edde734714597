function render({ model, el }) {
  const send = (name, value) => model.send({ name, value });
  const button = (label, name, tip, value) => element(
    "button", { type: "button", class: "vos-button", title: tip, "aria-label": tip, onclick: () => send(name, value?.()) },
    label);
  const boxes = new Map();
  const kept = element("span", { class: "vos-kept" });
  const fold = element("button", {
    type: "button", class: "vos-button", "aria-expanded": "false", title: "Write the masks in formats that other programs read",
    onclick: () => toggle(sheet.hidden),
  }, "export ▾");
  const folder = element("input", {
    type: "text", class: "vos-folder", spellcheck: "false", "aria-label": "The folder to export into",
    onkeydown: (event) => { if (event.key === "Enter") start.click(); },
  });
  const chosen = () => [...boxes].filter(([, box]) => box.checked).map(([name]) => name);
  const start = button("export", "export", "Write the chosen formats into the folder",
    () => ({ folder: folder.value, formats: chosen() }));
  const formats = element("div", { class: "vos-formats", role: "group", "aria-label": "Formats" });
  const sheet = element("div", { class: "vos-menu" }, formats,
    element("label", { class: "vos-into" }, "into", folder, start));
  sheet.hidden = true;
  const bar = element("progress", { max: "1", "aria-label": "Export" });
  const doing = element("span", { role: "status" });
  const going = element("div", { class: "vos-going" }, bar, doing, button("stop", "stop", "Stop; nothing is written"));
  const asked = element("span", { role: "alert" });
  const question = element("div", { class: "vos-going" }, asked,
    button("replace", "replace", "Replace what is there"), button("cancel", "cancel", "Leave what is there"));
  const told = element("div", { class: "vos-told", role: "status" });
  el.append(row("Work", kept, element("span", { class: "vos-gap" }), fold), sheet, going, question, told);
  el.dataset.lmSuppressShortcuts = "true";  // letters typed into the folder's name

  function toggle(isOpen) {
    sheet.hidden = !isOpen;
    fold.setAttribute("aria-expanded", isOpen);
    if (isOpen) folder.focus();
  }

  function show() {
    const state = model.get("state");
    kept.textContent = state.kept;
    if (boxes.size === 0) {
      for (const [name, summary, output] of state.formats) {
        const box = element("input", { type: "checkbox" });
        box.checked = state.chosen.includes(name);
        boxes.set(name, box);
        formats.append(element("label", { title: output }, box, element("b", {}, name), element("span", {}, summary)));
      }
    }
    if (document.activeElement !== folder) folder.value = state.folder;
    going.hidden = !state.doing;
    doing.textContent = state.doing;
    if (state.share === null) bar.removeAttribute("value"); else bar.value = state.share;
    start.disabled = Boolean(state.doing);
    question.hidden = !state.question;
    asked.textContent = state.question;
    told.hidden = !state.told;
    told.textContent = state.told;
    told.classList.toggle("vos-wrong", state.wrong);
  }
  model.on("change:state", show);
  show();
  return () => model.off("change:state", show);
}

export default { render };

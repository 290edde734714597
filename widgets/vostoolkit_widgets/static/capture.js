// Complete pointer events and hotkeys of the canvases that carry one class, and an echo that says
// when what was sent has been drawn. ipycanvas's own listeners on these canvases are kept quiet.

const MOUSE = ["mousedown", "mousemove", "mouseup", "mouseout", "touchstart", "touchmove",
  "touchend", "touchcancel"];

function isDark(element) {
  const theme = document.body.dataset.jpThemeLight;
  if (theme !== undefined) return theme === "false";
  const [red, green, blue] = (getComputedStyle(element).color.match(/[\d.]+/g) ?? [0, 0, 0]).map(Number);
  return red + green + blue > 384;  // light ink lies on dark paper
}

function position(canvas, event) {
  const box = canvas.getBoundingClientRect();
  const x = (event.clientX - box.left) * canvas.width / box.width;
  const y = (event.clientY - box.top) * canvas.height / box.height;
  return { x: Math.min(Math.max(x, 0), canvas.width), y: Math.min(Math.max(y, 0), canvas.height) };
}

function attach(canvas, model, signal) {
  const options = { capture: true, signal };
  const send = (kind, event) => model.send({
    type: "pointer", kind, ...position(canvas, event), button: event.button,
    shift: event.shiftKey, alt: event.altKey, control: event.ctrlKey || event.metaKey,
  });
  let held = null, waiting = null;

  for (const name of MOUSE) {
    canvas.addEventListener(name, (event) => event.stopImmediatePropagation(), options);
  }
  // Scrolling stays with the page: ipycanvas would take it.
  canvas.addEventListener("wheel", (event) => {
    event.stopImmediatePropagation();
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    model.send({ type: "wheel", ...position(canvas, event), delta: event.deltaY });
  }, { ...options, passive: false });
  canvas.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  }, options);
  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    held = event.pointerId;
    send("down", event);
  }, options);
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== held) return;
    if (waiting === null) {
      requestAnimationFrame(() => {
        if (held !== null) send("move", waiting);
        waiting = null;
      });
    }
    waiting = event;
  }, options);
  for (const [name, kind] of [["pointerup", "up"], ["pointercancel", "cancel"]]) {
    canvas.addEventListener(name, (event) => {
      if (event.pointerId !== held) return;
      held = null;
      send(kind, event);
    }, options);
  }
  // ipycanvas stops every key; here only our own are taken, so that Tab and Ctrl+S go their way.
  canvas.addEventListener("keydown", (event) => event.stopImmediatePropagation(), options);
  canvas.style.touchAction = "manipulation";
  canvas.style.cursor = model.get("cursor");
  canvas.setAttribute("aria-label", model.get("label"));
}

function render({ model, el }) {
  el.style.display = "none";
  const controller = new AbortController();
  const { signal } = controller;
  const attached = new WeakSet();
  let dark = null;

  let width = 0;
  const widths = new ResizeObserver((entries) => {
    const found = Math.round(entries[entries.length - 1].contentRect.width);
    if (found === width || found === 0) return;
    width = found;
    model.send({ type: "width", width });
  });

  function look() {
    for (const canvas of document.querySelectorAll(`canvas.${model.get("target")}`)) {
      if (attached.has(canvas)) continue;
      attached.add(canvas);
      attach(canvas, model, signal);
      dark = isDark(canvas);
      model.send({ type: "ready", dark });
      widths.observe(canvas);
    }
  }
  const timer = setInterval(look, 400);
  look();

  const themes = new MutationObserver(() => {
    if (isDark(el.parentElement ?? document.body) === dark) return;
    dark = !dark;
    model.send({ type: "theme", dark });
  });
  themes.observe(document.body, { attributeFilter: ["data-jp-theme-light", "class"] });

  // Before JupyterLab sees it: a letter typed on the canvas must not cut a cell.
  window.addEventListener("keydown", (event) => {
    if (!attached.has(event.target) || event.ctrlKey || event.metaKey) return;
    const isHotkey = model.get("hotkeys").includes(event.key);
    if (isHotkey) event.preventDefault();
    if (isHotkey || event.key.length === 1) event.stopImmediatePropagation();
    if (isHotkey && !event.repeat) {
      model.send({ type: "key", key: event.key, shift: event.shiftKey, alt: event.altKey });
    } else if (isHotkey && event.key.startsWith("Arrow")) {
      model.send({ type: "key", key: event.key, shift: event.shiftKey, alt: event.altKey });
    }
  }, { capture: true, signal });

  const echo = (message) => {
    if (message.type !== "ping") return;
    requestAnimationFrame(() => model.send({ type: "pong", number: message.number }));
  };
  model.on("msg:custom", echo);

  return () => {
    controller.abort();
    clearInterval(timer);
    themes.disconnect();
    widths.disconnect();
    model.off("msg:custom", echo);
  };
}

export default { render };

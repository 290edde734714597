// Complete pointer events and hotkeys of the canvases that carry one class, and an echo that says
// when what was sent has been drawn. ipycanvas's own listeners on these canvases are kept quiet.

const MOUSE = ["mousedown", "mousemove", "mouseup", "mouseout", "touchstart", "touchmove",
  "touchend", "touchcancel"];

const WRITTEN_IN = "textarea, select, [contenteditable], "
  + "input:not([type=range]):not([type=checkbox]):not([type=radio])";

function isDark(element) {
  const theme = document.body.dataset.jpThemeLight;
  if (theme !== undefined) return theme === "false";
  const [red, green, blue] = (getComputedStyle(element).color.match(/[\d.]+/g) ?? [0, 0, 0]).map(Number);
  return red + green + blue > 384;  // light ink lies on dark paper
}

const isFile = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

function span([[left, top], [right, bottom]]) {
  return { x: (left + right) / 2, y: (top + bottom) / 2, length: Math.hypot(right - left, bottom - top) };
}

const isCommand = (event) => event.ctrlKey || event.metaKey;

class Handle {
  constructor(canvas, host, model, { signal, tell }) {
    Object.assign(this, { canvas, model, tell, held: null, waiting: [], isSpace: false, isAimed: false });
    this.fingers = new Map();
    this.pinch = this.turned = null;
    this.sheet = new InkSheet(canvas, host, model);
    this.stroke = 0;
    const listen = (name, act) => canvas.addEventListener(
      name, (event) => act.call(this, event), { capture: true, passive: false, signal });
    for (const name of MOUSE) listen(name, (event) => event.stopImmediatePropagation());
    listen("contextmenu", (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
    });
    listen("wheel", this.wheel);
    listen("pointerdown", this.down);
    listen("pointermove", this.move);
    listen("pointerup", (event) => this.end("up", event));
    listen("pointercancel", (event) => this.end("cancel", event));
    listen("lostpointercapture", (event) => this.end("cancel", event));
    listen("dragover", (event) => { if (isFile(event)) event.preventDefault(); });
    listen("drop", this.drop);
    listen("pointerleave", () => { this.isAimed = false; this.sheet.pointAt(null); });
    // ipycanvas stops every key; here only our own are taken, so that Tab and Ctrl+S go their way.
    listen("keydown", (event) => event.stopImmediatePropagation());
    listen("keyup", this.keyUp);
    listen("blur", () => { this.isSpace = false; this.look(); });
    this.look();
    canvas.setAttribute("aria-label", model.get("label"));
  }

  // Fingers draw where a tool draws; where they only tap, one scrolls the page. Two are always ours.
  look() {
    const { style } = this.canvas, { shape, has_ring: hasRing } = this.model.get("ink");
    style.touchAction = ["none", "mark", undefined].includes(shape) ? "pan-x pan-y" : "none";
    style.cursor = this.isSpace ? "grab" : hasRing ? "none" : this.model.get("cursor");
    this.sheet.draw();
  }

  point(event) {
    const box = this.canvas.getBoundingClientRect(), [width, height] = this.model.get("extent");
    const x = (event.clientX - box.left) * width / box.width;
    const y = (event.clientY - box.top) * height / box.height;
    return [Math.min(Math.max(x, 0), width), Math.min(Math.max(y, 0), height)];
  }

  send(kind, event, path = []) {
    const [x, y] = this.point(event);
    this.tell({
      type: "pointer", kind, x, y, path, button: this.held.button, space: this.held.space,
      shift: event.shiftKey, alt: event.altKey, control: isCommand(event), stroke: this.stroke,
    });
  }

  down(event) {
    event.preventDefault();
    if (event.pointerType === "touch") this.fingers.set(event.pointerId, this.point(event));
    if (this.fingers.size === 2) this.release("cancel", event);
    if (this.held || this.fingers.size > 1) return;
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    this.held = { id: event.pointerId, button: event.button, space: this.isSpace };
    this.held.isPan = event.button === 1 || this.isSpace;
    this.hasPanned = this.isSpace;
    this.stroke += 1;
    this.sheet.isHeld = true;
    const isNegative = event.button === 2 || event.button === 5 || event.altKey;
    if (!this.held.isPan) this.sheet.begin(this.point(event), isNegative, this.stroke);
    this.send("down", event);
  }

  move(event) {
    if (event.movementX || event.movementY) this.isAimed = true;
    if (this.fingers.size > 1) return this.spread(event);
    if (!this.held) {
      this.sheet.pointAt(this.isSpace || event.pointerType === "touch" ? null : this.point(event));
      return;
    }
    if (event.pointerId !== this.held.id) return;
    if (event.buttons === 0) return this.end("up", event);  // it was let go where nobody saw
    const passed = (event.getCoalescedEvents?.() ?? []).map((one) => this.point(one));
    const points = passed.length ? passed : [this.point(event)];
    if (!this.held.isPan) this.sheet.extend(points);
    if (!this.waiting.length) requestAnimationFrame(() => this.flush());
    this.waiting.push(...points);
    this.latest = event;
  }

  flush() {
    if (this.held && this.waiting.length) this.send("move", this.latest, this.waiting.slice(0, -1));
    this.waiting = [];
  }

  // Two fingers zoom by how far apart they come, and move the frame with their middle.
  spread(event) {
    if (this.fingers.size !== 2 || !this.fingers.has(event.pointerId)) return;
    const before = span([...this.fingers.values()]);
    this.fingers.set(event.pointerId, this.point(event));
    const { x, y, length } = span([...this.fingers.values()]);
    if (!this.pinch) requestAnimationFrame(() => { this.tell(this.pinch); this.pinch = null; });
    const { factor, across, down } = this.pinch ?? { factor: 1, across: 0, down: 0 };
    this.pinch = {
      type: "pinch", x, y, factor: factor * length / Math.max(before.length, 1),
      across: across + x - before.x, down: down + y - before.y,
    };
  }

  async drop(event) {
    if (!isFile(event)) return;
    event.preventDefault();
    event.stopPropagation();
    const [file] = event.dataTransfer.files;
    this.tell({ type: "file", name: file.name }, [await file.arrayBuffer()]);
  }

  end(kind, event) {
    this.fingers.delete(event.pointerId);
    if (event.pointerId === this.held?.id) this.release(kind, event);
  }

  release(kind, event) {
    if (!this.held) return;
    this.flush();
    this.send(kind, event);
    this.held = null;
    this.sheet.isHeld = false;
    if (kind === "cancel") this.sheet.clear();
  }

  // Once the pointer was moved on the canvas the wheel zooms; a page that scrolls by goes on.
  wheel(event) {
    event.stopImmediatePropagation();
    const isOut = event.deltaY > 0 && this.model.get("zoom") <= 1;
    if (!isCommand(event) && (!this.isAimed || isOut)) return;
    event.preventDefault();
    const [x, y] = this.point(event), unit = event.deltaMode === 1 ? 16 : 1;
    if (!this.turned) requestAnimationFrame(() => { this.tell(this.turned); this.turned = null; });
    this.turned = { type: "wheel", x, y, delta: (this.turned?.delta ?? 0) + event.deltaY * unit };
  }

  // Before JupyterLab sees it: a letter typed on the canvas must not cut a cell.
  keyDown(event) {
    const plain = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const name = isCommand(event) ? `Control+${plain}` : plain;
    const isHotkey = this.model.get("hotkeys").includes(name);
    if (isHotkey) event.preventDefault();
    if (isHotkey || (event.key.length === 1 && !isCommand(event))) event.stopImmediatePropagation();
    if (!isHotkey) return;
    if (event.key === " ") {  // held, it moves the frame; what it does is done when it is let go
      if (!event.repeat) { this.isSpace = true; this.hasPanned = false; this.look(); }
    } else if (!event.repeat || event.key.startsWith("Arrow")) {
      this.sendKey(name, event);
    }
  }

  keyUp(event) {
    if (event.key !== " " || !this.isSpace) return;
    this.isSpace = false;
    this.look();
    if (!this.hasPanned) this.sendKey(" ", event);
  }

  sendKey(key, event) {
    this.tell({
      type: "key", key, shift: event.shiftKey, alt: event.altKey, control: isCommand(event),
    });
  }
}

function render({ model, el }) {
  const controller = new AbortController(), { signal } = controller;
  const handles = new Map();
  // The kernel takes messages on more than one thread: numbers keep what a hand did in order.
  const view = Math.random().toString(36).slice(2);
  let order = 0;
  const tell = (message, buffers) => {
    model.send({ ...message, view, order }, undefined, buffers);
    order += 1;
  };
  let dark = null, width = 0, ratio = 0;
  el.style.cssText = "position:absolute; width:0; height:0; margin:0; overflow:visible;";

  const voice = document.createElement("span");  // for screen readers
  voice.setAttribute("role", "status");
  voice.style.cssText = "position:absolute; width:1px; height:1px; overflow:hidden; clip-path:inset(50%);";
  el.append(voice);
  const speak = () => { voice.textContent = model.get("spoken"); };

  const widths = new ResizeObserver((entries) => {
    const found = Math.round(entries[entries.length - 1].contentRect.width);
    if (found === width || found === 0) return;
    width = found;
    model.send({ type: "width", width });
  });

  // The canvas may appear later; only the one beside this widget counts, not that of another view.
  function look() {
    if (!el.parentElement) return;
    el.parentElement.style.position = "relative";
    for (const canvas of el.parentElement.querySelectorAll(`canvas.${model.get("target")}`)) {
      if (handles.has(canvas)) continue;
      handles.set(canvas, new Handle(canvas, el, model, { signal, tell }));
      dark = isDark(canvas);
      model.send({ type: "ready", dark });
      widths.observe(canvas);
    }
    if (handles.size && root()) root().tabIndex = -1;  // a click beside the controls isn't outside
    if (handles.size && ratio !== window.devicePixelRatio) {
      ratio = window.devicePixelRatio;
      model.send({ type: "ratio", ratio });
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

  // With the focus anywhere in the widget but where one writes, letters mean what they do on its
  // canvas: JupyterLab would cut the cell. Space, Enter and arrows belong to what has the focus.
  function root() {
    return model.get("hotkeys").length ? el.closest(".vos-explorer") : null;
  }
  window.addEventListener("keydown", (event) => {
    const { target, key } = event, own = handles.get(target);
    if (own) return own.keyDown(event);
    const isLetter = key.length === 1 && key !== " ";
    if (!isLetter || target.matches?.(WRITTEN_IN) || !root()?.contains(target)) return;
    handles.values().next().value?.keyDown(event);
  }, { capture: true, signal });

  const pong = ({ number }) => model.send({ type: "pong", number });
  const film = new Film(() => handles.keys(), (shown) => { if (shown.is_echoed) pong(shown); });
  const echo = (message, buffers) => {
    if (message.type === "film") film.add(message, buffers);
    if (message.type === "cut") film.cut();
    if (message.type !== "ping") return;
    requestAnimationFrame(() => {
      for (const handle of handles.values()) handle.sheet.settle(message.stroke);
      pong(message);
    });
  };
  const changed = () => handles.forEach((handle) => handle.look());
  model.on("msg:custom", echo);
  model.on("change:ink change:cursor", changed);
  model.on("change:spoken", speak);

  return () => {
    controller.abort();
    clearInterval(timer);
    themes.disconnect();
    widths.disconnect();
    model.off("msg:custom", echo);
    model.off("change:ink change:cursor", changed);
    model.off("change:spoken", speak);
  };
}

export default { render };

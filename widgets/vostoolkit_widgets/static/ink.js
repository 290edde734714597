// A sheet over a canvas on which a stroke can be seen while it is drawn, and the brush before.

const RESTING = 6;  // canvas pixels; as in tools.py

class InkSheet {
  constructor(canvas, host, model) {
    this.canvas = canvas;
    this.model = model;
    this.path = [];
    this.hover = null;
    this.isNegative = false;
    this.stroke = 0;
    this.sheet = document.createElement("canvas");
    this.sheet.setAttribute("aria-hidden", "true");
    this.sheet.style.cssText = "position:absolute; pointer-events:none;";
    host.append(this.sheet);
  }

  get ink() { return this.model.get("ink"); }

  begin(point, isNegative, stroke) {
    Object.assign(this, { path: [point], isNegative, stroke, hover: null });
    this.draw();
  }

  extend(points) {
    this.path.push(...points);
    this.draw();
  }

  // The kernel has drawn all up to this stroke.
  settle(stroke) {
    if (stroke >= this.stroke && !this.isHeld && this.path.length) this.clear();
  }

  clear() {
    this.path = [];
    this.draw();
  }

  pointAt(point) {
    if (!this.ink.has_ring && !this.ink.anchor && !this.hover) return;
    this.hover = point;
    this.draw();
  }

  // Lays the sheet over the canvas, empty, and returns what draws on it in the canvas's own pixels.
  prepared() {
    const { canvas, sheet } = this, ratio = window.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const from = canvas.getBoundingClientRect();
    const to = sheet.parentElement.getBoundingClientRect();
    sheet.style.left = `${from.left - to.left}px`;
    sheet.style.top = `${from.top - to.top}px`;
    sheet.style.width = `${width}px`;
    sheet.style.height = `${height}px`;
    sheet.width = Math.round(width * ratio);
    sheet.height = Math.round(height * ratio);
    const drawing = sheet.getContext("2d"), [across, down] = this.model.get("extent");
    drawing.scale(sheet.width / across, sheet.height / down);
    drawing.lineCap = drawing.lineJoin = "round";
    return drawing;
  }

  draw() {
    const { ink, path, hover } = this, drawing = this.prepared();
    if (ink.has_ring && hover && !path.length) this.ring(drawing, hover);
    if (ink.anchor && hover && !path.length) this.lead(drawing, ink.anchor, hover);
    if (!path.length || ink.shape === "none") return;
    const colour = this.isNegative ? ink.negative : ink.colour;
    if (ink.shape === "mark") {
      if (!this.isPan()) this.mark(drawing, path[0], colour);
      return;
    }
    if (ink.shape === "box") {
      const [[left, top], [right, bottom]] = [path[0], path[path.length - 1]];
      this.outlined(drawing, colour, 2, () => drawing.strokeRect(left, top, right - left, bottom - top));
      return;
    }
    const line = () => {
      drawing.beginPath();
      path.forEach(([x, y], index) => (index ? drawing.lineTo(x, y) : drawing.moveTo(x, y)));
      if (path.length === 1) drawing.lineTo(path[0][0] + 0.01, path[0][1]);
      drawing.stroke();
    };
    if (ink.alpha < 1) {
      drawing.globalAlpha = ink.alpha;
      Object.assign(drawing, { strokeStyle: colour, lineWidth: ink.width });
      line();
    } else {
      this.outlined(drawing, colour, ink.width, line);
    }
  }

  // A drag with what makes marks moves an enlarged frame.
  isPan() {
    const [from] = this.path, far = ([x, y]) => Math.hypot(x - from[0], y - from[1]) >= RESTING;
    return this.model.get("zoom") > 1 && this.path.some(far);
  }

  // As the kernel will draw it.
  mark(drawing, [x, y], colour) {
    for (const [fillStyle, radius] of [["#141418", 9], [colour, 7.5]]) {
      drawing.fillStyle = fillStyle;
      drawing.beginPath();
      drawing.arc(x, y, radius, 0, 7);
      drawing.fill();
    }
    const sign = colour === this.ink.negative ? "#141418" : this.ink.sign;
    Object.assign(drawing, { strokeStyle: sign, lineWidth: 2.5 });
    drawing.beginPath();
    for (const [across, down] of colour === this.ink.negative ? [[4, 0]] : [[4, 0], [0, 4]]) {
      drawing.moveTo(x - across, y - down);
      drawing.lineTo(x + across, y + down);
    }
    drawing.stroke();
  }

  outlined(drawing, colour, width, stroke) {
    for (const [strokeStyle, lineWidth] of [["#141418", width + 2.5], [colour, width]]) {
      Object.assign(drawing, { strokeStyle, lineWidth });
      stroke();
    }
  }

  // From the last corner of an open outline to the pointer.
  lead(drawing, [x, y], [toX, toY]) {
    drawing.setLineDash([5, 4]);
    this.outlined(drawing, this.ink.colour, this.ink.width, () => {
      drawing.beginPath();
      drawing.moveTo(x, y);
      drawing.lineTo(toX, toY);
      drawing.stroke();
    });
    drawing.setLineDash([]);
  }

  ring(drawing, [x, y]) {
    const radius = Math.max(this.ink.width / 2, 1.5);
    for (const [strokeStyle, lineWidth] of [["#141418b0", 3], ["#ffffff", 1.2]]) {
      Object.assign(drawing, { strokeStyle, lineWidth });
      drawing.beginPath();
      drawing.arc(x, y, radius, 0, 7);
      drawing.stroke();
    }
  }
}


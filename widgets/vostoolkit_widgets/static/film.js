// Pictures that follow each other, drawn straight on what ipycanvas shows: through its layers each
// takes the page twice as long.

class Film {
  constructor(canvases, drawn) {
    Object.assign(this, { canvases, drawn, waiting: [] });
  }

  add(message, buffers) {
    const picture = createImageBitmap(new Blob(buffers, { type: "image/jpeg" }));
    this.waiting.push({ ...message, picture });
    if (this.waiting.length === 1) this.project();
  }

  cut() { this.waiting = []; }

  // One at each of the page's own frames; two that come together would be one that nobody sees.
  async project() {
    for (let shown; (shown = this.waiting[0]); this.waiting.shift()) {
      const picture = await shown.picture, [left, top, width, height] = shown.place;
      await new Promise(requestAnimationFrame);
      if (shown !== this.waiting[0]) break;  // it was cut
      for (const canvas of this.canvases()) {
        const across = canvas.width, down = canvas.height;
        canvas.getContext("2d").drawImage(picture, left * across, top * down, width * across, height * down);
      }
      picture.close();
      this.drawn(shown);
    }
  }
}

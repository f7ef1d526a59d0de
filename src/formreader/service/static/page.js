// The photograph beside the work: zoom, turn, drag.
"use strict";

const PageView = {
  zoom: 1, turn: 0,
  apply() {
    const sheet = document.querySelector(".sheet");
    if (sheet) sheet.style.transform = `rotate(${this.turn}deg) scale(${this.zoom})`;
  },
  change(factor) { this.zoom = Math.min(8, Math.max(1, this.zoom * factor)); this.apply(); this.centre(); },
  rotate() { this.turn = (this.turn + 90) % 360; this.apply(); },
  reset() { this.zoom = 1; this.turn = 0; },
  centre() {
    const box = document.querySelector(".box.chosen");
    if (!box || this.zoom === 1) return;
    const sheet = document.querySelector(".sheet");
    const rect = box.getBoundingClientRect(), all = sheet.getBoundingClientRect();
    sheet.style.transformOrigin = `${((rect.x + rect.width / 2 - all.x) / all.width) * 100}% ${((rect.y + rect.height / 2 - all.y) / all.height) * 100}%`;
  },
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-zoom], [data-turn]");
  if (!button) return;
  if (button.dataset.zoom) PageView.change(button.dataset.zoom === "in" ? 1.5 : 1 / 1.5);
  else PageView.rotate();
});

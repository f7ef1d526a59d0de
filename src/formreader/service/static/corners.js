// Four corners, by finger, mouse or arrow keys; then the page is laid flat, read, and takes the refused one's place.
"use strict";

const form = document.querySelector(".corners");
const image = form.querySelector("img");
const handles = [...form.querySelectorAll(".handle")];
const csrf = document.querySelector('meta[name="csrf"]').content;
const headers = { "X-CSRF-Token": csrf, Accept: "application/json" };
const status = form.querySelector("[data-status]");
const corners = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]];   // parts of the picture
let size = null;                                                      // of the photograph, px

function draw() {
  const { clientWidth: width, clientHeight: height } = image;
  corners.forEach(([x, y], i) => { handles[i].style.left = `${x * width}px`; handles[i].style.top = `${y * height}px`; });
  form.querySelector("polygon").setAttribute("points", corners.map(([x, y]) => `${x * width},${y * height}`).join(" "));
}

function move(i, x, y) { corners[i] = [Math.min(1, Math.max(0, x)), Math.min(1, Math.max(0, y))]; draw(); }

handles.forEach((handle, i) => {
  handle.addEventListener("pointerdown", (event) => { handle.setPointerCapture(event.pointerId); });
  handle.addEventListener("pointermove", (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const box = image.getBoundingClientRect();
    move(i, (event.clientX - box.x) / box.width, (event.clientY - box.y) / box.height);
  });
  handle.addEventListener("keydown", (event) => {
    const step = (event.shiftKey ? 20 : 2) / image.clientWidth;
    const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    if (!by) return;
    event.preventDefault();
    move(i, corners[i][0] + by[0], corners[i][1] + by[1]);
  });
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  status.textContent = form.dataset.reading;
  const [width, height] = size || [image.naturalWidth, image.naturalHeight];
  const said = corners.map(([x, y]) => `${(x * width).toFixed(1)},${(y * height).toFixed(1)}`).join(";");
  const body = new URLSearchParams({ page_id: form.dataset.page, template: form.template.value, corners: said });
  const answer = await fetch("/review/corners", { method: "POST", headers, body });
  const made = await answer.json();
  if (!answer.ok) { status.textContent = made.detail; return; }
  let found;
  do { found = await (await fetch(`/v1/sheets/${made.id}?wait=20`, { headers })).json(); } while (found.state === "waiting");
  const read = found.pages[0].reading;
  if (read.status === "rejected") { status.textContent = `${form.dataset.still} ${read.rejection.message}`; return; }
  const said2 = { key: form.dataset.key, verdict: "replaced", note: made.path, seen: form.dataset.seen };
  await fetch("/review/page", { method: "POST", headers, body: new URLSearchParams(said2) });
  status.textContent = form.dataset.done;
  form.dataset.state = "done";
});

// the picture that is shown may be smaller than the photograph: its own size is asked for
fetch(`/v1/pages/${form.dataset.page}`, { headers }).then((answer) => answer.json()).then((page) => {
  const source = page.reading.source;
  if (source.width) size = [source.width, source.height];
});
if (image.complete) draw(); else image.addEventListener("load", draw);
addEventListener("resize", draw);

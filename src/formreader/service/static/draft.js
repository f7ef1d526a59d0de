// The draft over its photograph. The text is the template: what is done on the picture is done to the text, by the server.
"use strict";

const root = document.getElementById("draft");
const find = (name) => root.querySelector(`[data-${name}]`);
const headers = { "X-CSRF-Token": document.querySelector('meta[name="csrf"]').content, Accept: "application/json" };
const text = document.getElementById("text");
const sheet = find("sheet");
const SVG = "http://www.w3.org/2000/svg";
let size = null;      // of the flat picture, px
let perMm = 1;
let chosen = "";

const status = (said) => { find("status").textContent = said; };

async function ask(path, body) {
  const answer = await fetch(path, { method: "POST", headers, body });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail);
  return said;
}

const shape = (name, attributes) => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

function show(drawn) {
  if (text.value !== drawn.text) text.value = drawn.text;
  find("mistakes").textContent = drawn.mistakes || "";
  find("findings").textContent = drawn.findings.join("\n");
  find("tools").hidden = false;
  if (drawn.mistakes) return;
  perMm = drawn.px_per_mm;
  sheet.querySelectorAll("line, g").forEach((old) => old.remove());
  for (const [x1, y1, x2, y2] of drawn.lines) sheet.append(shape("line", { x1: x1 * perMm, y1: y1 * perMm, x2: x2 * perMm, y2: y2 * perMm }));
  for (const field of drawn.fields) {
    const group = shape("g", { "data-of": field.entry });
    for (const [x, y, width, height] of field.cells) {
      group.append(shape("rect", { x: x * perMm, y: y * perMm, width: width * perMm, height: height * perMm }));
    }
    const title = shape("title", {});
    title.textContent = field.name;
    group.append(title);
    sheet.append(group);
  }
  const names = [...new Set(drawn.fields.map((field) => field.entry))];
  find("entry").replaceChildren(...names.map((name) => new Option(name, name)));
  choose(names.includes(chosen) ? chosen : names[0] || "");
}

function choose(entry) {
  chosen = entry;
  find("entry").value = entry;
  find("called").value = entry;
  sheet.querySelectorAll("g").forEach((group) => group.classList.toggle("chosen", group.dataset.of === entry));
}

async function change(path, more) {
  try { show(await ask(path, new URLSearchParams({ text: text.value, ...more }))); } catch (error) { status(error.message); }
}

find("new").addEventListener("change", async (event) => {
  if (!event.target.files.length) return;
  status(root.dataset.drafting);
  const body = new FormData();
  body.append("language", find("language").value);
  body.append("photograph", event.target.files[0]);
  try {
    const made = await ask("/draft/new", body);
    const image = new Image();
    image.src = `/draft/${made.id}/flat`;
    await image.decode();
    size = [image.naturalWidth, image.naturalHeight];
    sheet.setAttribute("viewBox", `0 0 ${size[0]} ${size[1]}`);
    sheet.replaceChildren(shape("image", { href: image.src, width: size[0], height: size[1] }));
    show(made);
    status(root.dataset.good);
  } catch (error) { status(error.message); }
});

let drag = null;
const toMm = (event) => {
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(sheet.getScreenCTM().inverse());
  return [at.x / perMm, at.y / perMm];
};
sheet.addEventListener("pointerdown", (event) => {
  const group = event.target.closest("g");
  if (!group) return;
  choose(group.dataset.of);
  drag = { entry: group.dataset.of, from: toMm(event) };
  sheet.setPointerCapture(event.pointerId);
});
sheet.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const [x, y] = toMm(event);
  sheet.querySelectorAll("g.chosen").forEach((group) => group.setAttribute("transform", `translate(${(x - drag.from[0]) * perMm} ${(y - drag.from[1]) * perMm})`));
});
sheet.addEventListener("pointerup", (event) => {
  if (!drag) return;
  const [x, y] = toMm(event);
  const { entry, from } = drag;
  drag = null;
  if (Math.hypot(x - from[0], y - from[1]) > 0.2) change("/draft/move", { entry, right: (x - from[0]).toFixed(2), down: (y - from[1]).toFixed(2) });
});

find("entry").addEventListener("change", (event) => choose(event.target.value));
find("name").addEventListener("submit", (event) => {
  event.preventDefault();
  const called = find("called").value.trim();
  const entry = chosen;
  chosen = called;
  change("/draft/name", { entry, called });
});
let later = 0;
text.addEventListener("input", () => { clearTimeout(later); later = setTimeout(() => change("/draft/check", {}), 500); });

find("download").addEventListener("click", () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text.value], { type: "text/yaml" }));
  link.download = `${(text.value.match(/^id: *(\S+)/m) || [])[1] || "form"}.yaml`;
  link.click();
});

find("try").addEventListener("change", async (event) => {
  if (!event.target.files.length) return;
  status(root.dataset.reading);
  const body = new FormData();
  body.append("text", text.value);
  body.append("photograph", event.target.files[0]);
  event.target.value = "";
  try {
    const read = await ask("/draft/try", body);
    status(read.rejection || "");
    find("tried").replaceChildren(...Object.entries(read.fields).map(([name, [written, how]]) => {
      const row = document.createElement("tr");
      for (const said of [name, written, how]) { const cell = document.createElement("td"); cell.textContent = said; row.append(cell); }
      return row;
    }));
  } catch (error) { status(error.message); }
});

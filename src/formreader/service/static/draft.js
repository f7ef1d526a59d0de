// The draft over its photograph. The text is the template: what is done on the picture is done to the text, by the server.
"use strict";

const STEP_MM = 0.1;        // of an arrow key
const NEAR_PX = 7;          // on the screen: so near to an edge or end that it is pulled
const LEAST_PX = 2;         // on the screen: less is no pull but a click
const REST_MS = 400;        // after the last arrow key, before the text is changed

const root = document.getElementById("draft");
const find = (name) => root.querySelector(`[data-${name}]`);
const headers = { "X-CSRF-Token": document.querySelector('meta[name="csrf"]').content, Accept: "application/json" };
const text = document.getElementById("text");
const sheet = find("sheet");
const before = [];          // texts as they were, for undo
let size = null;            // of the flat picture, px
let perMm = 1;
let zoom = 1;
let chosen = "";
let last = null;            // what is drawn
let grips = [];             // shapes that can be taken hold of now, each with its `grip`
let held = "";              // the name of the grip that was taken hold of last

const status = (said) => { find("status").textContent = said; };

async function ask(path, body) {
  const answer = await fetch(path, { method: "POST", headers, body });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail);
  return said;
}

function show(drawn) {
  if (text.value !== drawn.text) text.value = drawn.text;
  find("mistakes").textContent = drawn.mistakes || "";
  find("findings").textContent = drawn.findings.join("\n");
  find("tools").hidden = false;
  if (!drawn.mistakes) draw(drawn);
}

function draw(drawn) {
  if (!drawn) return;
  const hadFocus = sheet.contains(document.activeElement);
  last = drawn;
  perMm = drawn.px_per_mm;
  grips = [];
  sheet.dataset.holds = find("what").value;
  sheet.querySelectorAll("line, g").forEach((old) => old.remove());
  drawn.implied.forEach((ends) => sheet.append(lineShape(ends, "implied")));
  drawn.ruled.forEach(drawLine);
  drawn.fields.forEach(drawField);
  const names = [...new Set(drawn.fields.map((field) => field.entry))];
  find("entry").replaceChildren(...names.map((name) => new Option(name, name)));
  choose(names.includes(chosen) ? chosen : names[0] || "");
  takeUp(hadFocus);
}

function lineShape(ends, kind) {
  const [x1, y1, x2, y2] = ends.map((length) => length * perMm);
  return shape("line", { x1, y1, x2, y2, class: kind });
}

function drawLine(line) {
  // a thin line is hard to hit: what is taken hold of is a broad one that is not seen
  const shapes = [lineShape(line.ends, "ruled"), lineShape(line.ends, "hit")];
  sheet.append(...shapes);
  if (sheet.dataset.holds === "lines") hold(shapes[1], lineGrip(line, shapes, perMm));
}

function drawField(field) {
  const group = shape("g", { "data-of": field.entry });
  for (const cell of field.cells) {
    const [x, y, width, height] = cell.box.map((length) => length * perMm);
    const rect = shape("rect", { x, y, width, height });
    group.append(rect);
    if (sheet.dataset.holds === "cells") hold(rect, cellGrip(field, cell, rect, perMm));
  }
  const title = shape("title", {});
  title.textContent = field.name;
  group.append(title);
  sheet.append(group);
  if (sheet.dataset.holds === "fields") hold(group, fieldGrip(field, sheet, perMm));
}

function hold(made, grip) {
  made.grip = grip;
  made.setAttribute("data-grip", grip.name);
  made.setAttribute("tabindex", "-1");
  made.setAttribute("aria-label", grip.label);
  made.setAttribute("role", grip.slides ? "slider" : "button");
  if (grip.slides) {
    const { at, way } = grip.slides;
    const most = size[way === "vertical" ? 1 : 0] / perMm;
    for (const [key, value] of [["valuenow", at.toFixed(2)], ["valuemin", 0], ["valuemax", most.toFixed(2)], ["orientation", way]]) made.setAttribute(`aria-${key}`, value);
  }
  grips.push(made);
}

// Of hundreds of grips the Tab key reaches one; Page Up and Page Down go on from it.
function takeUp(hadFocus) {
  const made = grips.find((one) => one.grip.name === held) || grips[0];
  if (!made) return;
  made.setAttribute("tabindex", "0");
  if (hadFocus) made.focus({ preventScroll: true });
  if (pulled && pulled.grip.name === made.grip.name) made.grip.shows(pulled.part, ...pulled.by);
}

function choose(entry) {
  chosen = entry;
  find("entry").value = entry;
  find("called").value = entry;
  sheet.querySelectorAll("g").forEach((group) => group.classList.toggle("chosen", group.dataset.of === entry));
}

// One change after the other: each is made to the text that the one before has left.
let turn = Promise.resolve();
function change(path, more, isUndo = false) {
  turn = turn.then(async () => {
    try {
      let sent, said;
      do {
        sent = text.value;
        said = await ask(path, new URLSearchParams({ text: sent, ...more }));
      } while (text.value !== sent);   // somebody typed meanwhile
      const old = last && last.text;
      show(said);
      if (!isUndo && old !== null && last.text !== old) before.push(old);
      status((said.written || []).join("; "));
    } catch (error) {
      draw(last);
      status(error.message);
    }
  });
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
    before.length = 0;
    last = null;
    show(made);
    status(root.dataset.good);
  } catch (error) { status(error.message); }
});

const toMm = (event) => {
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(sheet.getScreenCTM().inverse());
  return [at.x / perMm, at.y / perMm];
};
const nearMm = () => NEAR_PX / sheet.getScreenCTM().a / perMm;

let drag = null;
sheet.addEventListener("pointerdown", (event) => {
  const made = event.target.closest("[data-grip]");
  if (!made) return;
  event.preventDefault();   // the focus stays with the grip
  letGo();
  made.focus({ preventScroll: true });
  const from = toMm(event);
  drag = { grip: made.grip, part: made.grip.part(...from, nearMm()), from, at: [event.clientX, event.clientY] };
  sheet.setPointerCapture(event.pointerId);
});
const dragged = (event) => {
  const [x, y] = toMm(event);
  return drag.grip.moves(drag.part, x - drag.from[0], y - drag.from[1]);
};
sheet.addEventListener("pointermove", (event) => {
  if (drag) { drag.grip.shows(drag.part, ...dragged(event)); return; }
  const made = event.target.closest("[data-grip]");
  if (made) made.style.cursor = made.grip.cursor(made.grip.part(...toMm(event), nearMm()));
});
sheet.addEventListener("pointerup", (event) => {
  if (!drag) return;
  const { grip, part, at } = drag;
  const by = dragged(event);
  drag = null;
  if (Math.hypot(event.clientX - at[0], event.clientY - at[1]) > LEAST_PX) send(grip, part, by);
  else draw(last);
});
sheet.addEventListener("pointercancel", () => { drag = null; draw(last); });

function send(grip, part, by) {
  const [right, down] = by.map((length) => +length.toFixed(2));
  if (right || down) change(...grip.ask(part, right, down));
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const TURNS = { PageUp: -1, PageDown: 1 };
let pulled = null;   // by arrow keys, and not sent yet
let rest = 0;
function letGo() {
  clearTimeout(rest);
  const { grip, part, by } = pulled || {};
  pulled = null;
  if (grip) send(grip, part, by);
}
function pull(grip, part, steps) {
  if (!pulled || pulled.grip.name !== grip.name || pulled.part !== part) {
    letGo();
    pulled = { grip, part, by: [0, 0] };
  }
  const by = grip.moves(part, pulled.by[0] + steps[0] * STEP_MM, pulled.by[1] + steps[1] * STEP_MM);
  pulled.by = by;
  grip.shows(part, ...by);
  clearTimeout(rest);
  rest = setTimeout(letGo, REST_MS);
}
sheet.addEventListener("keydown", (event) => {
  const made = event.target.closest("[data-grip]");
  const steps = ARROWS[event.key], next = TURNS[event.key];
  if (!made || !(steps || next)) return;
  event.preventDefault();
  if (steps) pull(made.grip, event.shiftKey ? made.grip.far : made.grip.whole, steps);
  else grips[(grips.indexOf(made) + next + grips.length) % grips.length].focus();
});
sheet.addEventListener("focusin", (event) => {
  const made = event.target.closest("[data-grip]");
  if (!made) return;
  grips.forEach((one) => one.setAttribute("tabindex", one === made ? "0" : "-1"));
  held = made.grip.name;
  if (made.grip.entry) choose(made.grip.entry);
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

find("what").addEventListener("change", () => draw(last));
find("undo").addEventListener("click", () => {
  const isDrawn = last && text.value === last.text;   // what is typed and wrong is taken back first
  const old = isDrawn ? before.pop() : last && last.text;
  if (!old) return;
  text.value = old;
  change("/draft/check", {}, true);
});
root.addEventListener("click", (event) => {
  const button = event.target.closest("[data-zoom]");
  if (!button) return;
  zoom = Math.min(8, Math.max(1, button.dataset.zoom === "in" ? zoom * 1.5 : zoom / 1.5));
  sheet.style.width = sheet.style.height = `${100 * zoom}%`;
});

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

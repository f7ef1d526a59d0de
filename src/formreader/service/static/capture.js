// A photograph leaves the phone when there is a network; until then it is kept here, and sent once, whatever happens.
"use strict";

const root = document.getElementById("capture");
const text = (key) => root.dataset[key];
const csrf = document.querySelector('meta[name="csrf"]').content;
const headers = { "X-CSRF-Token": csrf, Accept: "application/json" };
const status = root.querySelector("[data-status]");
const result = root.querySelector("[data-result]");

const store = new Promise((resolve, reject) => {
  const request = indexedDB.open("formreader", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("photographs", { keyPath: "id", autoIncrement: true });
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

async function kept(mode, act) {
  const place = (await store).transaction("photographs", mode).objectStore("photographs");
  return new Promise((resolve, reject) => {
    const request = act(place);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

const make = (tag, className, content) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (content !== undefined) element.textContent = content;
  return element;
};

let sending = false;
async function sendAll() {
  if (sending) return;
  sending = true;
  try {
    for (const one of await kept("readonly", (place) => place.getAll())) {
      status.textContent = text("sending");
      const body = new FormData();
      body.append("photograph", new Blob([one.data], { type: one.type }), "photograph");
      if (one.station) body.append("station", one.station);
      if (one.page) body.append("page", one.page);
      let answer;
      try { answer = await fetch("/v1/sheets", { method: "POST", headers, body }); }
      catch { status.textContent = text("stored"); return; }
      if (answer.status === 429 || answer.status >= 500) { status.textContent = text("stored"); setTimeout(sendAll, 5000); return; }
      const said = await answer.json();
      if (answer.status === 401 || answer.status === 403) { status.textContent = said.detail; return; }   // kept: log in, then it goes
      await kept("readwrite", (place) => place.delete(one.id));
      if (!answer.ok) { status.textContent = said.detail; continue; }
      status.textContent = text("reading");
      await show(said.id);
    }
  } finally { sending = false; }
}

async function show(id) {
  let found;
  for (;;) {
    try { found = await (await fetch(`/capture/sheet/${id}`, { headers })).json(); } catch { status.textContent = text("stored"); return; }
    if (found.state === "done") break;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  status.textContent = text("sent");
  result.replaceChildren(...found.pages.map(pageOf));
  result.querySelector("h2")?.scrollIntoView({ block: "start" });
}

function pageOf(page) {
  const box = make("section", "read");
  if (page.rejection) {
    box.append(make("h2", "", text("refused")), make("p", "wrong", page.rejection.message), make("p", "", text("retake")));
    return box;
  }
  box.append(make("h2", "", text("lookOk")));
  const sums = make("div");
  sums.append(...page.broken.map((rule) => make("p", "broken", `${text("doesNotAddUp")}: ${rule}`)));
  const list = make("ol", "fields");
  list.append(...page.fields.map((field) => fieldOf(page, field, sums, list)));
  box.append(sums, list);
  return box;
}

function fieldOf(page, field, sums, list) {
  const line = make("li", field.status);
  line.append(make("h3", "", field.name));
  const image = make("img");
  if (field.seen_on_photo) image.src = `/v1/pages/${page.id}/crops/${encodeURIComponent(field.name)}`;
  image.alt = field.name;
  if (field.seen_on_photo) line.append(image);
  if (field.status === "review") line.append(make("p", "wrong", field.reasons.join("; ")));
  const form = make("form", "entry");
  const input = make("input");
  input.inputMode = "numeric";
  input.value = field.written === "" || field.written.includes("?") ? "" : field.value ?? "";
  input.placeholder = field.value === null ? text("empty") : "";
  input.setAttribute("aria-label", `${field.name}, ${text("number")}`);
  const button = make("button", "primary", text("confirm"));
  form.append(input, button);
  const said = make("p", "wrong");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new URLSearchParams({ key: field.key, seen: field.seen, said: input.value.trim() || "empty" });
    const answer = await fetch("/capture/confirm", { method: "POST", headers, body }).catch(() => null);
    if (!answer) { said.textContent = text("stored"); return; }
    const told = await answer.json();
    if (!answer.ok) { said.textContent = told.detail; return; }
    said.textContent = told.conflict ? text("conflict") : "";
    field.seen += 1;
    line.className = "confirmed";
    button.textContent = text("confirmed");
    sums.replaceChildren(...told.broken.map((rule) => make("p", "broken", `${text("doesNotAddUp")}: ${rule}`)));
    const next = list.querySelector("li:not(.confirmed) input");
    if (next) next.focus(); else status.textContent = text("allConfirmed");
  });
  line.append(form, said);
  return line;
}

root.querySelector("[data-take]").addEventListener("change", async (event) => {
  if (event.target.type !== "file" || !event.target.files.length) return;
  const form = event.currentTarget;
  const file = event.target.files[0];
  const one = { data: await file.arrayBuffer(), type: file.type, station: form.station.value.trim(), page: form.page.value.trim() };
  await kept("readwrite", (place) => place.add(one));
  event.target.value = "";
  result.replaceChildren();
  await sendAll();
});

addEventListener("online", sendAll);
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/capture/worker.js", { scope: "/capture" }).catch(() => {});
sendAll();

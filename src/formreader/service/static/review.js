// One decision a screen by keyboard alone. The next two items are here, claimed and their pictures loaded, before they
// are needed; a decision goes out while the next item is already shown, and comes back on the screen if it is refused.
"use strict";

const stage = document.getElementById("stage");
const csrf = document.querySelector('meta[name="csrf"]').content;
const headers = { "X-CSRF-Token": csrf, Accept: "application/json" };
const filters = new URLSearchParams(location.search);
const done = [];            // keys decided here, the latest last
const out = new Set();      // keys whose decision is under way
const AHEAD = 2;
let ahead = [];             // the next items: promises of their fragments, each asked for when the one before is here
let wasAt = performance.now();

const current = () => stage.querySelector(".item");
const say = (text) => { document.getElementById("said").textContent = text; };

function fragment(url) {
  return fetch(url, { headers: { "X-Fragment": "1", Accept: "text/html" } }).then(async (answer) => {
    if (answer.status === 204) return null;
    if (answer.redirected) { location.href = "/login"; return null; }
    if (!answer.ok) throw new Error(String(answer.status));
    const holder = document.createElement("template");
    holder.innerHTML = await answer.text();
    const item = holder.content.querySelector(".item");
    if (item) await loaded(item);
    return item;
  });
}

function loaded(item) {
  const urls = [...item.querySelectorAll("img")].map((img) => img.src);
  for (const image of item.querySelectorAll("image")) urls.push(image.getAttribute("href"));
  return Promise.all(urls.map((url) => { const image = new Image(); image.src = url; return image.decode().catch(() => {}); }));
}

function fetchAhead() {
  while (ahead.length < AHEAD) {
    const before = [...ahead];
    ahead.push(Promise.all(before).then((items) => {
      if (items.includes(null)) return null;
      const query = new URLSearchParams(filters);
      query.delete("key");
      const have = [current(), ...items].map((item) => item?.dataset.key);
      for (const key of [...have, ...out].filter(Boolean).slice(0, 20)) query.append("but", key);
      return fragment(`/review/next?${query}`).catch(() => null);
    }));
  }
}

async function takeAhead() {
  fetchAhead();
  const item = await ahead.shift();
  if (!item) ahead = [];      // nothing was there when it was asked: it is asked anew
  return item;
}

function show(item) {
  stage.replaceChildren(item || nothing());
  PageView.reset();
  const typed = stage.querySelector("#typed");
  if (typed) typed.focus({ preventScroll: true });
  else stage.querySelector("select, h1")?.focus?.();
  wasAt = performance.now();
  stage.dataset.shown = String(Number(stage.dataset.shown || 0) + 1);
}

function nothing() { location.assign(`/review?${filters}`); return document.createElement("div"); }

async function send(url, body) {
  const answer = await fetch(url, { method: "POST", headers, body: new URLSearchParams(body), keepalive: true });
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).detail || String(answer.status));
  return answer.json();
}

function wrong(item, text) {
  const place = item.querySelector("[data-wrong]");
  if (place) { place.textContent = text; place.hidden = false; } else say(text);
}

function meant(item, said) {
  if (said !== "accept") return said;
  const typed = item.querySelector("#typed").value.trim();
  if (typed === "") return item.dataset.read ?? null;
  if (!/^[0-9]{1,18}$/.test(typed)) return null;
  if (BigInt(typed) > BigInt(item.dataset.most)) { wrong(item, `0 … ${item.dataset.most}`); return undefined; }
  return typed;
}

async function decide(said) {
  const item = current();
  if (!item || out.has(item.dataset.key)) return;
  if (said === "accept" && !item.querySelector("#typed")) return;   // a page as a whole has buttons of its own
  const value = meant(item, said);
  if (value === undefined) return;
  if (value === null) { wrong(item, item.querySelector("label[for=typed]").textContent); return; }
  const { key, seen } = item.dataset;
  const body = { key, seen, said: value };
  out.add(key);
  let refused = false;
  const sent = send("/review/decide", body);
  sent.then((answer) => {
    out.delete(key);
    if (said !== "another") remember(item, value);
    if (answer.conflict) say(stage.dataset.conflict);
    else if (answer.broken.length) say(`${stage.dataset.broken}: ${answer.broken.join("; ")}`);
  }, (error) => {
    out.delete(key);
    refused = true;
    count(1);
    if (current() !== item) {     // what is on the screen waits behind it
      if (current()) ahead.unshift(Promise.resolve(current()));
      show(item);
    }
    wrong(item, error.message);
  });
  say("");
  count(-1);
  let next = await takeAhead();
  if (!next) { await sent.catch(() => {}); if (refused || current() !== item) return; next = await takeAhead(); }
  if (refused) { if (next) ahead.unshift(Promise.resolve(next)); return; }
  show(next);
  if (next) fetchAhead();
}

function count(change) {
  const place = document.querySelector("[data-waiting]");
  place.textContent = String(Math.max(0, Number(place.textContent) + change));
}

function remember(item, value) {
  done.push(item.dataset.key);
  const line = document.createElement("li");
  const link = document.createElement("a");
  link.href = `/review/item?key=${encodeURIComponent(item.dataset.key)}`;
  link.textContent = `${item.querySelector("h1").textContent} ${value}`;
  line.append(link);
  document.getElementById("recent").prepend(line);
}

async function undo() {
  const key = done.pop();
  if (!key) return;
  const back = await fragment(`/review/item?key=${encodeURIComponent(key)}`).catch(() => null);
  if (!back) return;
  const left = current();
  if (left) send("/review/release", { key: left.dataset.key }).catch(() => {});
  show(back);
  count(1);
  fetchAhead();
}

const KEYS = { e: "empty", x: "illegible", a: "another" };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typed = document.getElementById("typed");
  const inText = event.target.matches("input, select, textarea, summary") && event.target !== typed;
  if (inText) return;
  const key = event.key.toLowerCase();
  if (key === "enter" && (event.target === typed || event.target === document.body)) { event.preventDefault(); decide("accept"); }
  else if (KEYS[key]) { event.preventDefault(); decide(KEYS[key]); }
  else if (key === "u" || (key === "backspace" && typed && typed.value === "")) { event.preventDefault(); undo(); }
  else if (key === "+" || key === "=") { event.preventDefault(); PageView.change(1.5); }
  else if (key === "-") { event.preventDefault(); PageView.change(1 / 1.5); }
  else if (key === "t") { event.preventDefault(); PageView.rotate(); }
  else if (/^[0-9]$/.test(key) && typed && event.target !== typed) { typed.focus(); }
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches(".answer")) return;
  event.preventDefault();
  decide(event.submitter?.value || "accept");
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-said]");
  if (!button) return;
  event.preventDefault();
  decide(button.dataset.said);
});

addEventListener("pagehide", () => {
  const item = current();
  if (!item || out.has(item.dataset.key)) return;
  fetch("/review/release", { method: "POST", headers, body: new URLSearchParams({ key: item.dataset.key }), keepalive: true });
});

if (current()) { stage.dataset.shown = "1"; current().querySelector("#typed")?.focus(); fetchAhead(); }
else setTimeout(() => location.reload(), 5000);

// Opens the capture page when there is no network: the last one that came is kept, with what it is made of.
"use strict";

const KEPT = "formreader-capture-1";
const PARTS = ["/static/style.css", "/static/capture.js", "/static/icon.svg"];

self.addEventListener("install", (event) => { event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(PARTS))); self.skipWaiting(); });
self.addEventListener("activate", (event) => { event.waitUntil(self.clients.claim()); });
self.addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  if (event.request.method !== "GET" || !(path === "/capture" || PARTS.includes(path))) return;
  event.respondWith(fetch(event.request).then((answer) => {
    if (answer.ok && !answer.redirected) { const copy = answer.clone(); caches.open(KEPT).then((cache) => cache.put(path, copy)); }
    return answer;
  }).catch(() => caches.match(path)));
});

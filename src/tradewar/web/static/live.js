// The page's side of a visit: sends what is chosen or moved, puts what comes back in its place. It computes nothing.
(function () {
  "use strict";
  let token = "", sequence = 0, waiting = 0, sentAt = 0;
  const moved = new Map();
  const place = (id) => document.getElementById(id);

  function send(event) {
    sequence += 1;
    Shiny.setInputValue("event", Object.assign({ seq: sequence }, event), { priority: "event" });
    return sequence;
  }

  // A slider that is dragged sends its next place only when the last one is drawn; a lost answer is given up after 3 s.
  function flush() {
    if (!moved.size || (waiting && performance.now() - sentAt < 3000)) return;
    const [scope, percent] = moved.entries().next().value;
    moved.delete(scope);
    sentAt = performance.now();
    waiting = send({ kind: "move", scope: scope, percent: percent });
  }
  setInterval(flush, 500);

  function label(slider) {
    const text = Number(slider.value).toFixed(1);
    place(slider.id.replace("slider", "value")).textContent = text + " %";
    slider.setAttribute("aria-valuetext", text + " percent");
  }

  function follow(values) {
    const rates = new Map(values.map((row) => [row[0], row]));
    document.querySelectorAll("input[data-scope]").forEach((slider) => {
      const row = rates.get(slider.dataset.scope);
      if (!row || moved.has(slider.dataset.scope) || slider.matches(":active")) return;
      slider.max = row[2];
      slider.value = row[1];
      label(slider);
      if (Math.abs(row[1] - slider.value) > 0.051 && row[1] <= slider.max) {
        place(slider.id.replace("slider", "value")).textContent = row[1].toFixed(1) + " %";
      }
    });
  }

  function show(message) {
    if (message.token) {
      token = message.token;
      send({ kind: "open", query: location.search });
      return;
    }
    const focused = document.activeElement && document.activeElement.id;
    for (const id of ["notice", "job", "controls", "tabs", "effects", "panel", "downloads"]) {
      if (typeof message[id] !== "string") continue;
      const kept = Array.from(place(id).querySelectorAll("details"), (item) => item.open);
      place(id).innerHTML = message[id];
      place(id).querySelectorAll("details").forEach((item, k) => { item.open = !!kept[k]; });
    }
    if (focused && place(focused) && document.activeElement !== place(focused)) place(focused).focus();
    if (message.tab) {
      place("effects").hidden = message.tab !== "effects";
      place("panel").hidden = message.tab === "effects";
      place("panel").setAttribute("aria-labelledby", "tab-" + message.tab);
    }
    if (message.values) follow(message.values);
    if (typeof message.query === "string") history.replaceState(null, "", "?" + message.query);
    const frame = place("told");
    if (frame) frame.addEventListener("load", () => {
      frame.style.height = frame.contentDocument.documentElement.scrollHeight + 8 + "px";
    });
    if (message.seq && message.seq >= waiting) { waiting = 0; flush(); }
    document.body.dataset.shown = String(message.seq || "");
  }

  async function upload(input) {
    const file = input.files[0];
    if (!file) return;
    const address = "upload/" + token + "/" + input.dataset.upload + "?name=" + encodeURIComponent(file.name);
    let problem = "The file could not be sent. It may be too large.";
    try {
      const answer = await fetch(address, { method: "POST", body: file });
      problem = answer.headers.get("content-type").includes("json") ? (await answer.json()).error : problem;
    } catch (error) { /* said below */ }
    input.value = "";
    place("notice").textContent = problem;
  }

  document.addEventListener("input", (event) => {
    if (!event.target.dataset.scope) return;
    label(event.target);
    moved.set(event.target.dataset.scope, event.target.value);
    flush();
  });

  document.addEventListener("change", (event) => {
    const item = event.target;
    if (item.dataset.upload) upload(item);
    else if (item.dataset.choose) send({ kind: "choose", key: item.dataset.choose, value: item.value });
  });

  document.addEventListener("click", (event) => {
    const item = event.target.closest("button");
    if (!item) return;
    if (item.dataset.event) { moved.clear(); send({ kind: item.dataset.event }); }
    else if (item.dataset.choose) send({ kind: "choose", key: item.dataset.choose, value: item.dataset.value });
    else if (item.dataset.close) place(item.dataset.close).textContent = "";
    else if (item.id === "run-war") {
      const players = Array.from(document.querySelectorAll("input[name=player]:checked"), (box) => box.value);
      send({ kind: "war", players: players, between: place("between").checked });
    } else if (item.id === "copy-link") {
      navigator.clipboard.writeText(location.href).then(
        () => { place("copied").textContent = "Copied."; },
        () => { place("copied").textContent = "Copy it from the address bar."; });
    }
  });
  document.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("DOMContentLoaded", () => Shiny.addCustomMessageHandler("tradewar", show));
})();

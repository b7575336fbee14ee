(() => {
  "use strict";
  const root = document.currentScript.parentElement;
  const { times, loop, poster, sums, at, page } = JSON.parse(root.querySelector("script[type='application/json']").textContent);
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const [bar, scrubber, counter, speed, sum, play, figure] = ["bar", "scrub", "at", "speed", "sum", "play", "figure"].map(part);
  const last = times.length - 1;

  // which groups come into sight with a step, and which of those that stay for several steps are seen in it
  const alone = times.map(() => []), spans = [];
  for (const group of root.querySelectorAll("[data-s]")) {
    const [first, to] = group.dataset.s.split("-");
    if (to === undefined) alone[+first].push(group);
    else spans.push([group, +first, to === "" ? last : +to]);
  }
  let step = poster, playing = false, seen = true, since = 0, plays = 0, frame = 0;

  // letters with indices, x\u2081\u2082, as they are set in print
  function write(element, text) {
    element.textContent = "";
    for (const [, letter, low, rest] of text.matchAll(/([\u{1d44e}-\u{1d467}])|([\u2080-\u2089]+(?:,[\u2080-\u2089]+)*)|([^\u{1d44e}-\u{1d467}\u2080-\u2089]+)/gu)) {
      if (rest) { element.append(rest); continue; }
      const node = document.createElement(letter ? "i" : "sub");
      node.textContent = letter ? String.fromCharCode(letter.codePointAt(0) - 0x1d44e + 97)
        : low.replace(/[\u2080-\u2089]/g, (digit) => digit.charCodeAt(0) - 0x2080);
      element.append(node);
    }
  }

  function show(n) {
    for (const group of alone[step]) group.classList.remove("on");
    for (const group of alone[n]) group.classList.add("on");
    for (const [group, first, to] of spans) group.classList.toggle("on", n >= first && n <= to);
    step = n;
    scrubber.value = n;
    scrubber.setAttribute("aria-valuetext", counter.textContent = at.replace("{n}", n + 1));
    if (sums.length) write(sum, sums[n]);
    figure.dataset.step = n + 1;
  }

  const wanted = () => { const found = /[#&]step=(\d+)/.exec(location.hash); return found && Math.min(Math.max(+found[1] - 1, 0), last); };
  function note() {
    if (!page) return;
    try { history.replaceState(null, "", `#step=${step + 1}`); } catch { /* a page without an address of its own */ }
  }

  function set(on) {
    playing = on;
    bar.className = `bar ${on ? "playing" : "standing"}`;
    play.setAttribute("aria-label", play.dataset[on ? "pause" : "play"]);
    counter.setAttribute("aria-live", on ? "off" : "polite");
    sum.setAttribute("aria-live", on ? "off" : "polite");
    cancelAnimationFrame(frame);
    if (!on) return note();
    if (step === last && loop && plays >= loop) { plays = 0; show(0); }
    since = performance.now();
    frame = requestAnimationFrame(tick);
  }

  // the step that is on at this time, so that nothing adds up; after a time out of sight it goes on where it was
  function tick(now) {
    frame = requestAnimationFrame(tick);
    if (!seen) { since = now; return; }
    const rate = +speed.value;
    if (now - since > 2 * times[step] / rate + 1000) since = now;
    let next = step;
    while (now - since >= times[next] / rate) {
      if (next === last && loop && ++plays >= loop) { show(last); return set(false); }
      since += times[next] / rate;
      next = next === last ? 0 : next + 1;
    }
    if (next !== step) show(next);
  }

  function go(n) { set(false); show(Math.min(Math.max(n, 0), last)); note(); }
  const faster = (by) => { speed.selectedIndex = Math.min(Math.max(speed.selectedIndex + by, 0), speed.length - 1); };
  const toggle = () => set(!playing);
  const restart = () => { plays = 0; show(0); set(true); };
  part("restart").onclick = restart;
  part("back").onclick = () => go(step - 1);
  part("next").onclick = () => go(step + 1);
  play.onclick = toggle;
  scrubber.oninput = () => go(+scrubber.value);
  const keys = { " ": toggle, k: toggle, r: restart, ArrowLeft: () => go(step - 1), ArrowRight: () => go(step + 1), Home: () => go(0), End: () => go(last),
    "+": () => faster(1), "=": () => faster(1), "-": () => faster(-1) };
  (page ? document : root).addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[key]) return;
    if (target.closest("select, input") && key !== "k" && key !== "r" && key !== " ") return;
    if (target.closest("button, select") && key === " ") return;
    event.preventDefault();
    keys[key]();
  });
  let from = null;
  figure.addEventListener("pointerdown", (event) => { from = event.clientX; });
  figure.addEventListener("pointerup", (event) => {
    if (from === null) return;
    const way = event.clientX - from;
    from = null;
    if (Math.abs(way) < 12) toggle();
    else if (Math.abs(way) > 30) go(step + (way < 0 ? 1 : -1));
  });
  figure.addEventListener("pointercancel", () => { from = null; });
  if (page) addEventListener("hashchange", () => { const n = wanted(); if (n !== null && n !== step) go(n); });
  if (window.IntersectionObserver) new IntersectionObserver((found) => { seen = found[found.length - 1].isIntersecting; }).observe(root);

  bar.hidden = false;
  const asked = page ? wanted() : null;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  show(asked !== null ? asked : still ? poster : 0);
  if (asked === null && !still) set(true);
  performance.mark("convanim");
})();

(() => {
  "use strict";

  function start(root, { steps, step_ms, hold_ms, loop, poster, sums, at, cell, cells, page }) {
    const part = (name) => root.querySelector(`[data-part="${name}"]`);
    const [bar, scrubber, counter, speed, sum, play, figure] = ["bar", "scrub", "at", "speed", "sum", "play", "figure"].map(part);
    const last = steps - 1;
    const time = (n) => step_ms + (n === last ? hold_ms : 0);

    // which groups come into sight with a step, and which of those that stay for several steps are seen in it
    const alone = Array.from({ length: steps }, () => []), spans = [];
    for (const group of root.querySelectorAll("[data-s]")) {
      const [first, to] = group.dataset.s.split("-");
      if (to === undefined) alone[+first].push(group);
      else spans.push([group, +first, to === "" ? last : +to]);
    }
    let step = poster, playing = false, seen = true, since = 0, rate = 1, plays = 0, frame = 0;

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

    // what a step computes: its sum or, where all sums are too much for a page, its cell
    function told(n) {
      if (sums.length) return sums[n];
      const place = cells.map((size, axis) => Math.floor(n / cells.slice(axis + 1).reduce((all, one) => all * one, 1)) % size);
      return place.length ? cell.replace("{cell}", `(${place.join(", ")})`) : "";
    }

    function show(n) {
      for (const group of alone[step]) group.classList.remove("on");
      for (const group of alone[n]) group.classList.add("on");
      for (const [group, first, to] of spans) group.classList.toggle("on", n >= first && n <= to);
      step = n;
      scrubber.value = n;
      scrubber.setAttribute("aria-valuetext", counter.textContent = at.replace("{n}", n + 1));
      write(sum, told(n));
      figure.dataset.step = n + 1;
    }

    // the room of the longest sum, so that nothing below moves
    const longest = sums.reduce((one, other) => other.length > one.length ? other : one, "");
    function fit() {
      if (!longest || sum.classList.contains("said")) return;
      sum.style.minHeight = "";
      write(sum, longest);
      sum.style.minHeight = `${sum.offsetHeight}px`;
      write(sum, told(step));
    }

    const wanted = () => { const found = /[#&]step=(\d+)/.exec(location.hash); return found && Math.min(Math.max(+found[1] - 1, 0), last); };
    function note() {
      if (!page) return;
      try { history.replaceState(null, "", `#step=${step + 1}`); } catch { /* a page without an address of its own, or too many at once */ }
    }

    function set(on) {
      playing = on;
      bar.className = `bar ${on ? "playing" : "standing"}`;
      play.title = play.dataset[on ? "pause" : "play"];
      play.setAttribute("aria-label", play.title);
      for (const element of [counter, sum]) element.setAttribute("aria-live", on ? "off" : "polite");
      cancelAnimationFrame(frame);
      if (!on) return;
      if (step === last && loop) { plays = 0; show(0); }
      since = performance.now();
      frame = requestAnimationFrame(tick);
    }

    // the step that is on at this time, so that nothing adds up; after a time out of sight it goes on where it was
    function tick(now) {
      frame = requestAnimationFrame(tick);
      if (!seen || now - since > 2 * time(step) / rate + 1000) { since = now; return; }
      let next = step;
      while (now - since >= time(next) / rate) {
        if (next === last && loop && ++plays >= loop) { show(last); set(false); return note(); }
        since += time(next) / rate;
        next = next === last ? 0 : next + 1;
      }
      if (next !== step) show(next);
    }

    // another speed from here on: what has passed of the step is the same share of it
    function pace() {
      const now = performance.now(), wish = +speed.value;
      since = now - (now - since) * rate / wish;
      rate = wish;
    }

    function go(n) { set(false); show(Math.min(Math.max(n, 0), last)); }
    const turn = (by) => { go(step + by); note(); };
    const faster = (by) => { speed.selectedIndex = Math.min(Math.max(speed.selectedIndex + by, 0), speed.length - 1); pace(); };
    const toggle = () => { set(!playing); if (!playing) note(); };
    const restart = () => { plays = 0; show(0); set(true); };
    part("restart").onclick = restart;
    part("back").onclick = () => turn(-1);
    part("next").onclick = () => turn(1);
    play.onclick = toggle;
    speed.onchange = pace;
    scrubber.oninput = () => go(+scrubber.value);
    scrubber.onchange = note;

    const keys = { " ": toggle, k: toggle, r: restart, ArrowLeft: () => turn(-1), ArrowRight: () => turn(1), Home: () => turn(-step), End: () => turn(last - step),
      "+": () => faster(1), "=": () => faster(1), "-": () => faster(-1) };
    // what a control makes of keys on its own
    const taken = { BUTTON: /^ $/, SELECT: /^( |Arrow.*|Home|End)$/, INPUT: /^(Arrow.*|Home|End)$/ };
    (page ? document : root).addEventListener("keydown", (event) => {
      const { key, target } = event;
      if (event.ctrlKey || event.metaKey || event.altKey || !keys[key] || taken[target.tagName]?.test(key)) return;
      event.preventDefault();
      keys[key]();
    });

    let from = null;
    figure.addEventListener("pointerdown", (event) => {
      if (!event.isPrimary || event.button) return;
      from = [event.clientX, event.clientY];
      figure.setPointerCapture(event.pointerId);
    });
    figure.addEventListener("pointerup", (event) => {
      if (!from || !event.isPrimary) return;
      const across = event.clientX - from[0], down = event.clientY - from[1];
      from = null;
      if (Math.hypot(across, down) < 12) toggle();
      else if (Math.abs(across) > Math.max(30, Math.abs(down))) turn(across < 0 ? 1 : -1);
    });
    figure.addEventListener("pointercancel", () => { from = null; });

    if (page) addEventListener("hashchange", () => { const n = wanted(); if (n !== null) go(n); });
    addEventListener("resize", fit);
    // on paper, the step that explains most
    let left = 0;
    addEventListener("beforeprint", () => { left = step; show(poster); });
    addEventListener("afterprint", () => show(left));
    if (window.IntersectionObserver) new IntersectionObserver((found) => { seen = found[found.length - 1].isIntersecting; }).observe(root);
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    calm.addEventListener("change", () => { if (calm.matches) set(false); });

    bar.hidden = false;
    fit();
    const asked = page ? wanted() : null;
    show(asked ?? (calm.matches ? poster : 0));
    if (asked === null && !calm.matches) set(true);
    performance.mark("convanim");
  }

  // all that came since: a notebook puts the script elsewhere, or runs it when several players are there
  for (const root of document.querySelectorAll(".convanim:not([data-ready])")) {
    const data = root.querySelector("script[type='application/json']");
    if (!data) continue;
    root.dataset.ready = "";
    start(root, JSON.parse(data.textContent));
  }
})();

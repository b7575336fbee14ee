(() => {
  "use strict";
  const { details } = JSON.parse(document.getElementById("data").textContent);
  const cards = [...document.querySelectorAll(".card")], dialog = document.getElementById("detail");
  const inside = (name) => dialog.querySelector(name);
  const search = document.getElementById("search"), count = document.getElementById("count");

  // a figure is loaded when it comes near, plays while it is seen, and is put away afterwards
  const images = cards.map((card) => card.querySelector("img"));
  const watch = new IntersectionObserver((found) => {
    for (const { target, isIntersecting } of found) {
      if (isIntersecting) { if (!target.hasAttribute("src")) target.src = target.dataset.src; }
      else target.removeAttribute("src");
    }
  }, { rootMargin: "40px" });
  for (const image of images) watch.observe(image);

  // all words of the search must be somewhere in what a card says
  const texts = cards.map((card) => `${card.dataset.words} ${card.textContent}`.toLowerCase());
  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    cards.forEach((card, n) => { card.hidden = !words.every((word) => texts[n].includes(word)); shown += !card.hidden; });
    for (const section of document.querySelectorAll("main section")) section.hidden = !section.querySelector(".card:not([hidden])");
    count.textContent = words.length ? `${shown || "No"} ${shown === 1 ? "figure" : "figures"}` : "";
  }
  search.addEventListener("input", filter);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !dialog.open && !event.target.closest("input, textarea, select")) { event.preventDefault(); search.focus(); }
  });

  // light, dark, or as the system has it
  const modes = ["system", "light", "dark"], signs = ["◐", "☀", "☾"], button = document.getElementById("mode");
  const stored = () => { try { return localStorage.getItem("convanim-mode"); } catch { return null; } };
  function colour(mode) {
    if (mode === "system") delete document.documentElement.dataset.mode; else document.documentElement.dataset.mode = mode;
    button.textContent = signs[modes.indexOf(mode)];
    button.setAttribute("aria-label", `Colours: ${mode === "system" ? "as the system" : mode}`);
    try { localStorage.setItem("convanim-mode", mode); } catch { /* not remembered */ }
  }
  colour(modes.includes(stored()) ? stored() : "system");
  button.onclick = () => colour(modes[(modes.indexOf(document.documentElement.dataset.mode || "system") + 1) % 3]);

  const made = (name, text, attributes = {}) => {
    const element = Object.assign(document.createElement(name), attributes);
    if (text !== undefined) element.textContent = text;
    return element;
  };

  async function copied(button, text) {
    try { await navigator.clipboard.writeText(text); } catch {
      const area = made("textarea", text);
      dialog.append(area); area.select(); document.execCommand("copy"); area.remove(); button.focus();
    }
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  }

  // one of several texts to copy; which one is remembered from figure to figure
  const chosen = {};
  function choice(title, texts) {
    const box = made("div", undefined, { className: "copy" }), bar = made("div", undefined, { className: "bar" });
    const pick = made("select"), text = made("pre", undefined, { tabIndex: 0 }), button = made("button", "Copy", { type: "button" });
    pick.setAttribute("aria-label", title);
    text.setAttribute("aria-label", title);
    text.setAttribute("role", "region");
    for (const name of Object.keys(texts)) pick.append(made("option", name, { value: name }));
    if (chosen[title] in texts) pick.value = chosen[title];
    const show = () => { text.textContent = texts[pick.value]; };
    pick.onchange = () => { chosen[title] = pick.value; show(); };
    button.onclick = () => copied(button, texts[pick.value]);
    show();
    bar.append(made("h3", title), pick, button);
    box.append(bar, text);
    return box;
  }

  function letters(text) {
    const line = made("p");
    for (const [, letter, low, rest] of text.matchAll(/([\u{1d44e}-\u{1d467}])|([\u2080-\u2089]+)|([^\u{1d44e}-\u{1d467}\u2080-\u2089]+)/gu)) {
      if (rest) line.append(rest);
      else line.append(made(letter ? "i" : "sub", letter ? String.fromCharCode(letter.codePointAt(0) - 0x1d44e + 97)
        : low.replace(/./g, (digit) => digit.charCodeAt(0) - 0x2080)));
    }
    return line;
  }

  let loading = null;
  function load() {
    loading = loading || new Promise((done, failed) => {
      const script = made("script", undefined, { src: details });
      script.onload = () => done(window.convanimDetails);
      script.onerror = failed;
      document.head.append(script);
    });
    return loading;
  }

  async function open(name) {
    const card = document.getElementById(`figure:${name}`), all = await load(), one = all && all[name];
    if (!card || !one) return;
    const image = inside(".big img"), picture = card.querySelector("img");
    inside("#detail-title").textContent = card.querySelector("h3").textContent;
    image.width = picture.getAttribute("width");
    image.height = picture.getAttribute("height");
    image.alt = picture.alt;
    image.src = picture.dataset.src;
    inside(".big").style.cssText = card.querySelector(".picture").style.cssText;
    inside(".formula").replaceChildren(...one.formula.map(letters));
    inside(".facts").replaceChildren(...one.facts.flatMap(([what, value]) => [made("dt", what), made("dd", value)]));
    inside(".copies").replaceChildren(choice("Code", one.code), choice("Put it into", one.embed));
    inside(".files").replaceChildren(...one.files.map(([suffix, file]) => {
      const item = made("li"), link = made("a", suffix, { href: file });
      link.setAttribute("aria-label", `${name}${suffix}`);
      item.append(link);
      return item;
    }));
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    const place = `#figure:${encodeURIComponent(name)}`;
    if (location.hash !== place) history.pushState(null, "", place);
  }

  const close = () => dialog.close();
  inside(".close").onclick = close;
  dialog.addEventListener("click", (event) => { if (event.target === dialog) close(); });
  dialog.addEventListener("close", () => {
    inside(".big img").removeAttribute("src");
    if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  });
  for (const card of cards) {
    const link = card.querySelector("h3 a");
    const start = (event) => { if (!event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); link.focus(); open(card.dataset.name); } };
    link.addEventListener("click", start);
    card.querySelector(".picture").addEventListener("click", start);
  }
  const asked = () => {
    let name = null;
    try { name = decodeURIComponent((/^#figure:(.*)/.exec(location.hash) || [])[1] || ""); } catch { /* no name of a figure */ }
    if (name && document.getElementById(`figure:${name}`)) open(name); else if (dialog.open) close();
  };
  addEventListener("popstate", asked);
  asked();
})();

/** What can be taken away: code, snippets, files. */

function block(name, text) {
  const details = document.createElement("details"), summary = document.createElement("summary");
  const pre = document.createElement("pre"), copy = document.createElement("button");
  summary.textContent = name;
  pre.textContent = text;
  pre.tabIndex = 0;
  copy.type = "button";
  copy.textContent = "Copy";
  copy.onclick = async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = "Copied";
  };
  details.append(summary, copy, pre);
  return details;
}

function link(name, text, kind) {
  const anchor = document.createElement("a");
  anchor.textContent = name;
  anchor.download = name;
  anchor.href = URL.createObjectURL(new Blob([text], { type: kind }));
  return anchor;
}

/**
 * Shows what can be taken away of an answer.
 * @param {Element} place
 * @param {object} answer
 * @param {Record<string, boolean>} open the names of the blocks that are open, which stay so
 */
export function showTaken(place, { still, told }, open) {
  for (const anchor of place.querySelectorAll("a[download]")) URL.revokeObjectURL(anchor.href);
  const facts = document.createElement("dl"), formula = document.createElement("p"), files = document.createElement("p");
  for (const [fact, value] of told.facts) {
    const term = document.createElement("dt"), text = document.createElement("dd");
    term.textContent = fact;
    text.textContent = value;
    facts.append(term, text);
  }
  formula.textContent = told.formula.join("\n");
  formula.className = "formula";
  files.append("Save this step: ", link("step.svg", still, "image/svg+xml"));
  const blocks = Object.entries({ ...told.code, ...told.embed }).map(([name, text]) => {
    const details = block(name, text);
    details.open = open[name] ?? false;
    details.ontoggle = () => { open[name] = details.open; };
    return details;
  });
  place.replaceChildren(formula, facts, files, ...blocks);
}

/**
 * Where answers come from: a server, or Python in a worker. The last question wins: an answer to an earlier one is
 * never given.
 * @typedef {{ask: (query: string) => void, start: () => void}} Source
 */

/**
 * Answers of a server, from the address "answer" beside the page.
 * @param {(answer: object) => void} give
 * @param {(text: string) => void} fail
 * @returns {Source}
 */
export function serverOf(give, fail) {
  let asked = null;
  async function ask(query) {
    asked?.abort();
    asked = new AbortController();
    const { signal } = asked;
    try {
      const told = await (await fetch(`answer?${query}`, { signal })).json();
      if (!signal.aborted) give(told);
    } catch (error) {
      if (error.name !== "AbortError") fail("The server doesn't answer: start it again with convanim serve.");
    }
  }
  return { ask, start() {} };
}

const NO_WORKER = "Controls need Python, which a page that is a file, or in a sandboxed frame, can't start: open it from a web server.";

/**
 * Answers of Python in a worker, which starts at the first question, or earlier with `start`.
 * @param {string} url the worker's module
 * @param {(answer: object) => void} give
 * @param {(text: string) => void} fail
 * @param {(ready: boolean) => void} tell is called when Python begins to load, and when it is ready
 * @returns {Source}
 */
export function workerOf(url, give, fail, tell) {
  let worker = null, ready = false, busy = false, waiting = null;
  function send() {
    if (!ready || busy || waiting === null) return;
    busy = true;
    worker.postMessage(waiting);
    waiting = null;
  }
  function receive({ data }) {
    if (data.ready) {
      ready = true;
      tell(true);
    } else {
      busy = false;
      if (data.fault) fail(data.fault);
      else if (waiting === null) give(JSON.parse(data.answer));
    }
    send();
  }
  function start() {
    if (worker) return;
    try {
      worker = new Worker(url, { type: "module" });
    } catch {
      return;
    }
    tell(false);
    worker.onmessage = receive;
    worker.onerror = () => {
      tell(true);
      worker = null;
      if (waiting !== null) fail(NO_WORKER);
    };
  }
  function ask(query) {
    waiting = query;
    start();
    if (worker) send();
    else fail(NO_WORKER);
  }
  return { ask, start };
}

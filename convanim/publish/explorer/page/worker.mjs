/** Python in a worker: it answers a link's query with the text of an answer. */
import { loadPyodide } from "./pyodide/pyodide.mjs";

const PROGRAM = `
import json
from convanim.publish.explorer import answer
lambda query: json.dumps(answer(query, capped=True))
`;

async function begin() {
  const [python, archive] = await Promise.all([
    loadPyodide({ env: { HOME: "/home/pyodide", PYTHONDONTWRITEBYTECODE: "1" } }),
    fetch("convanim.zip").then((found) => found.arrayBuffer()),
  ]);
  python.unpackArchive(archive, "zip");
  return python.runPython(PROGRAM);
}

const beginning = begin().then(
  (answer) => {
    answer("op=conv&i=3&k=2&view=flat&theme=clear"); // loads what the first question needs
    postMessage({ ready: true });
    return answer;
  },
  (error) => { postMessage({ fault: `Python can't be loaded: ${error.message}` }); },
);

onmessage = async ({ data }) => {
  const answer = await beginning;
  if (!answer) return;
  try {
    postMessage({ answer: answer(data) });
  } catch (error) {
    postMessage({ fault: `Python failed: ${error.message.trim().split("\n").pop()}` });
  }
};

// A Matrix client as strict as Element, driven by JSON lines.
//
// One request a line on stdin: {"id": 1, "op": "send", "room": "!…", "text": "…"}.
// One answer a line on stdout: {"id": 1, "ok": true, …}
// or {"id": 1, "ok": false, "error": "…", "code": "M_…"}.
// The first request is "arrive" (see arrive.mjs), the others are "restart" and those of operations.mjs; the
// latter may overlap.
// Warnings go to stderr. It ends with "quit", with "logout", or when stdin closes.

import readline from "node:readline";

for (const level of ["trace", "debug", "info", "log"]) console[level] = () => {};
console.warn = console.error = (...words) => process.stderr.write(`${words.map(String).join(" ")}\n`);
process.on("unhandledRejection", (reason) => console.error("unhandled:", reason?.stack ?? reason));

const { arrive } = await import("./arrive.mjs");
const { operations } = await import("./operations.mjs");

let session = null;
let ops = null;

async function perform({ op, ...args }) {
  if (op === "quit") return {};
  if (op === "arrive") return await begun(await arrive(args));
  if (ops === null) throw new Error("the first request is 'arrive'");
  if (op === "restart") return await begun(await session.restart());
  if (!Object.hasOwn(ops, op)) throw new Error(`unknown request '${op}'`);
  return await ops[op](args);
}

async function begun(next) {
  session = next;
  ops = operations(session);
  return await ops.info();
}

async function answer(line) {
  const { id, ...request } = JSON.parse(line);
  let result;
  try {
    result = { id, ok: true, ...(await perform(request)) };
  } catch (error) {
    result = { id, ok: false, error: String(error?.message ?? error), code: error?.errcode ?? "" };
  }
  process.stdout.write(`${JSON.stringify(result)}\n`, () => {
    if (request.op === "quit" || request.op === "logout") process.exit(0);
  });
}

const lines = readline.createInterface({ input: process.stdin });
lines.on("line", (line) => void answer(line));
lines.on("close", () => process.exit(0));

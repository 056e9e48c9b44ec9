// Solves witnesses, one request a line of JSON, one answer a line, until standard input ends.
// Called as: solve.cjs NODE_MODULES
//   {"circuit": HASH, "program": PATH of an artifact, "inputs": {name: nested decimal strings}}
//   → {"witness": base64 of the gzipped witness stack} or {"unsatisfied": reason} or {"failed": reason}
"use strict";
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { join } = require("node:path");
const { createInterface } = require("node:readline");

const [nodeModules] = process.argv.slice(2);
const { Noir } = createRequire(join(nodeModules, "x.js"))("@noir-lang/noir_js");

// A library that prints must not break the protocol.
console.log = console.error;

const KEPT_CIRCUITS = 4;
const circuits = new Map();

function getCircuit(hash, path) {
  const circuit = circuits.get(hash) ?? new Noir(JSON.parse(readFileSync(path, "utf8")));
  circuits.delete(hash);
  circuits.set(hash, circuit);
  if (circuits.size > KEPT_CIRCUITS) circuits.delete(circuits.keys().next().value);
  return circuit;
}

async function answer(line) {
  let circuit, inputs;
  try {
    const request = JSON.parse(line);
    inputs = request.inputs;
    circuit = getCircuit(request.circuit, request.program);
  } catch (failure) {
    return { failed: String(failure.message ?? failure) };
  }
  try {
    const { witness } = await circuit.execute(inputs);
    return { witness: Buffer.from(witness).toString("base64") };
  } catch (failure) {
    const message = String(failure.message ?? failure);
    const places = (failure.noirCallStack ?? []).join(" ");
    // The solver's own words for a constraint that does not hold; all else is a bug of the caller's.
    const unsatisfied = failure.callStack !== undefined || message.startsWith("Circuit execution failed");
    return { [unsatisfied ? "unsatisfied" : "failed"]: `${message} ${places}`.trim() };
  }
}

(async () => {
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    process.stdout.write(JSON.stringify(await answer(line)) + "\n");
  }
})();

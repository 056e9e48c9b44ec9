// Solves witnesses with hints that lie: each call of the oracle `lie` takes the next of the request's lies.
// Called as: lying_solver.cjs NODE_MODULES; one request a line:
//   {"program": PATH, "inputs": {…}, "lies": [decimal…]}
//   → {"solved": true or false, "hinted": [values without their lies], "answers": [what main returned]}
"use strict";
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { join } = require("node:path");
const { createInterface } = require("node:readline");

const { Noir } = createRequire(join(process.argv[2], "x.js"))("@noir-lang/noir_js");
const circuits = new Map();

(async () => {
  for await (const line of createInterface({ input: process.stdin })) {
    const { program, inputs, lies } = JSON.parse(line);
    if (!circuits.has(program)) circuits.set(program, new Noir(JSON.parse(readFileSync(program, "utf8"))));
    const hinted = [];
    const tellLie = async (name, inputs) => {
      if (name !== "lie") throw new Error(`unexpected oracle ${name}`);
      const lie = BigInt(lies[hinted.length] ?? 0);
      hinted.push(inputs[0][0]);
      return ["0x" + lie.toString(16).padStart(64, "0")];
    };
    let reply;
    try {
      const { returnValue } = await circuits.get(program).execute(inputs, tellLie);
      reply = { solved: true, hinted, answers: Array.isArray(returnValue) ? returnValue : [] };
    } catch (failure) {
      reply = { solved: false, hinted, answers: [], reason: String(failure.message) };
    }
    process.stdout.write(JSON.stringify(reply) + "\n");
  }
})();

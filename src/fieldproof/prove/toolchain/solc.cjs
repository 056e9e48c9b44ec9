// solc as a program: standard JSON from standard input to standard output. The package's own command
// breaks under forge (its output is cut when standard output is a pipe).
// Called as: solc.cjs NODE_MODULES [--version | --standard-json …]
"use strict";
const { readFileSync, writeSync } = require("node:fs");
const { createRequire } = require("node:module");
const { join } = require("node:path");

const [nodeModules, ...options] = process.argv.slice(2);
const solc = createRequire(join(nodeModules, "x.js"))("solc");

function write(text) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (failure) {
      if (failure.code !== "EAGAIN") throw failure;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

if (options.includes("--version")) {
  write(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`);
} else {
  write(solc.compile(readFileSync(0, "utf8")));
}

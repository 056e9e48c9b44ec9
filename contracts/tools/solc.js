"use strict";
// The two calls that forge makes of a compiler, answered by the solc package of the toolchain. The
// package's own command line cuts long output and does not read all of stdin.
const path = require("path");

const toolchain = process.env.FIELDPROOF_TOOLCHAIN;
if (!toolchain) {
  console.error("error: FIELDPROOF_TOOLCHAIN is not set");
  console.error("hint: set it to the folder that contains the toolchain's node_modules");
  process.exit(2);
}
const solc = require(path.join(path.resolve(toolchain), "node_modules", "solc"));

if (process.argv.includes("--version")) {
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`);
} else if (process.argv.includes("--standard-json")) {
  const chunks = [];
  process.stdin.on("data", (chunk) => chunks.push(chunk));
  process.stdin.on("end", () => process.stdout.write(solc.compile(Buffer.concat(chunks).toString("utf8"))));
} else {
  console.error("error: only --version and --standard-json are answered");
  process.exit(2);
}

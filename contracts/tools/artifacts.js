"use strict";
// Reduces forge's output to what the Python package needs: `artifacts.js OUT FOLDER`.
const fs = require("fs");
const path = require("path");

const DEPLOYED = ["DeviceRegistry", "NetworkFactory", "RewardToken", "Settlement"];
const INTERFACES = ["IVerifier"];

function sortKeys(value) {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sortKeys(value[key])]));
}

const [out, folder] = process.argv.slice(2);
for (const name of [...DEPLOYED, ...INTERFACES]) {
  const full = JSON.parse(fs.readFileSync(path.join(out, `${name}.sol`, `${name}.json`), "utf8"));
  const artifact = { abi: full.abi, methodIdentifiers: full.methodIdentifiers };
  if (DEPLOYED.includes(name)) artifact.bytecode = full.bytecode.object;
  fs.writeFileSync(path.join(folder, `${name}.json`), JSON.stringify(sortKeys(artifact), null, 1) + "\n");
}

// Compiles one Noir package. Called as: compile.cjs NODE_MODULES PACKAGE OUTPUT
// Exit status: 0 compiled, 1 refused, 2 compiled but held to be unsound by the compiler.
"use strict";
const { writeFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { join, relative } = require("node:path");

const [nodeModules, folder, output] = process.argv.slice(2);
const { compile, createFileManager } = createRequire(join(nodeModules, "x.js"))("@noir-lang/noir_wasm");

// Compiler chatter goes to standard error, where the caller reads it.
console.log = console.error;

compile(createFileManager(folder)).then(
  ({ program, warnings }) => {
    const bugs = (warnings ?? []).filter((warning) => warning.Bug !== undefined);
    if (bugs.length > 0) {
      for (const bug of bugs) console.error(describe(bug.Bug, program));
      process.exit(2);
    }
    // Where the package lay for a moment has no place in what is kept.
    for (const file of Object.values(program.file_map)) {
      if (file.path.startsWith(folder)) file.path = relative(join(folder, "src"), file.path);
    }
    writeFileSync(output, JSON.stringify(program));
  },
  (failure) => {
    console.error(failure.message);
    process.exit(1);
  },
);

function describe(bug, program) {
  const places = Object.values(bug).flatMap((detail) => detail.call_stack ?? []);
  const lines = places.map(({ file, span }) => {
    const source = program.file_map[file];
    if (source === undefined) return "";
    const line = source.source.slice(0, span.start).split("\n").length;
    return `\n  at ${source.path}:${line}`;
  });
  return Object.keys(bug).join(", ") + lines.join("");
}

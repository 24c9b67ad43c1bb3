#!/usr/bin/env node
// CommonJS that any Node can parse: an old Node must answer with one clear line, not with a syntax error from
// somewhere inside the program. Nothing else is loaded before the check.
'use strict';

const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 15)) {
  console.error(`trace-cli needs Node.js 22.15 or newer, this is ${process.version} (${process.execPath}).`);
  process.exitCode = 1;
} else {
  void require('../dist/main.cjs')
    .main(process.argv.slice(2))
    .then((code) => {
      process.exitCode = code;
    });
}

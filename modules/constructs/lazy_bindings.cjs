// Node's side of _bindings.py: the package's index requires all of its 2,200 modules at once (some 550 MB
// and 1.6 s). Here each becomes a getter, so that Node loads a module when jsii first asks for it.
"use strict";
// jsii calls util.isArray, of which Node would warn every user at every run.
process.noDeprecation = true;
const { readFileSync } = require("node:fs");
const Module = require("node:module");

const INDEX = /[\\/]provider-aws[\\/](.*[\\/])?lib[\\/]index\.js$/;
const EAGER = /^exports\.(\w+) = (require\("\.\/[\w-]+"\));$/gm;
const LAZY = 'Object.defineProperty(exports, "$1", { enumerable: true, configurable: true, get: () => $2 });';

const load = Module._extensions[".js"];
Module._extensions[".js"] = (module, filename) => {
  if (!INDEX.test(filename)) return load(module, filename);
  module._compile(readFileSync(filename, "utf8").replace(EAGER, LAZY), filename);
};

// Runs one wasm test binary under Node, with the project's folder for its snapshots.
import { readFile } from "node:fs/promises";
import { WASI } from "node:wasi";

const [binary, ...words] = process.argv.slice(2);
const here = process.cwd();
const wasi = new WASI({
  version: "preview1",
  args: [binary, ...words],
  env: { ...process.env, PWD: here },
  preopens: { "/": "/" },
  returnOnExit: true,
});
const module = await WebAssembly.compile(await readFile(binary));
const instance = await WebAssembly.instantiate(module, wasi.getImportObject());
// Not process.exit(): while V8 still optimises the module in the background, that crashes Node.
process.exitCode = wasi.start(instance);

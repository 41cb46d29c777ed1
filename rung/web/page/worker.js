// Pyodide's loader and its glue stand above this. Runs Rung under Pyodide. What Pyodide asks for comes from memory; nothing else can be asked for.
let python = null;

async function start({ wasm, stdlib, engine, core, lock }) {
  const held = {
    "pyodide.asm.wasm": [wasm, "application/wasm"],
    "python_stdlib.zip": [stdlib, "application/zip"],
  };
  self.fetch = async (address) => {
    const name = String(address.url ?? address).split("/").pop();
    if (!(name in held)) throw new Error(`nothing is fetched: ${name}`);
    const [data, type] = held[name];
    return new Response(data, { headers: { "Content-Type": type } });
  };
  python = await loadPyodide({
    indexURL: "memory:///",
    createPyodideModule: _createPyodideModule,
    lockFileContents: JSON.parse(lock),
    packageBaseUrl: "memory:///",
    checkAPIVersion: false,
  });
  python.unpackArchive(core, "wheel");
  python.unpackArchive(engine, "zip", { extractDir: "/rung" });
  python.runPython("import sys; sys.path.insert(0, '/rung'); from rung.web import answer");
}

function check({ files, extract, year }) {
  const answer = python.runPython(
    "from rung.web import answer\nlambda files, extract, year: answer.check_as_json(" +
      "answer.own_kit(), {name: data.to_bytes() for name, data in files}, extract, year)",
  );
  return answer(files, extract, year);
}

self.onmessage = async ({ data }) => {
  try {
    if (data.start) await start(data.start);
    const answer = data.check ? check(data.check) : null;
    self.postMessage({ id: data.id, answer });
  } catch (error) {
    const lines = String(error).trim().split("\n");
    const said = `The page failed (${lines[lines.length - 1].split(":")[0]}). Please tell your state.`;
    self.postMessage({ id: data.id, error: said, detail: String(error), answer: JSON.stringify({ error: said }) });
  }
};

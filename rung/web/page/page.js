"use strict";
// The page: hands files to the worker that runs Rung, shows what it answers. Nothing here asks the network.
const element = (id) => document.getElementById(id);
const bytesOf = (id) => Uint8Array.from(atob(element(id).textContent), (letter) => letter.charCodeAt(0));
const unpacked = async (id) =>
  new Uint8Array(await new Response(new Blob([bytesOf(id)]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
const asUrl = (parts, type) => URL.createObjectURL(new Blob(parts, { type }));
const say = (text) => (element("status").textContent = text);

// Pyodide asks whether scripts can be loaded; none can.
const CLOSED = 'self.importScripts = () => { throw new Error("nothing is loaded"); };\n';

// The receipt brings its own style, a phone's too; its headings stand one level lower here.
const INSIDE = `
:host{display:block;overflow-x:auto}h2{font-size:1.3rem;margin-top:1rem}h3{font-size:1.1rem}
td,p,li,pre{overflow-wrap:anywhere}pre{white-space:pre-wrap}`;

let worker = null;
let ready = null;
const waiting = new Map();
let count = 0;

async function start() {
  const [wasm, stdlib, engine, lock, glue, loader, runner] = await Promise.all(
    ["wasm", "stdlib", "engine", "lock", "glue", "loader", "worker"].map(unpacked),
  );
  const core = bytesOf("core");
  // From file:// a browser starts no worker that is a module, so Pyodide's glue is made a plain script.
  const plain = new TextDecoder().decode(glue).replace(/export default \w+;\s*$/, "").replaceAll("import.meta.url", "self.location.href");
  worker = new Worker(asUrl([CLOSED, loader, ";\n", plain, ";\n", runner], "text/javascript"));
  worker.onmessage = ({ data }) => {
    if (data.detail) console.error(data.detail);
    waiting.get(data.id)(data);
    waiting.delete(data.id);
  };
  worker.onerror = (event) => say(`The page could not start: ${event.message}. Please tell your state.`);
  return ask({ start: { wasm, stdlib, engine, core, lock: new TextDecoder().decode(lock) } });
}

function ask(message) {
  const id = ++count;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    worker.postMessage({ id, ...message });
  });
}

async function check(files, extract, year) {
  const named = await Promise.all(files.map(async (file) => [file.name, new Uint8Array(await file.arrayBuffer())]));
  return ask({ check: { files: named, extract, year } });
}

// A receipt is a page of its own: its body under its own style, apart from this page's.
function receipt(text, files) {
  const [, style] = text.match(/<style>([\s\S]*?)<\/style>/);
  const page = new DOMParser().parseFromString(text.replace(/<style>[\s\S]*?<\/style>/, ""), "text/html");
  const holder = document.createElement("div");
  holder.className = "receipt";
  holder.tabIndex = 0; // a wide table is scrolled with the keyboard too
  holder.setAttribute("role", "region");
  holder.setAttribute("aria-label", "Receipt");
  const root = holder.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style.replace(/(^|\n)body\{/, "$1.body{") + INSIDE);
  root.adoptedStyleSheets = [sheet];
  // The receipt's headings come one level below this page's.
  for (const [from, to] of [["h2", "h3"], ["h1", "h2"]]) {
    for (const old of page.querySelectorAll(from)) {
      const fresh = page.createElement(to);
      fresh.replaceChildren(...old.childNodes);
      old.replaceWith(fresh);
    }
  }
  root.append(...document.importNode(page.body, true).childNodes);
  // What lies beside a receipt on disk is in memory here.
  for (const link of root.querySelectorAll("a[href]")) saves(link, link.getAttribute("href"), files);
  return holder;
}

function saves(link, name, { extract, files }) {
  link.href = asUrl([files[name]], name.endsWith(".csv") ? "text/csv" : "text/html");
  link.download = `${extract}-${name}`;
}

function links(each) {
  const row = document.createElement("p");
  row.className = "files";
  for (const name of Object.keys(each.files)) {
    if (!name.endsWith(".csv") && name !== "receipt.html") continue;
    const link = document.createElement("a");
    saves(link, name, each);
    link.textContent = `Save ${name}`;
    row.append(link);
  }
  return row;
}

function show(answer) {
  const result = element("result");
  result.hidden = false;
  result.replaceChildren();
  if (answer.error) {
    const text = document.createElement("p");
    text.id = "cannot";
    text.textContent = answer.error;
    result.append(text);
    return say("This could not be checked here. Nothing was sent.");
  }
  for (const each of answer.checked) result.append(receipt(each.files["receipt.html"], each), links(each));
  const left = answer.ignored.map((name) => `${name} was left by another program and not read. `).join("");
  say(`${left}Checked. Nothing was sent.`);
}

async function go(files) {
  if (!files.length) return say("Choose a file first.");
  element("go").disabled = true;
  say("Getting ready…");
  await ready;
  say("Checking…");
  const { answer } = await check(files, element("extract").value, Number(element("year").value));
  show(JSON.parse(answer));
  element("go").disabled = false;
}

element("form").addEventListener("submit", (event) => {
  event.preventDefault();
  go([...element("files").files]);
});
const drop = element("drop");
for (const kind of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", kind === "dragover");
    if (kind === "drop") {
      element("files").files = event.dataTransfer.files;
      go([...event.dataTransfer.files]);
    }
  });
}
ready = start().then(({ error }) => say(error ?? "Ready. Choose a file."));

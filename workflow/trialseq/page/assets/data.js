"use strict";
// Text and numbers of the page, as packing.py packed them.

async function unpacked(id) {
  const text = atob(document.getElementById(id).textContent.trim());
  const bytes = Uint8Array.from(text, (each) => each.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const KINDS = { Float32Array, Uint8Array, Uint16Array, Uint32Array };

function arrayOf(bytes, [kind, offset, length]) {
  const Kind = KINDS[kind];
  const size = Kind.BYTES_PER_ELEMENT;
  const values = new Kind(length);
  const raw = new Uint8Array(values.buffer);
  for (let byte = 0; byte < size; byte++) {
    const start = offset + byte * length;
    for (let item = 0; item < length; item++) raw[item * size + byte] = bytes[start + item];
  }
  return values;
}

async function readData() {
  const [text, bytes] = await Promise.all([unpacked("text"), unpacked("arrays")]);
  const data = JSON.parse(new TextDecoder().decode(text));
  const known = new Map();
  data.array = (name) => {
    if (!(name in data.arrays)) return null;
    if (!known.has(name)) known.set(name, arrayOf(bytes, data.arrays[name]));
    return known.get(name);
  };
  data.of = (contrast, name) => data.array(`${contrast}.${name}`);
  data.label = (gene) => data.genes.name[gene] || data.genes.id[gene];
  return data;
}

// A number for reading: three digits.
function short(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "NA";
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : String(Number(value.toPrecision(3)));
}

// A number for a file: what the page holds of it.
function whole(value) {
  return value === null || value === undefined || Number.isNaN(value) ? "NA" : String(Number(value.toPrecision(6)));
}

// Plotly reads a few tags and entities in text; names are no markup.
function shown(text) {
  return String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

function tsv(names, rows) {
  const cell = (value) => (typeof value === "number" ? whole(value) : String(value ?? "").replace(/[\t\r\n]/g, " "));
  return [names.join("\t"), ...rows.map((row) => row.map(cell).join("\t"))].join("\n") + "\n";
}

function download(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/tab-separated-values" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function say(text) {
  document.getElementById("said").textContent = text;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    say("Copied.");
  } catch {
    say("The browser does not let a page copy; download instead.");
  }
}

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

// Samples: principal components coloured by a column, distances, the table.

function drawSamples(app) {
  const { samples } = app.data;
  const column = document.getElementById("colour").value;
  const values = samples[column];
  const numeric = values.every((value) => typeof value === "number" || value === null);
  const text = samples.sample.map((name, place) => `${shown(name)}<br>${shown(column)}: ${typeof values[place] === "number" ? short(values[place]) : shown(values[place])}`);
  const trace = (own, more) => ({ type: "scatter", mode: "markers", x: own.map((place) => samples.PC1[place]), y: own.map((place) => samples.PC2[place]), text: own.map((place) => text[place]), hovertemplate: "%{text}<extra></extra>", ...more });
  const all = samples.sample.map((_, place) => place);
  const levels = numeric ? [] : [...new Set(values.map(String))];
  const traces = numeric
    ? [trace(all, { showlegend: false, marker: { size: 9, color: values, colorscale: "Cividis", showscale: true, colorbar: { title: { text: shown(column) } } } })]
    : levels.map((level, number) => trace(all.filter((place) => String(values[place]) === level), { name: shown(level), marker: { size: 9, color: PALETTE[number % PALETTE.length], symbol: SYMBOLS[Math.floor(number / PALETTE.length + number) % SYMBOLS.length] } }));
  return plot("pca", traces, layout("PC1", "PC2", { showlegend: levels.length > 0 && levels.length <= 12 }));
}

function drawDistances(app) {
  const square = app.data.array("distances");
  const place = document.getElementById("distances");
  if (!square) {
    place.textContent = "Too many samples to draw their distances here; they stand in tables/distances.tsv.";
    return undefined;
  }
  const names = app.data.samples.sample.map((name) => String(name));
  const z = names.map((_, row) => Array.from(square.subarray(row * names.length, (row + 1) * names.length)));
  const hover = names.map((first) => names.map((second) => `${shown(first)}<br>${shown(second)}`));
  const trace = { type: "heatmap", z, text: hover, colorscale: "Cividis", hovertemplate: "%{text}<br>%{z:.3f}<extra></extra>", colorbar: { title: { text: "distance" } } };
  const bare = { showticklabels: false, title: { text: "samples" } };
  return plot("distances", [trace], layout("", "", { xaxis: bare, yaxis: { ...bare, autorange: "reversed" } }));
}

function makeSamples(app) {
  const { samples } = app.data;
  const names = Object.keys(samples);
  const select = document.getElementById("colour");
  for (const name of names) if (name !== "sample") select.append(element("option", name, { value: name }));
  const first = app.data.roles.arm ?? app.data.roles.visit;
  if (first && names.includes(first)) select.value = first;
  select.addEventListener("change", () => drawSamples(app));
  const text = app.DataTable.render.text();
  app.sampleTable = new app.DataTable("#sample-table", {
    data: samples.sample.map((_, place) => names.map((name) => samples[name][place])),
    columns: names.map((title) => ({ title: text.display(title), render: (value, kind, row, meta) => (typeof value === "number" ? (kind === "display" ? short(value) : value) : kind === "display" || kind === "filter" ? text.display(value ?? "") : value ?? "") })),
    pageLength: 10,
  });
}

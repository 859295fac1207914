// The PDGF panel and the gene sets: tests by method, the chosen set's genes and running sum.

const SET_COLUMNS = ["collection", "set_id", "set_name", "direction", "size", "overlap", "fold_enrichment", "nes", "statistic", "p_value", "q_value"];
const DOTS = 20;

function fill(table, names, rows) {
  table.replaceChildren();
  const head = table.createTHead().insertRow();
  for (const name of names) head.append(element("th", name, { scope: "col" }));
  const body = table.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    row.forEach((value, place) => line.append(element(place ? "td" : "th", typeof value === "number" || value === null ? short(value) : value, place ? { class: typeof value === "number" ? "number" : "" } : { scope: "row" })));
  }
}

function drawPanel(app) {
  const { data } = app;
  const about = data.contrasts[app.contrast];
  const panel = about.pdgf;
  document.getElementById("paragraph").textContent = about.paragraph;
  const places = panel.section.map((_, place) => place);
  const sets = places.filter((place) => panel.section[place] === "set");
  const columns = { name: "set", size: "genes", up: "up", down: "down", fold_enrichment: "fold", ora_p_value: "p over-representation", nes: "NES", prerank_p_value: "p GSEA", camera_direction: "CAMERA", camera_p_value: "p CAMERA", fry_direction: "FRY", fry_p_value: "p FRY" };
  const known = Object.keys(columns).filter((name) => name in panel);
  fill(document.getElementById("pdgf-sets"), known.map((name) => columns[name]), sets.map((place) => known.map((name) => panel[name][place])));
  const genes = places.filter((place) => panel.section[place] !== "set");
  const names = ["id", "section", "log2_fold_change", "ci_low", "ci_high", "p_value", "q_value", "status"].filter((name) => name in panel);
  fill(document.getElementById("pdgf-genes"), names, genes.map((place) => names.map((name) => panel[name][place])));
  const drawn = genes.filter((place) => panel.log2_fold_change[place] !== null);
  const sections = [...new Set(drawn.map((place) => panel.section[place]))];
  const traces = sections.map((section, number) => {
    const own = drawn.filter((place) => panel.section[place] === section);
    const effect = own.map((place) => panel.log2_fold_change[place]);
    return {
      type: "scatter", mode: "markers", name: section, x: own.map((place) => shown(panel.id[place])), y: effect, customdata: own.map((place) => panel.id[place]),
      error_y: { type: "data", symmetric: false, array: own.map((place, i) => panel.ci_high[place] - effect[i]), arrayminus: own.map((place, i) => effect[i] - panel.ci_low[place]), thickness: 1.5 },
      marker: { size: 8, color: PALETTE[number], symbol: SYMBOLS[number] }, text: own.map((place) => `q = ${short(panel.q_value[place])}`), hovertemplate: "%{x}: %{y:.2f}<br>%{text}<extra></extra>",
    };
  });
  return plot("pdgf-chart", traces, layout("", "log2 fold change, interval", { xaxis: { type: "category", tickangle: -60 } }), (point) => app.find(point.customdata));
}

function setRows(app) {
  const { data, contrast } = app;
  const rows = data.rows[contrast];
  const method = document.getElementById("method").value;
  const number = Object.fromEntries(data.set_numbers.map((name) => [name, data.of(contrast, `set.${name}`)]));
  return rows.set.flatMap((set, place) => (rows.method[place] === method ? [[
    data.sets.collection[set], data.sets.id[set], data.sets.name[set], rows.direction[place], number.size[place], number.overlap[place],
    number.fold_enrichment[place], number.nes[place], number.statistic[place], number.p_value[place], number.q_value[place], set,
  ]] : []));
}

function drawSets(app) {
  const rows = setRows(app);
  const counts = app.data.rows[app.contrast];
  const least = document.getElementById("how-many-sets").dataset.largest;
  document.getElementById("how-many-sets").textContent = `${counts.shown} of ${counts.tested} tested sets have p < ${least} by some method and stand here; all are in tables/${app.name()}.enrichment.tsv.`;
  app.setTable.clear().rows.add(rows).draw();
  // Tests in both directions would show a set twice.
  const best = rows.filter((row) => !Number.isNaN(row[9]) && row[3] !== "both").sort((a, b) => a[9] - b[9]).slice(0, DOTS).reverse();
  const sizes = best.map((row) => row[4]);
  const largest = Math.max(1, ...sizes);
  const names = best.map((row, place) => `${shown(row[2].length > 42 ? `${row[2].slice(0, 41)}…` : row[2])}<span style="font-size:0"> ${place}</span>`);
  const directions = { up: ["up", "triangle-up"], down: ["down", "triangle-down"] };
  const traces = Object.entries(directions).flatMap(([direction, [ink, symbol]]) => {
    const own = best.map((_, place) => place).filter((place) => best[place][3] === direction);
    return own.length ? [{
      type: "scatter", mode: "markers", name: direction, x: own.map((place) => -Math.log10(best[place][9])), y: own.map((place) => names[place]), customdata: own.map((place) => best[place][11]),
      marker: { color: colour(ink), symbol, size: own.map((place) => 7 + 15 * Math.sqrt(sizes[place] / largest)) },
      text: own.map((place) => `${shown(best[place][1])} ${shown(best[place][2])}<br>${best[place][4]} genes, p = ${short(best[place][9])}, q = ${short(best[place][10])}`), hovertemplate: "%{text}<extra></extra>",
    }] : [];
  });
  return plot("dots", traces, layout("−log10 p", "", { height: 560, yaxis: { type: "category", categoryorder: "array", categoryarray: names } }), (point) => app.chooseSet(point.customdata));
}

// After Subramanian et al. 2005: steps up by the statistic's share at the set's genes, down by a constant elsewhere.
function runningSum(data, contrast, members) {
  const values = geneValues(data, contrast);
  const ranked = [];
  for (let gene = 0; gene < values.p.length; gene++) if (values.ranked[gene]) ranked.push(gene);
  ranked.sort((a, b) => values.statistic[b] - values.statistic[a]);
  const inside = new Set(members);
  const hits = ranked.map((gene, place) => [gene, place]).filter(([gene]) => inside.has(gene));
  const weight = hits.reduce((sum, [gene]) => sum + Math.abs(values.statistic[gene]), 0);
  const step = 1 / Math.max(1, ranked.length - hits.length);
  const x = [0], y = [0];
  let sum = 0, last = 0;
  for (const [gene, place] of hits) {
    sum -= step * (place - last);
    x.push(place); y.push(sum);
    sum += Math.abs(values.statistic[gene]) / weight;
    x.push(place); y.push(sum);
    last = place + 1;
  }
  x.push(ranked.length); y.push(0);
  return { x, y, hits };
}

function drawSet(app) {
  const { data, set } = app;
  const name = document.getElementById("set-name");
  const genes = document.getElementById("set-genes");
  const select = document.getElementById("of-set");
  select.replaceChildren(element("option", "all genes", { value: "" }));
  genes.replaceChildren();
  if (set === null) return undefined;
  name.textContent = `${data.sets.id[set]}: ${data.sets.name[set]}`;
  const option = element("option", data.sets.name[set], { value: String(set) });
  select.append(option);
  const { x, y, hits } = runningSum(data, app.contrast, membersOf(data, set));
  for (const [gene] of hits) {
    const button = element("button", data.label(gene), { type: "button" });
    button.addEventListener("click", () => app.addGene(gene));
    genes.append(button, " ");
  }
  const ticks = { type: "scatter", mode: "markers", x: hits.map(([, place]) => place), y: hits.map(() => Math.min(...y) - 0.05), text: hits.map(([gene]) => shown(data.label(gene))), customdata: hits.map(([gene]) => gene), marker: { symbol: "line-ns-open", size: 10, color: colour("mark") }, hovertemplate: "%{text}<extra></extra>", showlegend: false };
  const line = { type: "scatter", mode: "lines", x, y, line: { color: colour("down"), width: 2 }, hoverinfo: "skip", showlegend: false };
  return plot("running", [line, ticks], layout("rank, the most raised first", "running sum"), (point) => point.customdata !== undefined && app.addGene(point.customdata));
}

function makeSetTable(app) {
  const text = app.DataTable.render.text();
  app.setTable = new app.DataTable("#set-table", {
    data: [],
    columns: SET_COLUMNS.map((title, place) => ({
      title, data: place, type: place > 3 ? "num" : "string", createdCell: place === 2 ? setButton(app) : undefined,
      render: place > 3 ? (value, kind) => (kind === "display" ? short(value) : Number.isNaN(value) ? Infinity : value) : text,
    })),
    order: [[9, "asc"]],
    pageLength: 10,
  });
  const rows = () => app.setTable.rows({ search: "applied", order: "applied" }).data().toArray().map((row) => row.slice(0, SET_COLUMNS.length));
  document.getElementById("download-sets").addEventListener("click", () => download(`${app.name()}.sets.tsv`, tsv(SET_COLUMNS, rows())));
  document.getElementById("copy-sets").addEventListener("click", () => copy(tsv(SET_COLUMNS, rows())));
  document.getElementById("method").addEventListener("change", () => drawSets(app));
}

function setButton(app) {
  return (cell, _, row) => {
    const button = element("button", row[2] || row[1], { type: "button" });
    button.addEventListener("click", () => app.chooseSet(row[11]));
    cell.replaceChildren(button);
  };
}

// Volcano, MA plot, the list of genes with their paired lines, and the table of genes.

const GENE_COLUMNS = ["gene_name", "gene_id", "base_mean", "log2_fold_change", "ci_low", "ci_high", "p_value", "q_value", "status"];

// Half of an interval is a multiple of the standard error: the ratios order and weigh genes as the statistics do.
const RATIOS = new Map();

function ratios(data, contrast) {
  if (!RATIOS.has(contrast)) RATIOS.set(contrast, data.of(contrast, "log2_fold_change").map((effect, gene) => effect / data.of(contrast, "half_interval")[gene] || 0));
  return RATIOS.get(contrast);
}

function geneValues(data, contrast) {
  const of = (name) => data.of(contrast, name);
  return { lfc: of("log2_fold_change"), half: of("half_interval"), statistic: of("statistic") ?? ratios(data, contrast), p: of("p_value"), q: of("q_value"), mean: data.of(data.contrasts[contrast].model, "base_mean"), status: of("status"), ranked: of("ranked") };
}

function geneRow(data, values, gene) {
  return [
    data.genes.name[gene], data.genes.id[gene], values.mean[gene], values.lfc[gene], values.lfc[gene] - values.half[gene],
    values.lfc[gene] + values.half[gene], values.p[gene], values.q[gene], data.statuses[values.status[gene]] ?? "",
  ];
}

function hoverText(data, values, gene) {
  const low = short(values.lfc[gene] - values.half[gene]);
  return `<b>${shown(data.label(gene))}</b><br>log2 fold change ${short(values.lfc[gene])} (${low} to ${short(values.lfc[gene] + values.half[gene])})<br>q = ${short(values.q[gene])}`;
}

function membersOf(data, set) {
  const starts = data.array("starts");
  return Array.from(data.array("members").subarray(starts[set], starts[set + 1]));
}

function drawClouds(app) {
  const { data, contrast } = app;
  const values = geneValues(data, contrast);
  let least = 1;
  for (const p of values.p) if (p > 0 && p < least) least = p;
  const height = (gene) => -Math.log10(Math.max(values.p[gene], least));
  const groups = { other: [], down: [], up: [] };
  for (let gene = 0; gene < values.p.length; gene++) {
    if (Number.isNaN(values.p[gene])) continue;
    const called = values.q[gene] < data.alpha;
    groups[called ? (values.lfc[gene] > 0 ? "up" : "down") : "other"].push(gene);
  }
  const looks = {
    other: { name: `not called (${groups.other.length})`, marker: { color: colour("grey"), size: 4, opacity: 0.6 } },
    down: { name: `down (${groups.down.length})`, marker: { color: colour("down"), size: 7, symbol: "triangle-down" } },
    up: { name: `up (${groups.up.length})`, marker: { color: colour("up"), size: 7, symbol: "triangle-up" } },
  };
  const clouds = (x, y) => {
    const traces = Object.entries(groups).map(([key, genes]) => ({
      type: "scattergl", mode: "markers", ...looks[key], x: genes.map(x), y: genes.map(y), customdata: genes,
      text: genes.map((gene) => hoverText(data, values, gene)), hovertemplate: "%{text}<extra></extra>",
    }));
    const marked = [...new Set([...app.list, ...(app.set === null ? [] : membersOf(data, app.set))])].filter((gene) => !Number.isNaN(values.p[gene]));
    const named = new Set(marked.length > 25 ? app.list : marked);
    traces.push({
      type: "scatter", mode: "markers+text", name: "list and chosen set", x: marked.map(x), y: marked.map(y), customdata: marked,
      marker: { color: "rgba(0,0,0,0)", size: 10, line: { color: colour("mark"), width: 1.5 } }, textposition: "top center",
      text: marked.map((gene) => (named.has(gene) ? shown(data.label(gene)) : "")), hovertext: marked.map((gene) => hoverText(data, values, gene)),
      hovertemplate: "%{hovertext}<extra></extra>", showlegend: marked.length > 0,
    });
    return traces;
  };
  const pick = (point) => app.addGene(point.customdata);
  return Promise.all([
    plot("volcano", clouds((gene) => values.lfc[gene], height), layout("log2 fold change", "−log10 p"), pick),
    plot("ma", clouds((gene) => Math.log10(values.mean[gene] + 0.1), (gene) => values.lfc[gene]), layout("log10 mean of normalised counts", "log2 fold change"), pick),
  ]);
}

// Panels: arm and state; along x the visits; a line a subject.
function pairedTraces(data, gene) {
  const { samples, roles, levels } = data;
  const row = data.array("counts").subarray(gene * data.measured.length, (gene + 1) * data.measured.length);
  const at = new Map(data.measured.map((name, place) => [name, place]));
  const of = (role, place) => (roles[role] ? String(samples[roles[role]][place]) : "");
  const place = new Map();
  samples.sample.forEach((name, index) => {
    const panel = [of("arm", index), of("state", index)].filter(Boolean).join(", ") || "all";
    const subject = of("subject", index) || String(name);
    if (!place.has(panel)) place.set(panel, new Map());
    const lines = place.get(panel);
    if (!lines.has(subject)) lines.set(subject, []);
    lines.get(subject).push({ visit: of("visit", index) || "sample", value: row[at.get(String(name))] * data.step, sample: name });
  });
  const order = levels.visit ?? [];
  return [...place.entries()].sort(([a], [b]) => a.localeCompare(b)).map(([panel, lines]) => {
    const x = [], y = [], text = [];
    for (const [subject, points] of lines) {
      points.sort((a, b) => order.indexOf(a.visit) - order.indexOf(b.visit));
      for (const point of points) { x.push(point.visit); y.push(point.value); text.push(`${shown(subject)}<br>${shown(point.sample)}`); }
      x.push(null); y.push(null); text.push("");
    }
    return { panel, x, y, text };
  });
}

function drawLines(app) {
  const { data } = app;
  const holder = document.getElementById("lines");
  const chips = document.getElementById("chips");
  holder.replaceChildren();
  chips.replaceChildren();
  document.getElementById("no-genes").hidden = app.list.length > 0;
  for (const gene of app.list) {
    const name = data.label(gene);
    const item = element("li");
    const remove = element("button", `${name} ×`, { type: "button", "aria-label": `Remove ${name} from the list` });
    remove.addEventListener("click", () => app.removeGene(gene));
    item.append(remove);
    chips.append(item);
    const panels = pairedTraces(data, gene);
    const chart = element("div", undefined, { class: "chart", role: "group", "aria-label": `Counts of ${name} per subject; the table below has the same numbers` });
    const box = element("div");
    box.append(element("h4", name), chart);
    holder.append(box);
    const look = layout("", "log2 (normalised count + 1)", { showlegend: false, margin: { t: 30, r: 10, b: 45, l: 55 } });
    const traces = panels.map((panel, place) => ({
      type: "scatter", mode: "lines+markers", x: panel.x, y: panel.y, text: panel.text, hovertemplate: "%{text}<br>%{y:.2f}<extra></extra>",
      line: { width: 1, color: PALETTE[place % PALETTE.length] }, marker: { size: 5, symbol: SYMBOLS[place % SYMBOLS.length] }, xaxis: place ? `x${place + 1}` : "x",
    }));
    look.annotations = panels.map((panel, place) => ({ text: shown(panel.panel), showarrow: false, xref: "paper", yref: "paper", x: (place + 0.5) / panels.length, y: 1.02, yanchor: "bottom" }));
    panels.forEach((_, place) => {
      look[place ? `xaxis${place + 1}` : "xaxis"] = { ...look.xaxis, type: "category", categoryorder: "array", categoryarray: data.levels.visit ?? [], title: { text: "" }, domain: [place / panels.length + 0.01, (place + 1) / panels.length - 0.01] };
    });
    plot(chart, traces, look);
    const details = element("details");
    const table = element("table", undefined, { class: "plain" });
    const samples = data.samples.sample;
    const row = data.array("counts").subarray(gene * data.measured.length, (gene + 1) * data.measured.length);
    details.append(element("summary", `${name} as a table`));
    details.addEventListener("toggle", () => {
      if (table.rows.length) return;
      const head = table.createTHead().insertRow();
      for (const text of ["sample", "log2 (normalised count + 1)"]) head.append(element("th", text, { scope: "col" }));
      const body = table.createTBody();
      samples.forEach((sample) => {
        const line = body.insertRow();
        line.append(element("td", String(sample)), element("td", (row[data.measured.indexOf(String(sample))] * data.step).toFixed(2), { class: "number" }));
      });
    });
    const scroll = element("div", undefined, { class: "scroll", tabindex: "0", role: "region", "aria-label": `Counts of ${name}` });
    scroll.append(table);
    details.append(scroll);
    box.append(details);
  }
}

// The rows that a table asks for: searched, filtered and sorted here, since a browser cannot hold 25,000 rows well.
function chosenGenes(app, search, order) {
  const { data, contrast } = app;
  const values = geneValues(data, contrast);
  const status = document.getElementById("status").value;
  const members = app.set !== null && document.getElementById("of-set").value !== "" ? new Set(membersOf(data, app.set)) : null;
  const wanted = search.trim().toLowerCase();
  const rows = [];
  for (let gene = 0; gene < values.p.length; gene++) {
    if (values.status[gene] === 255 || (members && !members.has(gene))) continue;
    if (wanted && !data.genes.name[gene].toLowerCase().includes(wanted) && !data.genes.id[gene].toLowerCase().includes(wanted)) continue;
    const called = values.q[gene] < data.alpha;
    if (["called", "up", "down"].includes(status)) {
      if (!called || (status === "up" && !(values.lfc[gene] > 0)) || (status === "down" && !(values.lfc[gene] < 0))) continue;
    } else if (status && data.statuses[values.status[gene]] !== status) continue;
    rows.push(gene);
  }
  const [column, direction] = order ?? [6, "asc"];
  const sign = direction === "desc" ? -1 : 1;
  const keys = [(gene) => data.genes.name[gene], (gene) => data.genes.id[gene], (gene) => values.mean[gene], (gene) => values.lfc[gene], (gene) => values.lfc[gene] - values.half[gene], (gene) => values.lfc[gene] + values.half[gene], (gene) => values.p[gene], (gene) => values.q[gene], (gene) => data.statuses[values.status[gene]]];
  const key = keys[column];
  const text = typeof key(rows[0] ?? 0) === "string";
  rows.sort((a, b) => {
    const [first, second] = [key(a), key(b)];
    if (text) return sign * (first < second ? -1 : first > second ? 1 : 0);
    if (Number.isNaN(first) || Number.isNaN(second)) return Number.isNaN(first) - Number.isNaN(second);
    return sign * (first - second);
  });
  return { rows, values, every: values.status.reduce((sum, each) => sum + (each !== 255), 0) };
}

function makeGeneTable(app) {
  const numeric = (value) => short(value);
  app.geneTable = new app.DataTable("#gene-table", {
    serverSide: true,
    columns: GENE_COLUMNS.map((name, place) => ({ title: name, data: place, render: place > 1 && place < 8 ? numeric : app.DataTable.render.text(), createdCell: place === 0 ? geneButton(app) : undefined })),
    order: [[6, "asc"]],
    pageLength: 10,
    ajax: (request, callback) => {
      const { rows, values, every } = chosenGenes(app, request.search.value, request.order[0] && [request.order[0].column, request.order[0].dir]);
      app.shownGenes = rows;
      const page = rows.slice(request.start, request.start + (request.length < 0 ? rows.length : request.length));
      callback({ draw: request.draw, recordsTotal: every, recordsFiltered: rows.length, data: page.map((gene) => geneRow(app.data, values, gene)) });
    },
  });
  const text = () => {
    const values = geneValues(app.data, app.contrast);
    return tsv(GENE_COLUMNS, app.shownGenes.map((gene) => geneRow(app.data, values, gene)));
  };
  document.getElementById("download-genes").addEventListener("click", () => download(`${app.name()}.genes.tsv`, text()));
  document.getElementById("copy-genes").addEventListener("click", () => copy(text()));
  for (const id of ["status", "of-set"]) document.getElementById(id).addEventListener("change", () => app.geneTable.draw());
}

function geneButton(app) {
  return (cell, _, row) => {
    const button = element("button", row[0] || row[1], { type: "button" });
    button.addEventListener("click", () => app.addGene(app.data.genes.id.indexOf(row[1])));
    cell.replaceChildren(button);
  };
}

// What is chosen, what follows from it, and the link to it.

async function loadLibraries() {
  const [plotly, tables] = await Promise.all([unpacked("plotly"), unpacked("tables")]);
  const script = document.createElement("script");
  script.textContent = new TextDecoder().decode(plotly);
  document.head.append(script);
  const address = URL.createObjectURL(new Blob([tables], { type: "text/javascript" }));
  const bundle = await import(address);
  URL.revokeObjectURL(address);
  return bundle.jQuery.fn.dataTable;
}

function readLink(app) {
  const link = new URLSearchParams(location.hash.slice(1));
  const contrast = app.data.contrasts.findIndex((each) => each.id === link.get("contrast"));
  app.contrast = contrast < 0 ? app.contrast : contrast;
  const genes = (link.get("gene") ?? "").split(",").filter(Boolean).map((id) => app.data.genes.id.indexOf(id));
  if (link.has("gene")) app.list = genes.filter((gene) => gene >= 0);
  const set = link.has("set") ? app.data.sets.id.indexOf(link.get("set")) : -1;
  if (set >= 0) app.set = set;
}

function writeLink(app) {
  const link = new URLSearchParams({ contrast: app.data.contrasts[app.contrast].id });
  if (app.list.length) link.set("gene", app.list.map((gene) => app.data.genes.id[gene]).join(","));
  if (app.set !== null) link.set("set", app.data.sets.id[app.set]);
  app.link = `#${link}`;
  history.replaceState(null, "", app.link);
}

async function drawContrast(app) {
  const about = app.data.contrasts[app.contrast];
  document.getElementById("contrast").value = about.id;
  for (const place of document.querySelectorAll(".of-contrast")) place.textContent = `${about.id}: ${about.says.replace(/\.$/, "")}. ${about.samples} samples${about.subjects ? ` of ${about.subjects} subjects` : ""}.`;
  const method = document.getElementById("method");
  const before = method.value;
  method.replaceChildren(...about.methods.map((name) => element("option", name, { value: name })));
  if (about.methods.includes(before)) method.value = before;
  app.geneTable.draw();
  await Promise.all([drawPanel(app), drawClouds(app), drawSets(app), drawSet(app)]);
}

function makeApp(data, DataTable) {
  const app = { data, DataTable, contrast: 0, list: [], set: null, shownGenes: [] };
  app.name = () => data.contrasts[app.contrast].id;
  app.addGene = async (gene) => {
    if (!app.list.includes(gene)) app.list.push(gene);
    say(`${data.label(gene)} is in the list of ${app.list.length}.`);
    writeLink(app);
    drawLines(app);
    await drawClouds(app);
  };
  app.removeGene = (gene) => {
    app.list = app.list.filter((each) => each !== gene);
    writeLink(app);
    drawLines(app);
    return drawClouds(app);
  };
  app.chooseSet = async (set) => {
    app.set = set;
    writeLink(app);
    say(`${data.sets.name[set]} is marked in the plots.`);
    await Promise.all([drawSet(app), drawClouds(app)]);
  };
  app.switch = async (contrast) => {
    app.contrast = contrast;
    writeLink(app);
    const start = performance.now();
    await drawContrast(app);
    app.switched = performance.now() - start;
  };
  app.find = (text) => {
    const wanted = text.trim().toLowerCase();
    let gene = data.genes.name.findIndex((name) => name.toLowerCase() === wanted);
    if (gene < 0) gene = data.genes.id.findIndex((id) => id.toLowerCase() === wanted);
    if (gene < 0) {
      say(`No gene is called ${text}.`);
      return undefined;
    }
    app.geneTable.search(text).draw();
    return app.addGene(gene);
  };
  return app;
}

function listen(app) {
  const { data } = app;
  document.getElementById("contrast").addEventListener("change", (event) => app.switch(data.contrasts.findIndex((each) => each.id === event.target.value)));
  const find = document.getElementById("find");
  find.addEventListener("input", () => {
    const wanted = find.value.trim().toLowerCase();
    const found = [];
    for (let gene = 0; wanted && gene < data.genes.id.length && found.length < 20; gene++) if (data.genes.name[gene].toLowerCase().startsWith(wanted) || data.genes.id[gene].toLowerCase().startsWith(wanted)) found.push(gene);
    document.getElementById("found").replaceChildren(...found.map((gene) => element("option", data.genes.id[gene], { value: data.label(gene) })));
  });
  find.addEventListener("change", () => find.value && app.find(find.value));
  window.addEventListener("hashchange", () => {
    if (!location.hash.includes("contrast=")) return;
    readLink(app);
    drawLines(app);
    drawContrast(app);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    drawContrast(app);
    drawLines(app);
    drawSamples(app);
    drawDistances(app);
  });
  const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
  for (const link of links.values()) link.addEventListener("click", (event) => {
    event.preventDefault();
    document.querySelector(link.hash).scrollIntoView();
  });
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) for (const [id, link] of links) {
      if (id === entry.target.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-20% 0px -70% 0px" });
  for (const section of document.querySelectorAll("main > section")) watch.observe(section);
}

async function start() {
  const [data, DataTable] = await Promise.all([readData(), loadLibraries()]);
  const app = makeApp(data, DataTable);
  window.trialseq = app;
  readLink(app);
  for (const status of data.statuses) document.getElementById("status").append(element("option", status, { value: status }));
  makeGeneTable(app);
  makeSetTable(app);
  makeSamples(app);
  listen(app);
  await drawContrast(app);
  drawLines(app);
  await Promise.all([drawSamples(app), drawDistances(app)]);
  document.body.dataset.ready = "true";
}

start().catch((error) => {
  console.error(error);
  say(`The page could not be drawn: ${error.message}`);
});

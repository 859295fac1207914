// One look for all charts, in light and dark.

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

const CONFIG = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["lasso2d", "select2d"] };

function layout(x, y, more = {}) {
  const axis = { gridcolor: colour("rule"), zerolinecolor: colour("soft"), linecolor: colour("soft"), automargin: true };
  return {
    paper_bgcolor: colour("paper"),
    plot_bgcolor: colour("paper"),
    font: { color: colour("ink"), family: "system-ui, sans-serif", size: 13 },
    margin: { t: 30, r: 10, b: 45, l: 55 },
    hovermode: "closest",
    showlegend: true,
    legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0 },
    ...more,
    xaxis: { ...axis, title: { text: x }, ...more.xaxis },
    yaxis: { ...axis, title: { text: y }, ...more.yaxis },
  };
}

const PALETTE = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#B8A900", "#888888"];
const SYMBOLS = ["circle", "square", "triangle-up", "diamond", "cross", "x", "star", "pentagon"];

function plot(id, traces, look, onClick) {
  const place = typeof id === "string" ? document.getElementById(id) : id;
  return Plotly.react(place, traces, look, CONFIG).then(() => {
    if (onClick && !place.listens) {
      place.listens = true;
      place.on("plotly_click", (event) => onClick(event.points[0]));
    }
  });
}

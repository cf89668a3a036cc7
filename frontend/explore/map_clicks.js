// Tells the page which point of the map in space was pressed: Streamlit hears of selections, and a scatter in space has none.
const TRIES = 100; // that the plot is looked for, 100 ms apart

function listen(component, tries = TRIES) {
  const { data, parentElement } = component;
  const plot = document.querySelector(`.st-key-${data.plot} .js-plotly-plot`);
  if (!plot?.on) {
    if (tries) parentElement.looking = setTimeout(listen, 100, component, tries - 1);
    return;
  }
  if (plot.pressed) plot.removeListener("plotly_click", plot.pressed);
  plot.pressed = (event) => {
    const point = event.points?.[0];
    if (point) component.setTriggerValue("pressed", { of: data.of, curve: point.curveNumber, point: point.pointNumber });
  };
  plot.on("plotly_click", plot.pressed);
  plot.dataset.listening = data.of;
}

export default function (component) {
  const { parentElement } = component;
  clearTimeout(parentElement.looking);
  listen(component);
  return () => clearTimeout(parentElement.looking);
}
